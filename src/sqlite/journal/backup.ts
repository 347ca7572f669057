import { resolve } from "node:path";
import { backupError } from "../format/errors.ts";
import { makeFile, type Verified } from "./new-file.ts";
import type { JournalSettings } from "../format/settings.ts";

export type BackupResult = Verified;

/**
 * Copies a journal while it is being written. The file appears when it is whole and was read through.
 *
 * @param copy Has the worker write the copy.
 * @throws AitorError `backup-failed`, `journal-failed`.
 */
export function backUp(
  settings: JournalSettings,
  copy: (file: string) => Promise<unknown>,
  target: string,
): Promise<BackupResult> {
  return makeFile(settings, target, copy, (got, fix, cause) =>
    backupError(settings.path, resolve(target), got, fix, cause),
  );
}
