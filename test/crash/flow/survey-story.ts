// The flow as it is killed, and what its runs must be in the end.
import { isDeepStrictEqual } from "node:util";

import { judgeEffects, judgeStreams } from "../points/run-verdict.ts";
import type { EndedRun, Story } from "../points/story.ts";
import type { Faults } from "../faults.ts";
import { stepOf } from "../points/witness.ts";
import type { Figures } from "./folder.ts";
import { needsOf, type Survey } from "./survey.ts";

/**
 * @param figures What is in the folder.
 * @param timerMs How long the runs' timer takes.
 */
export function surveyStory(folder: string, figures: Figures, timerMs: number): Story {
  return {
    program: "flow",
    points: 36,
    writes: WRITES,
    inputOf: (witnesses) => ({ timerMs, survey: { folder, ...witnesses } }),
    runOf: (id) => id,
    topOf: (stream) => stream.split("/", 1)[0], // a child's id is its parent's and the key of the step
    needsOf,
    answerTo: (run, key) => `yes to ${stepOf(run, key)}`,
    judge: (run, faults) => {
      judgeStreams(run, faults);
      judgeTimer(run, faults);
      judgeEffects(run, 2, faults);
      judgeOutput(run, figures, faults);
    },
  };
}

const WRITES = [
  "run-started",
  "step-started",
  "step-finished",
  "a blob",
  "timer-set",
  "signal-awaited",
  "run-suspended",
  "signal-received",
  "run-finished",
];

function judgeTimer({ id, record, executions }: EndedRun, faults: Faults): void {
  const events = [...record.values()].flat();
  const due = (events.find(({ type }) => type === "timer-set")?.data as { at: number } | undefined)?.at ?? Infinity;
  const firedAt = events.find(({ type }) => type === "timer-fired")?.at ?? 0;
  if (firedAt < due) faults.wrong.push(`run ${id}: its timer fired ${due - firedAt} ms before its time`);
  const after = executions.filter(({ step }) => step.endsWith("/after"));
  if (after.length === 0 || after.some(({ at }) => at < due)) {
    faults.wrong.push(`run ${id}: what comes after its timer was not done, or before its time`);
  }
}

function judgeOutput({ id, record }: EndedRun, figures: Figures, faults: Faults): void {
  const data = record.get(id)?.at(-1)?.data as { readonly output?: Survey } | undefined;
  const counting = [...record.keys()].find((stream) => stream !== id) ?? "";
  const expected: Survey = {
    figures,
    reserved: stepOf(counting, "reserve"),
    approval: `yes to ${stepOf(counting, "approval")}`,
    published: stepOf(id, "publish"),
  };
  if (!isDeepStrictEqual(data?.output, expected)) faults.wrong.push(`run ${id} gave ${JSON.stringify(data?.output)}`);
}
