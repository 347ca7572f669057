// npm run lock: brings package-lock.json up to date with package.json, for every machine.
// - A registry that lacks the build of a native package for some other platform makes npm leave that build out of the
//   file, and npm ci then refuses the file. Those are added, without their integrity; npm fetches them nowhere else.
// - npm leaves out native builds whose `engines` exclude the Node it runs on. Here they run on the Node that is being
//   installed, so the file does not mention their engines.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const path = join(root, "package-lock.json");

const npm = spawnSync("npm", ["install", "--package-lock-only", "--no-audit", "--no-fund", "--loglevel=error"], {
  cwd: root,
  stdio: "inherit",
});
if (npm.status !== 0) process.exit(npm.status ?? 1);
complete();

function complete() {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const added = [];
  for (const entry of Object.values(lock.packages)) if (entry.optional) delete entry.engines;
  for (const [location, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const top = `node_modules/${name}`;
      if (top in lock.packages || `${location}/${top}` in lock.packages) continue;
      const { os, cpu, libc } = platformOf(name);
      // npm's own order, so that npm install leaves the file as it is.
      lock.packages[top] = { version, cpu, dev: entry.dev, libc, optional: true, os };
      added.push(name);
    }
  }
  const order = new Intl.Collator("en").compare;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => order(a, b)));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${added.length} builds for other platforms added`);
}

/** `@oxlint/binding-linux-arm-gnueabihf`: the name of a native build ends in its platform. */
function platformOf(name) {
  const [, os, cpu, abi = ""] =
    /(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name) ?? [];
  if (os === undefined)
    throw new Error(`${name} is not in the registry, and its name does not say what platform it is for`);
  if (os !== "linux" || abi === "") return { os: [os], cpu: [cpu] };
  return { os: [os], cpu: [cpu], libc: [abi.startsWith("musl") ? "musl" : "glibc"] };
}
