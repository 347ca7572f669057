// The package bundled as it is published, for the processes that tests start: they begin in half the time. Made again where
// what it is made of has changed.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";

import { bundle } from "../scripts/bundle.ts";

const root = join(import.meta.dirname, "..");
const cache = join(root, "node_modules/.cache"); // in here its dependencies are found
const DAY_MS = 86_400_000;

/** @returns Its folder, to be linked as `node_modules/aitor`. */
export function builtPackage(): string {
  const folder = join(cache, `package-${digest()}`);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(cache, { recursive: true });
  removeOld();
  const work = fs.mkdtempSync(join(cache, "package-"));
  bundle(join(work, "dist"));
  fs.cpSync(join(root, "bin"), join(work, "bin"), { recursive: true });
  fs.copyFileSync(join(root, "package.json"), join(work, "package.json"));
  try {
    fs.renameSync(work, folder);
  } catch (error) {
    // Another test made it meanwhile.
    if (!fs.existsSync(folder)) throw error;
    fs.rmSync(work, { recursive: true });
  }
  return folder;
}

function digest(): string {
  const hash = createHash("sha256");
  const sources = fs.globSync(["src/**/*.ts", "bin/*", "scripts/bundle.ts", "package.json"], { cwd: root }).sort();
  for (const file of sources) {
    if (!/\.(test|test-d|fixture)\.ts$/.test(file)) hash.update(file).update(fs.readFileSync(join(root, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Of sources that have changed since; not those which another run may be using. */
function removeOld(): void {
  for (const name of fs.readdirSync(cache)) {
    const path = join(cache, name);
    if (name.startsWith("package-") && Date.now() - fs.statSync(path).mtimeMs > DAY_MS) {
      fs.rmSync(path, { recursive: true, force: true });
    }
  }
}
