import * as fs from "node:fs";
import { dirname, join, relative } from "node:path";
import { buildSync } from "esbuild";

const root = join(import.meta.dirname, "..");

/** Where the package has its build. Maps say where sources are as seen from here, wherever a build is written to. */
export const published: string = join(root, "dist");

/** What all bundles of this clone are: modules that Node runs, which share chunks. */
export const MODULES = {
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "es2024",
} as const;

/** Writes the package's JavaScript into `folder`: bundled per subpath, with shared chunks and source maps. */
export function bundle(folder: string): void {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: entries(),
    outdir: published,
    outbase: "src",
    write: false,
    ...MODULES,
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
  for (const { path, contents, text } of outputFiles) {
    const file = join(folder, relative(published, path));
    fs.mkdirSync(dirname(file), { recursive: true });
    fs.writeFileSync(file, path.endsWith(".js") ? withClassNames(text) : contents);
  }
}

/** esbuild calls a class that names itself `_Name` inside, and so does whoever logs one of its objects: it gets its own name back. */
function withClassNames(code: string): string {
  return code.replaceAll(/\bvar (\w+) = class _\1(?: extends [^{\n]+)? \{/g, '$& static name = "$1";');
}

function entries(): string[] {
  const manifest = JSON.parse(fs.readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, unknown>;
  };
  const sources = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === "object" && entry !== null && "source" in entry ? [String(entry.source)] : [],
  );
  return [...sources, "src/threads/worker.ts", "src/sqlite/journal-worker.ts", "src/cli/main.ts"].filter((source) =>
    fs.existsSync(join(root, source)),
  );
}
