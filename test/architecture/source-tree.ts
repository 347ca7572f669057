import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { readSourceFile, type SourceFile } from "./source-file.ts";

/** A tree's files by path from its root, with forward slashes. */
export type SourceTree = ReadonlyMap<string, SourceFile>;

const root = join(import.meta.dirname, "../..");
const isCode = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path);

/** The code of these folders of the repository. */
export function readTree(...folders: readonly string[]): SourceTree {
  return new Map(folders.flatMap((folder) => [...folderTree(folder)]));
}

const read = new Map<string, SourceTree>();

function folderTree(folder: string): SourceTree {
  const known = read.get(folder);
  if (known !== undefined) return known;
  const files = filesUnder(join(root, folder));
  const tree = parseTree(
    Object.fromEntries(files.map((path) => [relative(root, path).split(sep).join("/"), readFileSync(path, "utf8")])),
  );
  read.set(folder, tree);
  return tree;
}

export function parseTree(texts: Readonly<Record<string, string>>): SourceTree {
  return new Map(Object.entries(texts).map(([path, text]) => [path, readSourceFile(path, text)]));
}

function filesUnder(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesUnder(join(folder, entry.name));
    return isCode(entry.name) ? [join(folder, entry.name)] : [];
  });
}
