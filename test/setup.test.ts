// The set-up before every script, in a clone of its own with a stand-in for npm: what it installs, when it says nothing,
// what it links, and what it tells when it cannot.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = {
  type: "module",
  bin: { aitor: "bin/aitor.js" },
  exports: {
    ".": { source: "./src/index.ts", default: "./dist/index.js" },
    "./flow": { source: "./src/flow/index.ts", default: "./dist/flow/index.js" },
    "./sqlite": { source: "./src/sqlite/index.ts", default: "./dist/sqlite/index.js" },
    "./package.json": "./package.json",
  },
};

/** Notes that it ran, takes a moment, then installs a Node; or fails with the words in fail.txt. */
const npm = `#!/bin/sh
echo "npm $1" >> npm.log
if [ -f fail.txt ]; then cat fail.txt >&2; exit 1; fi
rm -rf node_modules && mkdir -p node_modules/node/bin && sleep 0.3
ln -s "${process.execPath}" node_modules/node/bin/node
`;

let clone: string;

beforeEach(() => {
  clone = fs.mkdtempSync(join(tmpdir(), "aitor-setup-"));
  for (const path of ["scripts/setup.mjs", "scripts/setup"]) {
    fs.cpSync(join(root, path), join(clone, path), { recursive: true });
  }
  write("package.json", JSON.stringify(manifest));
  write("package-lock.json", JSON.stringify({ packages: { "node_modules/node": { version: "26.0.0" } } }));
  write("src/index.ts", "export const root: number = 1;\n");
  write("src/flow/index.ts", "export const flow: number = 2;\n");
  write("npm/npm", npm);
  fs.chmodSync(join(clone, "npm/npm"), 0o755);
});

afterEach(() => fs.rmSync(clone, { recursive: true, force: true }));

test("missing dependencies are installed once, and then nothing is said or done", async () => {
  expect((await setup()).stderr).toMatch(/node_modules is missing, installing/);
  expect(await setup()).toEqual({ code: 0, stderr: "" });
  expect(installations()).toBe(1);
});

test("where npm installs no Node, since it runs no install scripts, one that is new enough will do", async () => {
  write("npm/npm", npm.replace(/^ln .*$/m, ""));
  await setup();
  expect(await setup()).toEqual({ code: 0, stderr: "" });
  expect(installations()).toBe(1);
});

test("a changed lock file is installed", async () => {
  await setup();
  write("package-lock.json", JSON.stringify({ packages: { "node_modules/node": { version: "26.1.0" } } }));
  expect((await setup()).stderr).toMatch(/not what package-lock.json says, installing/);
  expect(installations()).toBe(2);
});

test("a finished npm install is accepted as it is", async () => {
  await setup();
  write("package-lock.json", JSON.stringify({ packages: { "node_modules/node": { version: "26.1.0" } } }));
  fs.copyFileSync(join(clone, "package-lock.json"), join(clone, "node_modules/.package-lock.json"));
  expect(await setup()).toEqual({ code: 0, stderr: "" });
});

test("an interrupted installation is done again", async () => {
  write("node_modules/half/package.json", "{}");
  expect((await setup()).code).toBe(0);
  expect(installations()).toBe(1);
});

test("of two that start at once, one installs and the other waits", async () => {
  const both = await Promise.all([setup(), setup()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(installations()).toBe(1);
});

test("the lock of a process that died is taken over", async () => {
  const dead = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    child.on("exit", () => resolve(child.pid!));
  });
  write(".setup.lock", String(dead));
  expect((await setup()).code).toBe(0);
  expect(fs.readdirSync(clone).filter((name) => name.startsWith(".setup.lock"))).toEqual([]);
});

test.each([
  ["npm error code ENOTFOUND", "the npm registry to answer", "check the network"],
  ["npm error code EUSAGE", "package.json and package-lock.json to agree", "npm run lock"],
  ["npm error code EACCES", "npm ci to succeed", "mend what npm names"],
])("a failure (%s) says what was expected, what came, and what to do", async (words, expected, fix) => {
  write("fail.txt", words);
  const { code, stderr } = await setup();
  expect(code).toBe(1);
  for (const part of [`expected: ${expected}`, words, fix]) expect(stderr).toContain(part);
  expect(stderr).not.toContain("    at ");
});

test("without npm it says so", async () => {
  const { code, stderr } = await setup({ PATH: join(clone, "src") });
  expect(code).toBe(1);
  expect(stderr).toContain("got:      no npm");
});

test("each export leads to its source, and one without a source to nothing", async () => {
  await setup();
  expect(await import(join(clone, "dist/flow/index.js"))).toMatchObject({ flow: 2 });
  expect(fs.existsSync(join(clone, "dist/sqlite"))).toBe(false);
  expect(fs.readlinkSync(join(clone, "node_modules/.bin/aitor"))).toBe("../../bin/aitor.js");
});

test("a build stays until the source changes", async () => {
  await setup();
  for (const name of ["index", "flow/index"]) write(`dist/${name}.js`, "export const built = true;\n");
  await setup();
  expect(read("dist/index.js")).toContain("built");
  const later = new Date(fs.statSync(join(clone, "dist/index.js")).mtimeMs + 5000);
  fs.utimesSync(join(clone, "src/index.ts"), later, later);
  expect((await setup()).stderr).toMatch(/older than src.*replaced by development links/);
  expect(read("dist/index.js")).toBe('export * from "../src/index.ts";\n');
});

test("a build is replaced when asked", async () => {
  await setup();
  for (const name of ["index", "flow/index"]) write(`dist/${name}.js`, "export const built = true;\n");
  await setup({}, "--links");
  expect(read("dist/index.js")).toBe('export * from "../src/index.ts";\n');
});

const read = (path: string): string => fs.readFileSync(join(clone, path), "utf8");
const installations = (): number => read("npm.log").split("npm ci\n").length - 1;

function write(path: string, text: string): void {
  fs.mkdirSync(dirname(join(clone, path)), { recursive: true });
  fs.writeFileSync(join(clone, path), text);
}

function setup(
  environment: NodeJS.ProcessEnv = {},
  ...args: string[]
): Promise<{ code: number | null; stderr: string }> {
  const PATH = [join(clone, "npm"), process.env["PATH"]].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["scripts/setup.mjs", ...args], {
      cwd: clone,
      env: { ...process.env, npm_execpath: "", PATH, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
}
