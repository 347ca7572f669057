import { checkJson, type Clock, type EventEnvelope, isAitorError } from "../base/index.ts";
import { expecting, type Journal } from "../journal/index.ts";
import type { ActiveRuns } from "./active-runs.ts";
import { engineOf } from "./journal-engines.ts";
import type { Note } from "./note.ts";
import { ownType } from "./own-events.ts";
import { headOf, isAnsweredBy } from "./recorded-run.ts";
import { notUnderWayError, runUnknownError } from "./run-errors.ts";
import type { RunTurns } from "./run-turns.ts";

interface Place {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  readonly turns: RunTurns;
}

/** Records an event in a run that has begun and not ended, whether or not it is under way here. */
export async function noteInRun(place: Place, run: string, { type, data, by }: Note): Promise<void> {
  const own = ownType(type, `run "${run}"`);
  const noted = by === undefined ? data : { ...data, by };
  checkJson(noted, `the data of the event "${own}" of run "${run}"`, false);
  const { journal, runs, turns } = place;
  for (;;) {
    const isDone = await turns.take(run, async () => {
      if (by !== undefined && (await isAnsweredBy(journal, run, by))) return true;
      if (runs.get(run) !== undefined) return false;
      const other = engineOf(run, journal.inbox);
      await (other === undefined ? noteRecorded(place, run, own, noted) : other.note(run, { type, data, by }));
      return true;
    });
    if (isDone) return;
    const active = runs.get(run);
    if (active !== undefined) return active.note(own, noted);
  }
}

/** The head stays as it is: a run that waits goes on waiting. */
async function noteRecorded({ journal, clock }: Place, run: string, type: string, data: unknown): Promise<void> {
  for (;;) {
    const head = await headOf(journal, run);
    if (head === undefined) throw runUnknownError(run);
    if (head.ended || head.state === "queued") throw notUnderWayError(run, head.state);
    const event: EventEnvelope = { v: 1, stream: run, seq: 0, at: clock.now(), run, key: "", type, data };
    try {
      await journal.append([event], { expect: expecting(run, head.last) });
      return;
    } catch (error) {
      if (!isAitorError(error, "journal-conflict")) throw error;
    }
  }
}
