import type { Clock } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { ActiveRuns } from "./active-runs.ts";
import type { Answer } from "./engine.ts";
import { engineOf } from "./journal-engines.ts";
import { answerRecorded } from "./recorded-run.ts";
import type { RunTurns } from "./run-turns.ts";
import { noAnswerError } from "./wait-errors.ts";

interface Place {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  readonly turns: RunTurns;
}

/** An answer as it came; `undefined` where it says nothing, or more than one thing. */
export function answerOf(given: unknown): Answer | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { value, fail, again } = given as { value?: unknown; fail?: unknown; again?: unknown };
  const says = ["value", "fail", "again"].filter((field) => field in given);
  if (says.length !== 1) return undefined;
  if ("value" in given) return { value };
  if (typeof fail === "string") return { fail };
  return again === true ? { again } : undefined;
}

/** Answers what a run waits for, whether or not it is under way here. @param by The command that brings it. */
export async function answerRun(
  { journal, clock, runs, turns }: Place,
  id: string,
  key: string,
  given: Answer,
  by?: string,
): Promise<void> {
  const answer = answerOf(given);
  if (answer === undefined) throw noAnswerError(key, given);
  for (;;) {
    const isRecorded = await turns.take(id, async () => {
      if (runs.get(id) !== undefined) return false;
      const other = engineOf(id, journal.inbox);
      await (other?.answer(id, key, answer, by) ?? answerRecorded(journal, clock, id, key, answer, by));
      return true;
    });
    if (isRecorded) return;
    const active = runs.get(id);
    if (active !== undefined) return active.answer(key, answer, by);
  }
}
