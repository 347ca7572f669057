import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

/** A bundle of a program, minified: what is loaded first, the entry and what it imports at once. */
export interface Bundle {
  /** Of the first files, gzipped. */
  readonly kilobytes: number;
  /** The files that went into them, as esbuild names them. */
  readonly inputs: readonly string[];
}

/**
 * @param folder Where what is imported is looked up.
 * @param external Packages that are left out: such as providers, which an agent's bundle has beside it.
 * @param conditions Of exports, before those of Node.
 */
export async function bundled(
  folder: string,
  program: string,
  external: readonly string[] = [],
  conditions: readonly string[] = [],
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: folder },
    absWorkingDir: folder,
    outdir: "bundle",
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    external: [...external],
    conditions: [...conditions],
    logLevel: "silent",
    loader: { ".node": "empty" },
  });
  const paths = Object.keys(metafile.outputs);
  const first = new Set<string>();
  follow(paths.find((path) => metafile.outputs[path]?.entryPoint === "<stdin>") ?? "", metafile, first);
  const bytes = outputFiles
    .filter(({ path }) => first.has(relative(folder, path)))
    .reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  const inputs = [...first].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
  return { kilobytes: bytes / 1e3, inputs };
}

function follow(path: string, metafile: Metafile, seen: Set<string>): void {
  if (seen.has(path)) return;
  seen.add(path);
  for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
    if (kind === "import-statement" && metafile.outputs[next] !== undefined) follow(next, metafile, seen);
  }
}
