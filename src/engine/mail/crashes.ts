import type { Journal } from "../../journal/index.ts";
import { occupationOf } from "../record/occupation.ts";
import { type Beginning, RecoveredRun } from "../record/recovered-run.ts";

/** How often a run was begun since it, or a run below it, last got any further. */
export interface Crashes {
  readonly beginnings: number;
  /** Of these, the ones in which it may be the reason that its process died: it did not wait for other agents or models alone. */
  readonly crashes: number;
}

/** The same, of one run and those below it. */
interface Lives {
  /** The `seq` of the last event by which any of them got further. */
  readonly further: number;
  /** The `seq` of each beginning since then. */
  readonly all: readonly number[];
  readonly suspect: readonly number[];
}

/** Reads the runs of children as well where those are what it waits for. */
export async function crashesOf(journal: Journal, run: RecoveredRun): Promise<Crashes> {
  const { all, suspect } = await livesOf(journal, run);
  return { beginnings: all.length, crashes: suspect.length };
}

async function livesOf(journal: Journal, run: RecoveredRun): Promise<Lives> {
  const { steps, beginnings, ending, last } = run;
  const children: Lives[] = [];
  for (const { outcome, child: id } of steps.values()) {
    if (outcome !== undefined || id === undefined) continue;
    const child = await RecoveredRun.read(journal.read(id));
    if (child !== undefined) children.push(await livesOf(journal, child));
  }
  const isSuspect = (from: number, to: number): boolean => {
    const within = ({ all }: Lives): boolean => all.some((seq) => seq > from && seq < to);
    // One in which no child was begun did something itself before.
    return !children.some(within) || children.some(({ suspect }) => suspect.some((seq) => seq > from && seq < to));
  };
  const below = Math.max(0, ...children.map(({ further }) => further));
  const suspect = beginnings.filter(({ seq, at = occupationOf(run, seq) }, index) => {
    return at === "own" || (at === "children" && isSuspect(seq, beginnings[index + 1]?.seq ?? Infinity));
  });
  const since = (lives: readonly Beginning[]): number[] => lives.flatMap(({ seq }) => (seq > below ? [seq] : []));
  // What a child came to is not on record of its parent yet.
  const further = Math.max(ending === undefined ? run.further : last, below);
  return { further, all: since(beginnings), suspect: since(suspect) };
}
