// npm run check               every check
// npm run check -- lint knip  those named
// npm run check -- --list     their names
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { secretsIn } from "./secrets.ts";
import { stagePackage } from "./stage-package.ts";

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

type Check = () => Promise<Outcome>;

const root = join(import.meta.dirname, "..");
const checks: Readonly<Record<string, Check>> = {
  format: () => tool("oxfmt/bin/oxfmt", "--check"),
  lint: () => tool("oxlint/bin/oxlint", "--type-aware", "--deny-warnings"),
  types: () => tool("typescript/bin/tsc", "--project", "tsconfig.json"),
  "types:portable": () => tool("typescript/bin/tsc", "--project", "tsconfig.portable.json"),
  "types:build": () => tool("typescript/bin/tsc", "--project", "tsconfig.build.json", "--noEmit"),
  knip: () => tool("knip/bin/knip.js", "--no-progress"),
  publish: checkPackage,
  secrets: checkSecrets,
};

if (process.argv.includes("--list")) {
  console.log(Object.keys(checks).join("\n"));
  process.exit();
}
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
const unknown = names.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(", ")}; there are: ${Object.keys(checks).join(", ")}`);
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), "aitor-check-"));
let staged: Promise<string> | undefined;
/** What would be published, packed once for the checks that read it. */
const tarball = (): Promise<string> => (staged ??= stagePackage(folder));

const failed: string[] = [];
const waiting = [...names];
const lane = async (): Promise<void> => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const started = performance.now();
    const { passed, output } = await checks[name]!();
    if (!passed) failed.push(name);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const said = passed ? "" : `\n${output.trim().replaceAll(/^/gm, "      ")}`;
    console.log(`${passed ? "pass" : "FAIL"}  ${name}  ${seconds} s${said}`);
  }
};
// Some use one processor, and some wait for npm: two at a time.
try {
  await Promise.all([lane(), lane()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${names.length - failed.length} checks passed, ${failed.length} failed`);
if (failed.length > 0) process.exitCode = 1;

/** publint and attw read the tarball that would be published. */
async function checkPackage(): Promise<Outcome> {
  try {
    const file = await tarball();
    const outcomes = [
      await tool("publint/src/cli.js", "run", file, "--strict"),
      await tool("@arethetypeswrong/cli/dist/index.js", file, "--profile", "esm-only", "--no-definitely-typed"),
    ];
    return { passed: outcomes.every(({ passed }) => passed), output: outcomes.map(({ output }) => output).join("\n") };
  } catch (error) {
    return { passed: false, output: failureText(error) };
  }
}

/** No file of the repository, nor of the tarball that would be published, holds what looks like a key. */
async function checkSecrets(): Promise<Outcome> {
  const run = promisify(execFile);
  try {
    const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
      cwd: root,
    });
    const own = stdout.split("\0").filter((path) => path !== "");
    await run("tar", ["-xzf", await tarball(), "-C", folder]);
    const packed = await readdir(join(folder, "package"), { recursive: true, withFileTypes: true });
    const files = [
      ...own.map((path) => join(root, path)),
      ...packed.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
    ];
    const found: string[] = [];
    for (const file of files) {
      const text = await readFile(file, "latin1").catch(() => "");
      for (const { what, line } of secretsIn(text)) found.push(`${file}:${line}: ${what}`);
    }
    return { passed: found.length === 0, output: found.join("\n") };
  } catch (error) {
    return { passed: false, output: failureText(error) };
  }
}

function failureText(error: unknown): string {
  const { message, stdout = "", stderr = "" } = error as Error & { stdout?: string; stderr?: string };
  return [message, stdout, stderr].join("\n");
}

function tool(file: string, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "node_modules", file), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ passed: code === 0, output }));
  });
}
