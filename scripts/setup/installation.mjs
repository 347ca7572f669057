import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.mjs";

const OLDEST_NODE = "24.11";

/** Whether `node_modules` is what `package-lock.json` says, by the stamp that a finished installation leaves. */
export function isInstalled(root) {
  const stamp = readIfThere(stampPath(root));
  if (stamp !== undefined && stamp === lockHash(root) && hasNode(root)) return true;
  if (!matchesLock(root)) return false;
  writeFileSync(stampPath(root), lockHash(root));
  return true;
}

/** Installs exactly what `package-lock.json` says. */
export async function install(root) {
  const reason = existsSync(join(root, "node_modules")) ? "not what package-lock.json says" : "missing";
  console.error(`setup: node_modules is ${reason}, installing the locked dependencies (npm ci) …`);
  rmSync(stampPath(root), { force: true });
  const started = Date.now();
  await npm(root, ["ci", "--include=dev", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (!hasNode(root)) {
    throw new SetupError({
      expected: `Node ${OLDEST_NODE} or newer, or npm's leave to install one into node_modules`,
      got: `Node ${process.versions.node}, and npm ran no install scripts (ignore-scripts)`,
      fix: "run again with npm_config_ignore_scripts=false, or install a newer Node",
    });
  }
  writeFileSync(stampPath(root), lockHash(root));
  console.error(`setup: installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

const stampPath = (root) => join(root, "node_modules", ".aitor-setup");
const lockHash = (root) => createHash("sha256").update(lockText(root)).digest("hex");

/** One that is new enough: npm installs none where it runs no install scripts. */
function hasNode(root) {
  if (existsSync(join(root, "node_modules", "node", "bin", "node"))) return true;
  return process.versions.node.localeCompare(OLDEST_NODE, "en", { numeric: true }) >= 0;
}

function lockText(root) {
  const text = readIfThere(join(root, "package-lock.json"));
  if (text !== undefined) return text;
  throw new SetupError({
    expected: "package-lock.json beside package.json",
    got: "no such file",
    fix: "restore it: git checkout -- package-lock.json",
  });
}

/** npm keeps a lock of what it put into `node_modules`, written when it is done: so a finished `npm install` counts. */
function matchesLock(root) {
  const installedText = readIfThere(join(root, "node_modules", ".package-lock.json"));
  if (installedText === undefined || !hasNode(root)) return false;
  try {
    const installed = JSON.parse(installedText).packages;
    const locked = JSON.parse(lockText(root)).packages;
    // The folders of the package itself and its workspaces are not npm's to install.
    const names = (packages) => Object.keys(packages).filter((name) => name.includes("node_modules/"));
    return (
      names(installed).every((name) => name in locked) &&
      names(locked).every((name) =>
        name in installed
          ? installed[name].version === locked[name].version && installed[name].integrity === locked[name].integrity
          : locked[name].optional === true || locked[name].peer === true,
      )
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function npm(root, args) {
  // The npm that runs this script, else the one on the path.
  const running = process.env.npm_execpath;
  const [command, first] = running?.endsWith("npm-cli.js") ? [process.execPath, [running]] : ["npm", []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
      shell: process.platform === "win32" && command === "npm",
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", (error) => reject(new SetupError(cannotStart(error))));
    child.on("close", (code, signal) =>
      code === 0 ? resolve() : reject(new SetupError(explain(stderr.trim(), code ?? signal))),
    );
  });
}

function cannotStart(error) {
  return {
    expected: "npm 9 or newer on the path",
    got: error.code === "ENOENT" ? "no npm" : error.message,
    fix: "install Node with npm, then run the same command again",
  };
}

function explain(stderr, code) {
  const words = stderr.split("\n").slice(0, 12).join("\n            ") || "no message";
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/.test(stderr)) {
    return {
      expected: "the npm registry to answer",
      got: `no network to it\n            ${words}`,
      fix: "check the network (or npm's proxy and registry settings), then run the same command again",
    };
  }
  if (stderr.includes("EUSAGE")) {
    return {
      expected: "package.json and package-lock.json to agree",
      got: words,
      fix: "run npm run lock, and commit package-lock.json",
    };
  }
  return {
    expected: "npm ci to succeed",
    got: `npm ended with ${code}\n            ${words}`,
    fix: "mend what npm names, or remove node_modules, then run the same command again",
  };
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
