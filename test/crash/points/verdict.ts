// What a kill may not do, looked for from outside: in what the process told before it died, what the journal holds then,
// and what the steps left behind.
import type { EventEnvelope } from "aitor";

import type { Faults } from "../faults.ts";
import type { Life } from "./life.ts";
import type { SentAnswer } from "./operator.ts";
import type { StreamRecords } from "./record.ts";
import { type Execution, runOf, stepOf } from "./witness.ts";

/**
 * What is new on record after a life is what it gave to the journal, in this order, up to some append; and what it was told
 * is durable is all there.
 */
export function judgeAppends({ number, calls }: Life, seen: number, record: StreamRecords, faults: Faults): void {
  const what = (text: string): string => `process ${number}: ${text}`;
  const fresh = [...record.values()]
    .flat()
    .filter(({ seq }) => seq > seen)
    .sort((a, b) => a.seq - b.seq);
  const bySeq = new Map(fresh.map((event) => [event.seq, short(event)]));
  for (const { events, seqs } of calls) {
    for (const [index, seq] of (seqs ?? []).entries()) {
      const told = short(events[index] as EventEnvelope);
      if (bySeq.get(seq) !== told) faults.lost.push(what(`${seq} ${told}, there is ${bySeq.get(seq)}`));
    }
  }
  let at = 0;
  for (const { events, expects, seqs, refused } of calls) {
    if (at === fresh.length) break;
    if (refused === true) continue;
    const given = events.map(short).join(", ");
    const found = fresh
      .slice(at, at + events.length)
      .map(short)
      .join(", ");
    if (given === found) at += events.length;
    else if (!(expects && seqs === undefined)) {
      faults.reordered.push(what(`${found} where ${given} was appended`));
      return;
    }
  }
  for (const event of fresh.slice(at)) faults.repeated.push(what(`${event.seq} ${short(event)} was not appended`));
}

/** No step is called whose outcome was durable when the process before died, and none twice in one process. */
export function judgeCalls(executions: readonly Execution[], before: StreamRecords, faults: Faults): void {
  const durable = new Set<string>();
  for (const [stream, events] of before) {
    for (const { type, key } of events) if (type === "step-finished") durable.add(stepOf(stream, key));
  }
  const called = new Set<string>();
  for (const { life, step } of executions) {
    if (durable.has(step)) faults.repeated.push(`process ${life}: ${step} was called, and its record was durable`);
    if (called.has(step)) faults.repeated.push(`process ${life}: ${step} was called twice`);
    called.add(step);
  }
}

/**
 * Nothing is done on the ground of what was not durable: of each step that was called, what it needs is on record at the
 * death.
 */
export function judgeGrounds(
  executions: readonly Execution[],
  record: StreamRecords,
  needsOf: (key: string) => readonly string[],
  faults: Faults,
): void {
  const durable = new Set<string>();
  for (const [stream, events] of record) {
    for (const { type, key } of events) if (OUTCOMES.has(type)) durable.add(stepOf(stream, key));
  }
  for (const { life, step } of executions) {
    const key = step.slice(step.indexOf("/") + 1);
    for (const need of needsOf(key).map((each) => stepOf(runOf(step), each))) {
      if (!durable.has(need)) faults.lost.push(`process ${life}: ${step} was called, and ${need} is not on record`);
    }
  }
}

const OUTCOMES: ReadonlySet<string> = new Set(["step-finished", "timer-fired", "signal-received"]);

/** @param by The commands that brought the answers which are on record. */
export function judgeAnswers(sent: readonly SentAnswer[], by: readonly string[], faults: Faults): void {
  for (const { id, outcome, run, key } of sent) {
    const times = by.filter((each) => each === id).length;
    const what = `${id} to ${run} ${key}`;
    if (times > 1) faults.repeated.push(`${what} is on record ${times} times`);
    if (outcome === "done" && times === 0) faults.lost.push(`${what} was acknowledged, and is not on record`);
    if (outcome === "unknown") faults.wrong.push(`nobody was told what became of ${what}`);
    if (outcome === "refused" && times > 0) faults.wrong.push(`${what} was refused, and is on record`);
  }
}

function short({ stream, type, key }: Pick<EventEnvelope, "stream" | "type" | "key">): string {
  return `${stream} ${type} ${key}`;
}
