#!/usr/bin/env node
// Plain JavaScript for any Node, so that one too old gets a sentence instead of a syntax error.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = "24.11";
const own = (path) => fileURLToPath(new URL(path, import.meta.url));

if (existsSync(own("../scripts/setup.mjs"))) await prepareClone();

if (process.versions.node.localeCompare(OLDEST_NODE, "en", { numeric: true }) >= 0) await start();
else if (existsSync(own("../node_modules/node/bin/node"))) startWith(own("../node_modules/node/bin/node"));
else refuse("");

async function prepareClone() {
  const { setup } = await import("../scripts/setup.mjs");
  try {
    await setup();
  } catch (error) {
    if (error.name !== "SetupError") throw error;
    fail(error.message);
    process.exit();
  }
}

async function start() {
  if (!existsSync(own("../dist/cli/main.js"))) {
    fail("aitor: dist/cli/main.js is missing.", "Install the package again; in a clone: npm run setup");
    return;
  }
  keepCompiled();
  const { main } = await import("../dist/cli/main.js");
  // By then all is written; what a module left open must not keep the process.
  process.exit(await main(process.argv.slice(2)));
}

/**
 * The command starts in half the time when it need not be compiled again. In a folder of the user's own: what is kept there is
 * run, so that it must not be one that others can write to. Where it cannot be written, nothing is kept.
 */
function keepCompiled() {
  try {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    const kept = join(cache, "aitor");
    // One after the other: Node's own way to make all at once never ends where a folder refuses without a reason (/proc).
    for (const folder of [cache, kept]) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    accessSync(kept, constants.W_OK);
    const { uid, mode } = statSync(kept);
    // Windows has neither owners nor modes.
    if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) return;
    module.enableCompileCache?.(kept);
  } catch {
    // A home that is missing, or is for reading only.
  }
}

function startWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends its interrupt to both processes; any other sender only to this one.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", ({ message }) => refuse(` The one in node_modules does not start: ${message}.`));
  child.on("exit", (code, signal) => {
    if (signal === null) return process.exit(code);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function refuse(more) {
  fail(
    `aitor needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node} (${process.execPath}).${more}`,
    "Install a newer Node, or put one into your project: npm install --save-dev node",
  );
}

function fail(...lines) {
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}
