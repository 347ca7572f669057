// Preloaded where Aitor is measured: what the bench imports of `src/` comes from a build, as users import it. Where nobody has
// built it, as in tests, it comes from `src/` itself.
import { registerHooks } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** What processes are started with that measure it. */
export const PRELOAD = ["--import", import.meta.url] as const;

/** Names the build for this process, and for those that it starts. */
const VARIABLE = "AITOR_BENCH_BUILD";

/** From now on the build in that folder is measured. */
export function measureBuild(folder: string): void {
  process.env[VARIABLE] = folder;
  redirect(folder);
}

const folder = process.env[VARIABLE];
if (folder !== undefined) redirect(folder);

function redirect(to: string): void {
  const [bench, source, build] = [import.meta.dirname, join(import.meta.dirname, "..", "src"), to].map(
    (path) => pathToFileURL(path + sep).href,
  ) as [string, string, string];
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (context.parentURL?.startsWith(bench) !== true || !found.url.startsWith(source)) return found;
      return { ...found, url: build + found.url.slice(source.length).replace(/\.ts$/, ".js"), format: "module" };
    },
  });
}
