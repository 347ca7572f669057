import { link, open, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isAitorError, messageOf } from "../base/index.ts";
import { backupError } from "./errors.ts";
import { Gate } from "./gate.ts";
import { JournalLink } from "./journal-link.ts";
import type { JournalSettings } from "./settings.ts";

export interface BackupResult {
  readonly events: number;
  readonly bytes: number;
}

/**
 * Copies a journal while it is being written. The file appears when it is whole and was read through.
 *
 * @param copy Has the worker write the copy.
 * @throws AitorError `backup-failed`, `journal-failed`.
 */
export async function backUp(
  settings: JournalSettings,
  copy: (file: string) => Promise<unknown>,
  target: string,
): Promise<BackupResult> {
  const { path } = settings;
  const file = resolve(target);
  await checkTarget(path, file);
  const partial = `${file}.partial`;
  try {
    await rm(partial, { force: true });
    await copy(partial);
    const result = await verified(settings, partial);
    await synced(partial);
    // Unlike a rename, it never takes the place of a file that came meanwhile.
    await link(partial, file);
    await synced(dirname(file));
    return result;
  } catch (error) {
    if (isAitorError(error, "journal-failed")) throw error;
    throw isAitorError(error, "backup-failed")
      ? error
      : backupError(path, file, messageOf(error), "see the cause", error);
  } finally {
    await rm(partial, { force: true });
  }
}

async function checkTarget(path: string, file: string): Promise<void> {
  const exists = await stat(file).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw backupError(path, file, messageOf(error), "correct the path", error);
  });
  if (exists !== undefined) throw backupError(path, file, "a file that is there already", "choose another name");
  const folder = await stat(dirname(file)).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw backupError(path, file, `no folder ${dirname(file)}`, "make the folder");
}

/** Reads it through in a worker of its own. */
async function verified(settings: JournalSettings, file: string): Promise<BackupResult> {
  const gate = new Gate();
  const copy = { ...settings, path: file, access: "read", create: false, acceptLoss: false } as const;
  const link = new JournalLink(copy, gate, () => {});
  await gate.openAfter(undefined);
  try {
    return await link.call("verify", undefined);
  } finally {
    await link.call("close", undefined);
  }
}

async function synced(place: string): Promise<void> {
  const handle = await open(place, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
