// What steps leave behind outside the journal, on disk before they go on: by it the journal is judged.
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

import type { StepContext } from "aitor";

/** A call of a step's function. */
export interface Execution {
  /** The process, by its number among those that work on one journal. */
  readonly life: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The step, over all runs: its idempotency key. */
  readonly step: string;
}

/** Where a program's steps leave their traces. Absolute paths. */
export interface Witnesses {
  /** Each call of a step. */
  readonly executions: string;
  /** What the steps that must run once leave outside: a line each, their idempotency key. */
  readonly effects: string;
}

/** Leaves traces. */
export interface Traces {
  /** A step is called whose name is known, and no more. */
  readonly called: (step: string) => void;
  /** A step is called. */
  readonly told: (step: StepContext) => void;
  /** A step that must run once is called, and does what it does. @returns Its idempotency key. */
  readonly effect: (step: StepContext) => string;
}

/** @param life The number of this process. */
export function traces(life: number, { executions, effects }: Witnesses): Traces {
  const called = (step: string): void => appendLine(executions, `${life} ${Date.now()} ${step}`);
  return {
    called,
    told: ({ idempotencyKey }) => called(idempotencyKey),
    effect: ({ idempotencyKey }) => {
      called(idempotencyKey);
      appendLine(effects, idempotencyKey);
      return idempotencyKey;
    },
  };
}

export function appendLine(file: string, line: string): void {
  const descriptor = openSync(file, "a");
  writeSync(descriptor, `${line}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

export function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function readExecutions(file: string): Execution[] {
  return readLines(file).map((line) => {
    const [life, at, ...step] = line.split(" ");
    return { life: Number(life), at: Number(at), step: step.join(" ") };
  });
}

/** What names a step in the world outside, made from its run and its key as `StepContext.idempotencyKey` is. */
export function stepOf(run: string, key: string): string {
  return `${run.replace(/[%/#[\]]/g, encodeURIComponent)}/${key}`;
}

/** The run in such a name. */
export function runOf(step: string): string {
  return decodeURIComponent(step.split("/", 1)[0] as string);
}
