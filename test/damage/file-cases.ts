// The file may not be written, is deleted or replaced, or is one of a newer version: an error that says so, and what is there
// stays as it is.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isAitorError } from "aitor";
import { examineJournal, sqliteJournal } from "aitor/sqlite";
import { ask, copyJournal } from "../../src/sqlite/damage.fixture.ts";
import type { Verdict } from "./verdict.ts";
import type { Original } from "./originals.ts";
import { write } from "./processes.ts";

/** @param killed Its last commits are in its log. */
type FileCase = (original: Original, place: string, killed: Original) => Promise<Verdict>;

export const FILE_CASES: Readonly<Record<string, FileCase>> = {
  "read-only file": async (original, place) => {
    const folder = fresh(place, "read-only");
    const path = join(folder, "a.db");
    copyJournal(original.path, path, [""]);
    const before = readFileSync(path);
    chmodSync(place, 0o755);
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    const outcome = await write(path, "readOnly");
    if (typeof outcome !== "string" && outcome.skipped !== undefined) {
      return { detected: undefined, faults: [], skipped: outcome.skipped };
    }
    const faults = typeof outcome === "string" ? [outcome] : [];
    if (!readFileSync(path).equals(before)) faults.push("the file was changed");
    const detected = typeof outcome === "string" ? undefined : outcome.error;
    return { detected, faults: detected === "journal-unavailable" ? faults : [...faults, `it was told ${detected}`] };
  },

  "deleted file": async (original, place) => {
    const path = join(fresh(place, "deleted"), "a.db");
    copyJournal(original.path, path, [".mark"]);
    return refused(path, "journal-corrupt", () => (existsSync(path) ? ["a new file was made in its place"] : []));
  },

  "file deleted while it is open": (_, place) => takenAway(join(fresh(place, "deleted-open"), "a.db"), "deleted"),

  "file replaced while it is open": async (original, place) => {
    const path = join(fresh(place, "replaced-open"), "a.db");
    copyFileSync(original.path, `${path}.other`);
    return takenAway(path, "replaced");
  },

  "file of a newer version": async (original, place) => {
    const path = join(fresh(place, "newer"), "a.db");
    copyJournal(original.path, path, [""]);
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 1000");
    database.close();
    const before = readFileSync(path);
    const doctor = await examineJournal(path).catch((error: unknown) => error);
    const { detected, faults } = await refused(path, "journal-version", () =>
      readFileSync(path).equals(before) ? [] : ["the file was changed"],
    );
    const isTold = isAitorError(doctor, "journal-version");
    return { detected, faults: isTold ? faults : [...faults, "the doctor does not say so"] };
  },

  "file of another program": async (_, place) => {
    const path = join(fresh(place, "other"), "a.db");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE contacts (name TEXT)");
    database.close();
    const before = readFileSync(path);
    const doctor = await examineJournal(path).catch((error: unknown) => error);
    const { detected, faults } = await refused(path, "journal-foreign", () =>
      readFileSync(path).equals(before) ? [] : ["the file was changed"],
    );
    const isTold = isAitorError(doctor, "journal-foreign");
    return { detected, faults: isTold ? faults : [...faults, "the doctor does not say so"] };
  },

  "deleted log": async (_, place, original) => {
    const path = join(fresh(place, "log"), "a.db");
    copyJournal(original.path, path, ["", ".mark"]);
    const answers = ask(path, original.streams, original.blobs);
    const error = answers.get("open");
    const detected = isAitorError(error) ? error.code : undefined;
    return { detected, faults: detected === undefined ? ["its last events are lost, and nobody says so"] : [] };
  },
};

async function refused(path: string, code: string, look: () => string[]): Promise<Verdict> {
  const journal = sqliteJournal(path);
  const error: unknown = await journal.ready().catch((thrown: unknown) => thrown);
  await journal.close();
  const detected = isAitorError(error) ? error.code : undefined;
  return { detected, faults: detected === code ? look() : [`it was told ${String(error)}`] };
}

async function takenAway(path: string, deed: string): Promise<Verdict> {
  const outcome = await write(path, deed);
  if (typeof outcome === "string") return { detected: undefined, faults: [outcome] };
  const { acknowledged, error, next } = outcome;
  const faults: string[] = [];
  if (acknowledged > 19) faults.push(`${acknowledged} appends were acknowledged, 19 are anywhere`);
  if (error !== "journal-failed") faults.push(`it was told ${error}`);
  if (next !== "journal-failed") faults.push(`the next append was told ${next}`);
  return { detected: error, faults };
}

function fresh(place: string, name: string): string {
  const folder = join(place, name);
  if (existsSync(folder)) chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}
