import type { Clock } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { ActiveRuns } from "./active-runs.ts";
import type { Answer } from "./engine.ts";
import { answerRecorded } from "./recorded-run.ts";
import type { RunTurns } from "./run-turns.ts";

interface Place {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  readonly turns: RunTurns;
}

/** Answers what a run waits for, whether or not it is under way here. @param by The command that brings it. */
export async function answerRun(
  { journal, clock, runs, turns }: Place,
  id: string,
  key: string,
  answer: Answer,
  by?: string,
): Promise<void> {
  for (;;) {
    const isRecorded = await turns.take(id, async () => {
      if (runs.get(id) !== undefined) return false;
      await answerRecorded(journal, clock, id, key, answer, by);
      return true;
    });
    if (isRecorded) return;
    const active = runs.get(id);
    if (active !== undefined) return active.answer(key, answer, by);
  }
}
