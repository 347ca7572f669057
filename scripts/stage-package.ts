import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** Builds and packs what would be published, inside `folder` (absolute, existing), and returns the tarball's path. */
export async function stagePackage(folder: string): Promise<string> {
  const stage = join(folder, "stage");
  await mkdir(stage);
  await run(process.execPath, [join(root, "scripts/build.ts"), "--out", join(stage, "dist")]);
  for (const file of ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"]) {
    if (await exists(join(root, file))) await copyFile(join(root, file), join(stage, file));
  }
  for (const part of ["src", "bin", "docs"]) await cp(join(root, part), join(stage, part), { recursive: true });
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: stage,
  });
  return join(folder, tarballName(stdout));
}

/** npm prints a list up to version 11 and an object by package name from some 11 on. */
function tarballName(json: string): string {
  const printed = JSON.parse(json) as Record<string, { filename: string }>;
  const [first] = Object.values(printed);
  if (first === undefined) throw new Error(`npm pack --json: expected one package, got ${json}`);
  return first.filename;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
