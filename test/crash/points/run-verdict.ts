// What a run must be when it has come to its end, however often it was killed.
import type { EventEnvelope } from "aitor";

import type { EndedRun } from "./story.ts";
import type { Faults } from "../faults.ts";
import { stepOf } from "./witness.ts";

const ENDS = [
  ["step-started", "step-finished"],
  ["timer-set", "timer-fired"],
  ["signal-awaited", "signal-received"],
] as const;

/** It begins and ends once, and so does all that is in it. */
export function judgeStreams({ record }: EndedRun, faults: Faults): void {
  for (const [stream, events] of record) judgeStream(stream, events, faults);
}

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

/** @param count Steps of the run that must run once. */
export function judgeEffects({ id, record, effects }: EndedRun, count: number, faults: Faults): void {
  const once = [...record.values()].flat().filter(({ data }) => (data as { effect?: string })?.effect === "once");
  const steps = new Set(once.map(({ stream, key }) => stepOf(stream, key)));
  if (steps.size !== count) faults.wrong.push(`run ${id}: ${steps.size} steps that must run once, not ${count}`);
  for (const step of steps) {
    const times = effects.filter((each) => each === step).length;
    if (times > 1) faults.twice.push(`run ${id}: ${step} happened ${times} times`);
    if (times === 0) faults.lost.push(`run ${id}: ${step} did not happen`);
  }
}
