import { statSync } from "node:fs";

/** Which file a path stands for now; `undefined` where there is none. */
export function fileIdentity(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
