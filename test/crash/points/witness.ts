// What steps leave behind outside the journal, on disk before they go on: by it the journal is judged.
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** A call of a step's function. */
export interface Execution {
  /** The process, by its number among those that work on one journal. */
  readonly life: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The step, over all runs: its idempotency key. */
  readonly step: string;
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

export function tellExecution(file: string, { life, at, step }: Execution): void {
  appendLine(file, `${life} ${at} ${step}`);
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
