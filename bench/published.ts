// Preloaded where Aitor is measured: what the bench imports of `src/` comes from a build, as users import it.
import { registerHooks } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** Where the build is; bare imports in it find the packages that are installed here. */
export const BUILD = join(import.meta.dirname, "..", "node_modules", ".cache", "aitor-bench");

/** What processes are started with that measure it, too. */
export const PRELOAD = ["--import", import.meta.url] as const;

const [bench, source, built] = [import.meta.dirname, join(import.meta.dirname, "..", "src"), BUILD].map(
  (folder) => pathToFileURL(folder + sep).href,
) as [string, string, string];

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (context.parentURL?.startsWith(bench) !== true || !found.url.startsWith(source)) return found;
    return { ...found, url: built + found.url.slice(source.length).replace(/\.ts$/, ".js"), format: "module" };
  },
});
