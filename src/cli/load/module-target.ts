import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";

import { UsageError } from "../terminal/errors.ts";

/** The file that an argument `<module[#export]>` names, and the export. */
export interface ModuleTarget {
  /** As it was given, without the export. */
  readonly path: string;
  /** Absolute. */
  readonly file: string;
  readonly exportName: string | undefined;
}

/** An argument is split at its last `#`, unless a file is called like the whole of it. */
export async function findModule(argument: string): Promise<ModuleTarget> {
  if (await isFile(argument)) return { path: argument, file: resolve(argument), exportName: undefined };
  const hash = argument.lastIndexOf("#");
  const path = hash === -1 ? argument : argument.slice(0, hash);
  const exportName = hash === -1 ? undefined : argument.slice(hash + 1);
  if (path === "" || !(await isFile(path))) throw await noFileError(path);
  if (exportName === "") {
    throw new UsageError(`"${argument}" names no export`, {
      expected: "the name of an export after #",
      got: "nothing after #",
      fix: `name it, or leave out the #: ${path}`,
    });
  }
  return { path, file: resolve(path), exportName };
}

async function noFileError(path: string): Promise<UsageError> {
  const kind = await kindOf(path);
  const meant = path !== "" && extname(path) === "" ? await withExtension(path) : undefined;
  return new UsageError(path === "" ? "no module is named" : `there is no module "${path}"`, {
    expected: "the path of a TypeScript or JavaScript file",
    got: path === "" ? "an empty path" : `${resolve(path)}, which ${kind}`,
    fix: meant === undefined ? `correct the path; it is relative to ${process.cwd()}` : `did you mean ${meant}?`,
  });
}

async function withExtension(path: string): Promise<string | undefined> {
  for (const extension of ["ts", "mts", "js", "mjs", "cjs"]) {
    for (const candidate of [`${path}.${extension}`, `${path.replace(/[/\\]$/, "")}/index.${extension}`]) {
      if (await isFile(candidate)) return candidate;
    }
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return (await kindOf(path)) === "is a file";
}

async function kindOf(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "is a folder";
    return found.isFile() ? "is a file" : "is no regular file";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read (${code})`;
  }
}
