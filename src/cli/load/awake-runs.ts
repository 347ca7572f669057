import { headOf, type RunAbout } from "../../engine/index.ts";
import type { Head, Journal } from "../../journal/index.ts";

/**
 * Runs that are on record as suspended, although a run below them that they wait for is not, or has ended: they go on with it.
 * A run's own record tells only what it waits for: nothing is recorded in it when that is answered below.
 */
export async function awakeRuns(journal: Journal): Promise<ReadonlyMap<string, RunAbout>> {
  const unfinished = new Map<string, Head>();
  for await (const head of journal.heads({ kind: "run", ended: false })) unfinished.set(head.stream, head);
  const awake = new Map<string, RunAbout>();
  const wake = (id: string | undefined): void => {
    for (let above = id; above !== undefined && !awake.has(above);) {
      const head = unfinished.get(above);
      if (head?.state !== "suspended") return;
      const about = head.about as RunAbout;
      awake.set(above, about);
      above = about.parent;
    }
  };
  for (const { stream, state, about } of unfinished.values()) {
    const { parent, waitsFor = [] } = about as RunAbout;
    if (state === "running") wake(parent);
    for (const key of waitsFor) {
      const child = `${stream}/${key}`;
      if (!unfinished.has(child) && (await headOf(journal, child))?.ended === true) wake(stream);
    }
  }
  return awake;
}
