import type { Effect, EventEnvelope } from "../base/index.ts";
import { AitorError, rebuildError } from "../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { EngineEvent, EventData } from "./events.ts";
import type { RecordedInput } from "./recorded-input.ts";

/** What a journal tells about one step. Without an outcome it was in flight when its process ended. */
export interface StepRecord {
  readonly effect: Effect;
  readonly input: RecordedInput | undefined;
  /** Attempts that failed and were to be repeated. */
  failedAttempts: number;
  outcome?: { readonly result: unknown } | { readonly failure: StepFailure };
}

/** Where a loop goes on: the state after its last finished turn, or its result. */
export type LoopRecord = { readonly turn: number; readonly next: unknown } | { readonly result: unknown };

/** How a run ended, if it did. */
export type Ending<Output = unknown> = { readonly output: Output } | { readonly error: Error };

/**
 * A run as its journal tells it: the fold of its events. Steps of finished turns are forgotten, so it is as large as
 * what came since the last commit point.
 */
export class RecoveredRun {
  readonly started: EventData<"run-started">;
  readonly steps: Map<string, StepRecord> = new Map();
  readonly loops: Map<string, LoopRecord> = new Map();
  /** By group key, the branch that decided a race or failed first. */
  readonly decisions: Map<string, string> = new Map();
  ending: Ending | undefined;

  private constructor(started: EventData<"run-started">) {
    this.started = started;
  }

  /** Nothing where the stream has no run. */
  static async read(events: AsyncIterable<EventEnvelope>): Promise<RecoveredRun | undefined> {
    let recovered: RecoveredRun | undefined;
    for await (const event of events as AsyncIterable<EngineEvent>) {
      if (recovered !== undefined) recovered.#apply(event);
      else if (event.type === "run-started") recovered = new RecoveredRun(event.data);
    }
    return recovered;
  }

  #apply(event: EngineEvent): void {
    const { key } = event;
    switch (event.type) {
      case "step-started":
        this.steps.set(key, { effect: event.data.effect, input: event.data.input, failedAttempts: 0 });
        break;
      case "step-retried":
        this.#step(key).failedAttempts = event.data.attempt;
        break;
      case "step-finished":
        this.#step(key).outcome = { result: event.data.result };
        break;
      case "step-failed":
        this.#step(key).outcome = { failure: event.data.error };
        break;
      case "branch-decided":
        this.decisions.set(key, event.data.branch);
        break;
      case "turn-finished":
        this.loops.set(key, event.data as LoopRecord);
        this.#forget(`${key}/`);
        break;
      case "loop-finished":
        this.loops.set(key, { result: event.data.result });
        this.#forget(`${key}/`);
        break;
      case "run-finished":
        this.ending = { output: event.data.output };
        break;
      case "run-failed":
      case "run-cancelled":
        this.ending = { error: rebuildError(event.data.error) };
        break;
      case "run-started":
      case "run-resumed":
      case "run-halted":
      case "step-progress":
      case "release-failed":
        break;
    }
  }

  #step(key: string): StepRecord {
    const step = this.steps.get(key);
    if (step !== undefined) return step;
    throw new AitorError({
      code: "invalid-value",
      message: `the journal holds an outcome of step "${key}", but no start of it`,
      expected: "a step-started event before any other event of a step",
      got: "a stream that lacks one",
      fix: "restore the journal from a backup; a run cannot be resumed from a damaged stream",
    });
  }

  #forget(path: string): void {
    for (const records of [this.steps, this.loops, this.decisions]) {
      for (const key of records.keys()) if (key.startsWith(path)) records.delete(key);
    }
  }
}
