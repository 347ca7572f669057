import type { RunAbout } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { findRun } from "./find-run.ts";
import type { JournalPlace } from "./journal-place.ts";

/** The run at the top, which is resumed: all below it goes on with it. */
export async function rootOf(journal: Journal, run: string, place: JournalPlace): Promise<string> {
  for (let root = run; ;) {
    const { parent } = (await findRun(journal, root, place)).about as RunAbout;
    if (parent === undefined) return root;
    root = parent;
  }
}
