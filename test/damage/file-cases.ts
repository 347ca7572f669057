// The file may not be written, is deleted or replaced, or is one of a newer version: an error that says so, and what is there
// stays as it is.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isAitorError } from "aitor";
import { examineJournal, sqliteJournal } from "aitor/sqlite";
import { copyJournal } from "../../src/sqlite/damage.fixture.ts";
import type { Original } from "./originals.ts";
import { write } from "./processes.ts";
import { skipped, type Verdict } from "./verdict.ts";

/** @param killed Its last commits are in its log. */
type FileCase = (original: Original, place: string, killed: Original) => Promise<Verdict>;

export const FILE_CASES: Readonly<Record<string, FileCase>> = {
  "read-only file": async (original, place) => {
    const folder = fresh(place, "read-only");
    const path = join(folder, "a.db");
    copyJournal(original.path, path, [""]);
    const changes = changesOf(path);
    chmodSync(place, 0o755);
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    try {
      const outcome = await write(path, "readOnly");
      if (typeof outcome === "string") return { detected: undefined, faults: [outcome, ...changes()] };
      if (outcome.skipped !== undefined) return skipped(outcome.skipped);
      const { error } = outcome;
      const told = error === "journal-unavailable" ? [] : [`it was told ${error}`];
      return { detected: error, faults: [...changes(), ...told] };
    } finally {
      chmodSync(folder, 0o755);
    }
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
    return refusedUntouched(path, "journal-version");
  },

  "file of another program": async (_, place) => {
    const path = join(fresh(place, "other"), "a.db");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE contacts (name TEXT)");
    database.close();
    return refusedUntouched(path, "journal-foreign");
  },

  "deleted log": async (_, place, original) => {
    const path = join(fresh(place, "log"), "a.db");
    copyJournal(original.path, path, ["", ".mark"]);
    return refused(path, "journal-corrupt", changesOf(path));
  },
};

/** By the doctor, too. */
async function refusedUntouched(path: string, code: string): Promise<Verdict> {
  const changes = changesOf(path);
  const doctor: unknown = await examineJournal(path).catch((error: unknown) => error);
  const { detected, faults } = await refused(path, code, changes);
  return { detected, faults: isAitorError(doctor, code) ? faults : [...faults, "the doctor does not say so"] };
}

async function refused(path: string, code: string, look: () => string[]): Promise<Verdict> {
  const journal = sqliteJournal(path);
  const error: unknown = await journal.ready().catch((thrown: unknown) => thrown);
  await journal.close();
  const detected = isAitorError(error) ? error.code : undefined;
  return { detected, faults: detected === code ? look() : [`it was told ${String(error)}`] };
}

/** What is done to it from now on. */
function changesOf(path: string): () => string[] {
  const before = readFileSync(path);
  return () => (readFileSync(path).equals(before) ? [] : ["the file was changed"]);
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
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}
