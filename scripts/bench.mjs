// npm run bench -- flow: installs the dependencies of bench/ on first use, then hands its arguments to bench/main.ts.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { linkSources } from "./setup/links.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bench = join(root, "bench");
const lock = join(bench, "package-lock.json");
const stamp = join(bench, "node_modules", ".aitor-setup");

if (existsSync(lock) && !isInstalled()) {
  console.error("bench: installing the locked dependencies of bench/ (npm ci) …");
  run("npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error");
  linkSources(root);
  writeFileSync(stamp, lockHash());
}
run(process.execPath, join(bench, "main.ts"), ...process.argv.slice(2));

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash();
}

function lockHash() {
  return createHash("sha256").update(readFileSync(lock)).digest("hex");
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: bench, stdio: "inherit" });
  if (error !== undefined) console.error(`bench: cannot start ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
