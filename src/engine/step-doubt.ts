import { checkJson } from "../base/index.ts";
import type { Answer } from "./engine.ts";
import { recordFailure, type StepFailure, TerminalError } from "./errors.ts";
import type { RunContext } from "./run-context.ts";
import type { Wait } from "./waits.ts";

/** What became of a step that was in doubt. */
export interface DoubtAnswered {
  finished(result: unknown): void;
  failed(failure: StepFailure, cause: unknown): void;
  /** It is to be called once more. */
  again(): void;
}

/** A step that must run once and may have happened: it waits to be told. */
export class StepDoubt implements Wait {
  readonly key: string;
  readonly #run: RunContext;
  readonly #answered: DoubtAnswered;

  constructor(run: RunContext, key: string, answered: DoubtAnswered) {
    this.#run = run;
    this.key = key;
    this.#answered = answered;
  }

  async accept(answer: Answer, by: string | undefined): Promise<void> {
    const told = by === undefined ? {} : { by };
    const run = this.#run;
    if ("value" in answer) {
      checkJson(answer.value, `the result of step "${this.key}"`, run.freeze);
      run.waits.delete(this);
      await run.recordAll([
        { type: "step-answered", key: this.key, data: { how: "value", ...told } },
        { type: "step-finished", key: this.key, data: { result: answer.value, durationMs: 0 } },
      ]);
      this.#answered.finished(answer.value);
      return;
    }
    run.waits.delete(this);
    if ("fail" in answer) {
      const cause = new TerminalError(answer.fail);
      const failure = recordFailure(cause, this.key);
      await run.recordAll([
        { type: "step-answered", key: this.key, data: { how: "fail", ...told } },
        { type: "step-failed", key: this.key, data: { error: failure, durationMs: 0 } },
      ]);
      this.#answered.failed(failure, cause);
      return;
    }
    await run.record("step-answered", this.key, { how: "again", ...told });
    this.#answered.again();
  }
}
