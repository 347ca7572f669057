import { existsSync, mkdirSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { AitorError, environment, isAitorError, messageOf, typedArgument } from "../../base/index.ts";
import { type SqliteJournal, sqliteJournal } from "../../sqlite/index.ts";
import { advisedError, UsageError } from "../terminal/errors.ts";

const FOLDER = ".aitor";
const VARIABLE = "AITOR_JOURNAL";

/** Where the journal of a command is, and why there. */
export interface JournalPlace {
  /** As it was given. */
  readonly path: string;
  /** Absolute. */
  readonly file: string;
  readonly rule: "--journal" | typeof VARIABLE | "default";
  /** What a command line for the same journal must say, with a space before it; nothing for the default one. */
  readonly option: string;
}

/** `--journal`, else `AITOR_JOURNAL`, else `./.aitor/journal.db`. @throws UsageError for what names no file. */
export function findJournal(
  given: string | undefined,
  variable: string | undefined = environment().journal,
): JournalPlace {
  if (given !== undefined) return placeOf(given, "--journal");
  if (variable !== undefined && variable !== "") return placeOf(variable, VARIABLE);
  return placeOf(join(FOLDER, "journal.db"), "default");
}

function placeOf(path: string, rule: JournalPlace["rule"]): JournalPlace {
  if (path === "" || path === ":memory:") {
    throw new UsageError(`${rule} names no file`, {
      expected: "the path of a file",
      got: path === "" ? "an empty path" : "a journal in memory, which no other process can read",
      fix: "name a file; aitor run --no-journal records nothing",
    });
  }
  return { path, file: resolve(path), rule, option: rule === "default" ? "" : ` --journal ${typedArgument(path)}` };
}

/** Opens what is there; makes nothing. @throws AitorError `journal-missing` */
export async function openToRead(place: JournalPlace): Promise<SqliteJournal> {
  requireFile(place);
  return opened(sqliteJournal(place.file, { access: "read" }));
}

/** @throws AitorError `journal-missing`, and `journal-locked` where another process holds it. */
export async function openToWrite(place: JournalPlace): Promise<SqliteJournal> {
  requireFile(place);
  return opened(sqliteJournal(place.file, { create: false }));
}

/**
 * Makes the journal where it is missing, with its folder; the default folder is kept out of git.
 *
 * @param whenLocked What can be done where another process holds it. @default what the journal says
 * @throws AitorError `journal-unavailable`, `journal-locked`.
 */
export async function openOrMake(place: JournalPlace, whenLocked?: string): Promise<SqliteJournal> {
  const folder = dirname(place.file);
  if (!existsSync(folder)) {
    try {
      makeFolder(folder);
    } catch (error) {
      throw noFolderError(place, folder, error);
    }
    if (place.rule === "default") await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch(() => {});
  }
  return opened(sqliteJournal(place.file)).catch((error: unknown) => {
    throw whenLocked !== undefined && isAitorError(error, "journal-locked") ? advisedError(error, whenLocked) : error;
  });
}

/** One after the other: Node's own way to make all at once never ends where a folder refuses without a reason (/proc). */
function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
}

function noFolderError({ file }: JournalPlace, folder: string, cause: unknown): AitorError {
  return new AitorError({
    code: "journal-unavailable",
    message: `the folder ${folder} cannot be made`,
    expected: `a folder for the journal ${file}`,
    got: messageOf(cause),
    fix: "choose another place with --journal, or record nothing: --no-journal",
    data: { path: file },
  });
}

async function opened(journal: SqliteJournal): Promise<SqliteJournal> {
  try {
    await journal.ready();
    return journal;
  } catch (error) {
    await journal.close().catch(() => {});
    throw error;
  }
}

const REASONS: Readonly<Record<JournalPlace["rule"], string>> = {
  "--journal": "which --journal names",
  AITOR_JOURNAL: "which AITOR_JOURNAL names",
  default: "the default, as there is no --journal and no AITOR_JOURNAL",
};

const OTHER = "name another one with --journal, or go to the folder where it is; aitor run makes one";

/** @throws AitorError `journal-missing` */
export function requireFile(
  { path, file, rule }: JournalPlace,
  reason: string = REASONS[rule],
  fix: string = OTHER,
): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() === true) return;
  throw new AitorError({
    code: "journal-missing",
    message: `there is no journal "${path}"`,
    expected: `a journal at ${file}, ${reason}`,
    got: found === undefined ? "no file there" : found.isDirectory() ? "a folder" : "no regular file",
    fix,
    data: { path: file },
  });
}
