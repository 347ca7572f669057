// npm run build: JavaScript bundled per subpath with shared chunks, and declarations, into dist/ or --out.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { bundle, published } from "./bundle.ts";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({ options: { out: { type: "string", default: published } } });

const work = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "aitor-build-")));
try {
  bundle(work);
  declare();
  place(resolve(values.out));
} finally {
  fs.rmSync(work, { recursive: true, force: true });
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
