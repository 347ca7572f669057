import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";

import { AitorError } from "../../base/index.ts";
import { sourceExcerpt } from "../source-location.ts";
import type { ModuleTarget } from "./module-target.ts";

/** What a module exports, by name; each of them once, under its first name. */
export type ModuleExports = ReadonlyMap<string, unknown>;

/** @throws AitorError `module-not-loaded` for a syntax error, a missing import, and what the module itself throws. */
export async function loadModule(target: ModuleTarget): Promise<ModuleExports> {
  let namespace: Record<string, unknown>;
  try {
    namespace = (await import(pathToFileURL(target.file).href)) as Record<string, unknown>;
  } catch (error) {
    throw await notLoadedError(target, error);
  }
  return new Map(Object.entries(namespace).filter(([name]) => name !== "module.exports"));
}

async function notLoadedError({ path, file }: ModuleTarget, cause: unknown): Promise<AitorError> {
  const syntax = cause instanceof SyntaxError && sourceExcerpt(cause.stack) === undefined;
  const excerpt = syntax ? await syntaxErrorOf(file) : undefined;
  const where = excerpt === undefined && syntax ? `"${path}", or a module that it imports,` : `"${path}"`;
  return new AitorError({
    code: "module-not-loaded",
    message: `${where} cannot be loaded`,
    ...(isMoreThanTypes(cause) && MORE_THAN_TYPES),
    cause: excerpt === undefined ? cause : Object.assign(cause as SyntaxError, { stack: excerpt }),
  });
}

/** Enums, namespaces with values, parameter properties: code that would have to be made, where types are but left out. */
function isMoreThanTypes(cause: unknown): boolean {
  return (cause as { readonly code?: unknown } | null)?.code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX";
}

const MORE_THAN_TYPES = {
  expected: "TypeScript of which nothing but types has to be taken away (erasableSyntaxOnly)",
  fix: 'write it without, or have a compiler load it: NODE_OPTIONS="--import tsx" aitor …, with tsx installed',
};

/**
 * Where the file's syntax error is. Node knows, but tells only when it dies of it; `--check` reads the file and runs
 * nothing.
 */
function syntaxErrorOf(file: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--check", file], { encoding: "utf8" }, (error, _stdout, stderr) => {
      resolve(error !== null && sourceExcerpt(stderr) !== undefined ? stderr : undefined);
    });
  });
}
