// npm run example first-flow: runs examples/first-flow.ts, or examples/first-flow/main.ts.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const examples = join(import.meta.dirname, "..", "examples");
const [name = "", ...args] = process.argv.slice(2);
const file = [`${name}.ts`, join(name, "main.ts")].map((path) => join(examples, path)).find((path) => existsSync(path));

if (name === "" || file === undefined) {
  const names = readdirSync(examples, { withFileTypes: true })
    .filter(({ name }) => name.endsWith(".ts") || existsSync(join(examples, name, "main.ts")))
    .map((entry) => entry.name.replace(/\.ts$/, ""));
  console.error(`${name === "" ? "Which example?" : `There is no example "${name}".`} There are: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  process.exitCode = spawnSync(process.execPath, [file, ...args], { stdio: "inherit" }).status ?? 1;
}
