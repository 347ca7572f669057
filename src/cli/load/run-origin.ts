import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import type { RunOrigin } from "../../engine/index.ts";
import type { ModuleTarget } from "./module-target.ts";

/** Where something was loaded from. */
export function originOf({ file }: Pick<ModuleTarget, "file">, exportName: string): RunOrigin {
  return { module: pathToFileURL(file).href, export: exportName };
}

/** The file that a module's URL names; nothing where it names none. */
export function fileOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** `flow.ts#digest`, as the command takes it. */
export function originText({ module, export: name }: RunOrigin): string {
  const file = fileOf(module);
  const short = file && relative(process.cwd(), file);
  const path = (short?.startsWith("..") === true ? file : short) ?? module;
  return name === undefined ? path : `${path}#${name}`;
}
