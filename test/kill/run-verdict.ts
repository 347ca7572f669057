// What a run must be when it has come to its end, however often it was killed.
import { isDeepStrictEqual } from "node:util";

import type { EventEnvelope } from "aitor";

import type { Figures } from "./folder.ts";
import type { StreamRecords } from "./record.ts";
import type { Survey } from "./survey.ts";
import type { Faults } from "./verdict.ts";
import { type Execution, stepOf } from "./witness.ts";

/** A run with its children. */
export interface EndedRun {
  readonly id: string;
  readonly record: StreamRecords;
  readonly executions: readonly Execution[];
  /** What its steps that must run once left outside. */
  readonly effects: readonly string[];
  readonly figures: Figures;
}

export function judgeRun(run: EndedRun, faults: Faults): void {
  for (const [stream, events] of run.record) judgeStream(stream, events, faults);
  judgeTimer(run, faults);
  judgeEffects(run, faults);
  judgeOutput(run, faults);
}

const ENDS = [
  ["step-started", "step-finished"],
  ["timer-set", "timer-fired"],
  ["signal-awaited", "signal-received"],
] as const;

/** It begins and ends once, and so does all that is in it. */
function judgeStream(stream: string, events: readonly EventEnvelope[], faults: Faults): void {
  if (events.some(({ seq }, index) => index > 0 && seq <= (events[index - 1] as EventEnvelope).seq)) {
    faults.reordered.push(`the numbers of ${stream} do not rise`);
  }
  const keysOf = (type: string): string[] => events.filter((event) => event.type === type).map(({ key }) => key);
  const times = (keys: readonly string[], key: string): number => keys.filter((other) => other === key).length;
  for (const [begin, end] of ENDS) {
    const [begun, ended] = [keysOf(begin), keysOf(end)];
    for (const key of new Set(begun)) {
      if (times(ended, key) === 0) faults.wrong.push(`${stream}: no ${end} of ${key}`);
      if (times(ended, key) > 1) faults.repeated.push(`${stream}: ${times(ended, key)} times ${end} of ${key}`);
      // A step in doubt that had not happened is started again.
      const again = begin === "step-started" ? answeredAgain(events, key) : 0;
      if (times(begun, key) > 1 + again)
        faults.repeated.push(`${stream}: ${times(begun, key)} times ${begin} of ${key}`);
    }
  }
  if (times(keysOf("run-started"), "") !== 1 || times(keysOf("run-finished"), "") !== 1) {
    faults.wrong.push(`${stream} does not start and finish once`);
  }
  const failures = events.filter(({ type }) => type.endsWith("-failed") || type === "run-cancelled");
  for (const { type, key } of failures) faults.wrong.push(`${stream}: ${type} ${key}`);
}

function answeredAgain(events: readonly EventEnvelope[], key: string): number {
  return events.filter((each) => each.type === "step-answered" && each.key === key && howOf(each) === "again").length;
}

/** How a step in doubt was answered. */
export function howOf({ data }: EventEnvelope): string | undefined {
  return (data as { readonly how?: string } | undefined)?.how;
}

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

function judgeEffects({ id, record, effects }: EndedRun, faults: Faults): void {
  const once = [...record.values()].flat().filter(({ data }) => (data as { effect?: string })?.effect === "once");
  const steps = new Set(once.map(({ stream, key }) => stepOf(stream, key)));
  if (steps.size !== 2) faults.wrong.push(`run ${id}: ${steps.size} steps that must run once, not 2`);
  for (const step of steps) {
    const times = effects.filter((each) => each === step).length;
    if (times > 1) faults.repeated.push(`run ${id}: ${step} happened ${times} times`);
    if (times === 0) faults.lost.push(`run ${id}: ${step} did not happen`);
  }
}

function judgeOutput({ id, record, figures }: EndedRun, faults: Faults): void {
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
