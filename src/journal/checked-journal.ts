import { invalidOption } from "../base/index.ts";
import type { Journal } from "./journal.ts";

/** Returns `journal` where it is one, else throws `invalid-option`. */
export function checkedJournal(journal: Journal, option: string): Journal {
  const { append, read } = (journal ?? {}) as Partial<Journal>;
  if (typeof append === "function" && typeof read === "function") return journal;
  const fix = 'such as sqliteJournal("aitor.db") of aitor/sqlite, or memoryJournal()';
  throw invalidOption(option, "a journal", journal, fix);
}
