import type { StepContext } from "../../base/index.ts";
import type { RunContext } from "./run-context.ts";
import type { Wait } from "./waits.ts";

/** Whatever gives the result of another run. */
interface OtherRun {
  /** It stopped without an ending on record, and can be resumed. */
  readonly halted: boolean;
}

/** Another run that a step waits for: a child, or the one that handles a message. */
export class AwaitedRun implements Wait {
  readonly key: string;
  readonly #run: RunContext;
  readonly #step: StepContext;
  readonly #abortSignal: AbortSignal;

  constructor(run: RunContext, step: StepContext) {
    this.key = step.key;
    this.#run = run;
    this.#step = step;
    this.#abortSignal = step.abortSignal;
  }

  /** While the other run waits for something from outside, so does the step. */
  rest(resting: boolean): void {
    if (!resting || this.#abortSignal.aborted) this.#run.waits.delete(this);
    else this.#run.waits.add(this);
  }

  /**
   * Where the step is cut off, the other run ends too, unless the step's run is halted: then both go on later.
   *
   * @param over Why nobody waits any more, where the step itself is not cut off.
   */
  endsWith(end: (reason: unknown) => Promise<void>, over?: () => unknown): void {
    this.#step.defer(async () => {
      this.#run.waits.delete(this);
      const reason = over?.() ?? (this.#abortSignal.reason as unknown);
      if (reason !== undefined && !this.#run.halted) await end(reason);
    });
  }

  /** What the other run gives. Where that one is halted, so is the one that waits for it, which does not fail: both go on later. */
  async result<Output>(other: OtherRun, result: Promise<Output>): Promise<Output> {
    try {
      return await result;
    } catch (error) {
      if (!other.halted) throw error;
      this.#run.halt(error as Error);
      return await new Promise(() => {});
    }
  }
}
