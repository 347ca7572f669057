// What is put to the test on one journal: a program, and what must be true of the runs that it leaves.
import type { Faults } from "../faults.ts";
import type { ProgramName } from "../program.ts";
import type { StreamRecords } from "./record.ts";
import type { Execution, Witnesses } from "./witness.ts";

/** A run with its children, at its end. */
export interface EndedRun {
  readonly id: string;
  readonly record: StreamRecords;
  readonly executions: readonly Execution[];
  /** What its steps that must run once left outside, over all runs: a line each, their idempotency key. */
  readonly effects: readonly string[];
}

export interface Story {
  /** It is given a `ProcessPlan` as JSON. */
  readonly program: ProgramName;
  /** A run has so many writes at least, and these among them: at each a process is killed. */
  readonly points: number;
  readonly writes: readonly string[];
  /** What the program is given in its plan. */
  inputOf(witnesses: Witnesses): unknown;
  /** What is started under an id, as a run. */
  runOf(id: string): string;
  /** The run that a stream belongs to; nothing for what is not of a run, such as an agent's memory. */
  topOf(stream: string): string | undefined;
  /** What must be on record before a step is called, by the keys of both. */
  needsOf(key: string): readonly string[];
  /** What a person says to a signal. */
  answerTo(run: string, key: string, request: unknown): unknown;
  judge(run: EndedRun, faults: Faults): void;
}
