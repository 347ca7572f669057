// npm run build: JavaScript bundled per subpath with shared chunks, and declarations, into dist/ or --out.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
// Maps say where sources are as seen from here, the place of the build in the package, wherever it is written to.
const published = join(root, "dist");
const { values } = parseArgs({ options: { out: { type: "string", default: published } } });

const work = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "aitor-build-")));
try {
  await bundle();
  declare();
  place(resolve(values.out));
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

async function bundle(): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries(),
    outdir: published,
    outbase: "src",
    write: false,
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "es2024",
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  });
  for (const { path, contents } of outputFiles) {
    const file = join(work, relative(published, path));
    fs.mkdirSync(dirname(file), { recursive: true });
    fs.writeFileSync(file, contents);
  }
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

function declare(): void {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const args = [compiler, "--project", join(root, "tsconfig.build.json"), "--outDir", work];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`declarations: tsc ended with ${status}`);
  for (const path of fs.readdirSync(work, { recursive: true, encoding: "utf8" })) {
    if (path.endsWith(".d.ts.map")) relocate(path);
  }
}

function relocate(path: string): void {
  const file = join(work, path);
  const map = JSON.parse(fs.readFileSync(file, "utf8")) as { sources: string[] };
  const sources = map.sources.map((source) => {
    const target = relative(dirname(join(published, path)), resolve(dirname(file), source));
    return target.split(sep).join("/");
  });
  fs.writeFileSync(file, JSON.stringify({ ...map, sources }));
}

function place(out: string): void {
  fs.rmSync(out, { recursive: true, force: true });
  fs.cpSync(work, out, { recursive: true });
}
