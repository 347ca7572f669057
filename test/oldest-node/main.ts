// npm run test:oldest-node: the tests of src/, or those that are named, on the oldest Node that the package says it runs on.
// Those of programs compare what stands on stderr, where that Node warns of its SQLite.
import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

const here = import.meta.dirname;
const root = join(here, "../..");
const bin = join(here, "node_modules/.bin");
const named = process.argv.slice(2);
const tests = ["run", ...(named.length > 0 ? named : ["src/"])];
const environment = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
  NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
};

/** @returns Its exit code. */
function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): number {
  const { status, signal, error } = spawnSync(command, args, { cwd, env, stdio: "inherit" });
  if (error !== undefined || signal !== null) {
    process.stderr.write(`${error?.message ?? `${command} was ended by ${signal}`}\n`);
  }
  return status ?? 1;
}

process.exitCode =
  run("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"], here, process.env) ||
  run(join(bin, "node"), [join(root, "node_modules/vitest/vitest.mjs"), ...tests], root, environment);
