// Run before every npm script. Plain JavaScript for Node 18 and npm 9, since on a bare machine it runs before
// anything is installed. With nothing to do it says nothing and costs a few milliseconds.
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { install, isInstalled } from "./setup/installation.mjs";
import { withLock } from "./setup/lock.mjs";
import { linkSources } from "./setup/links.mjs";
import { SetupError } from "./setup/setup-error.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the locked dependencies if they are missing or stale, and writes the development links. */
export async function setup({ replaceBuild = false } = {}) {
  if (!isInstalled(root)) {
    await withLock(root, async () => {
      if (!isInstalled(root)) await install(root);
    });
  }
  linkSources(root, { replaceBuild });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await setup({ replaceBuild: process.argv.includes("--links") });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
