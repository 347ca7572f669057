import { randomUUID } from "node:crypto";
import { link, open, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isAitorError, messageOf } from "../../base/index.ts";
import { Gate } from "../format/gate.ts";
import { JournalLink } from "./journal-link.ts";
import { markFile } from "../format/mark.ts";
import type { Calls } from "../worker/protocol.ts";
import type { JournalSettings } from "../format/settings.ts";

/** What a journal holds that was read through. */
export type Verified = Calls["verify"]["answer"];
export type BackupResult = Verified;

/** Reads all of a journal. @throws AitorError */
export type Verify = (settings: JournalSettings) => Promise<Verified>;

/** Why the file was not made. */
export type NewFileError = (got: string, fix: string, cause?: unknown) => Error;

/**
 * Makes the file of a journal from another one. It appears under its name when it is whole and was read through; a file that
 * is there already is never replaced.
 *
 * @param settings Of the other one.
 * @param write Makes the file that it is given the path of.
 * @throws What `failed` makes; AitorError `journal-failed`.
 */
export async function makeFile(
  settings: JournalSettings,
  target: string,
  write: (file: string) => Promise<unknown>,
  failed: NewFileError,
  verify: Verify = verified,
): Promise<Verified> {
  const file = resolve(target);
  await checkTarget(file, failed);
  // Its own: somebody else may be making a file of that name.
  const partial = `${file}.${randomUUID()}.partial`;
  let isWhole = false;
  try {
    await write(partial);
    const result = await verify({ ...settings, path: partial });
    await synced(partial);
    isWhole = true;
    // Unlike a rename, it never takes the place of a file that came meanwhile.
    await link(partial, file);
    await synced(dirname(file));
    return result;
  } catch (error) {
    if (isAitorError(error, "journal-failed")) throw error;
    if (isWhole && (error as NodeJS.ErrnoException).code === "EEXIST") throw isThere(failed);
    throw failed(messageOf(error), "see the cause", error);
  } finally {
    await removeAll(partial);
  }
}

/** In a worker of its own. */
export async function verified(settings: JournalSettings): Promise<Verified> {
  const gate = new Gate();
  const copy = { ...settings, access: "read", create: false, acceptLoss: false } as const;
  const worker = new JournalLink(copy, gate, () => {});
  await gate.openAfter(undefined);
  try {
    return await worker.call("verify", undefined);
  } finally {
    await worker.call("close", undefined).catch(() => {});
  }
}

async function checkTarget(file: string, failed: NewFileError): Promise<void> {
  const exists = await stat(file).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw failed(messageOf(error), "correct the path", error);
  });
  if (exists !== undefined) throw isThere(failed);
  const folder = await stat(dirname(file)).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw failed(`no folder ${dirname(file)}`, "make the folder");
}

function isThere(failed: NewFileError): Error {
  return failed("a file that is there already", "choose another name");
}

/** With what stands beside a journal that was opened, or a database whose writing broke off. */
async function removeAll(file: string): Promise<void> {
  const beside = ["-journal", "-wal", "-shm", ".lock", ".pid"].map((suffix) => file + suffix);
  await Promise.all([file, markFile(file), ...beside].map((each) => rm(each, { force: true })));
}

async function synced(place: string): Promise<void> {
  const handle = await open(place, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
