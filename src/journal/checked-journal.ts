import { invalidOption, invalidOptionGot } from "../base/index.ts";
import type { Blobs, Journal, Snapshots } from "./journal.ts";

const METHODS = ["append", "read", "restore", "tail", "heads", "drop", "close"] as const satisfies (keyof Journal)[];
const STORE = ["put", "get"] as const satisfies (keyof Blobs & keyof Snapshots)[];

/** Returns `journal` where it is one, else throws `invalid-option`, which says what it lacks. */
export function checkedJournal(journal: Journal, option: string): Journal {
  const { snapshots, blobs } = (journal ?? {}) as Partial<Journal>;
  const missing = [
    ...missingIn(journal, METHODS),
    ...missingIn(snapshots, STORE).map((name) => `snapshots.${name}`),
    ...missingIn(blobs, STORE).map((name) => `blobs.${name}`),
  ];
  if (missing.length === 0) return journal;
  if (missing.includes("append") && missing.includes("read")) {
    const fix = 'such as sqliteJournal("aitor.db") of aitor/sqlite, or memoryJournal()';
    throw invalidOption(option, "a journal", journal, fix);
  }
  const fix =
    "let it have all of the interface Journal; journalConformance of aitor/testing shows what each part promises";
  throw invalidOptionGot(option, "a whole journal", `one without ${missing.join(", ")}`, fix);
}

function missingIn(part: object | null | undefined, names: readonly string[]): readonly string[] {
  return names.filter((name) => typeof (part as Readonly<Record<string, unknown>> | undefined)?.[name] !== "function");
}
