import {
  type AitorError,
  checkJson,
  type RetryPolicy,
  type StepContext,
  type StepOptions,
  stepSettings,
  type Timer,
} from "../base/index.ts";
import {
  isRetryable,
  rebuildFailure,
  recordFailure,
  StepError,
  stepInDoubtError,
  stepMismatchError,
  stepTimeoutError,
} from "./errors.ts";
import { differing, recordInput, type RecordedInput } from "./recorded-input.ts";
import type { StepRecord } from "./recovery.ts";
import type { RunContext } from "./run-context.ts";
import { StepAttempt } from "./step-attempt.ts";
import type { StepLabel } from "./step-label.ts";

/** The scope that a step belongs to. */
export interface StepOwner {
  readonly run: RunContext;
  /** The step is over: another one may take its name. */
  closeStep(label: StepLabel): void;
  /** The scope's end waits for this. */
  track(release: Promise<void>): void;
}

export type StepFunction<Out> = (step: StepContext) => Out | PromiseLike<Out>;

/**
 * One step from its start to its outcome: attempts one after the other, each with its time-out and its releases, then
 * one record, then the caller's promise.
 *
 * The usual step, one attempt that succeeds, runs without a promise or a closure of its own beyond the caller's;
 * retries, time-outs and resumed steps may cost more. Whatever is still under way when the step is abandoned finds
 * `#settled` and does nothing.
 */
export class StepExecution<Out> {
  readonly promise: Promise<Awaited<Out>>;
  readonly label: StepLabel;
  readonly #owner: StepOwner;
  readonly #key: string;
  readonly #fn: StepFunction<Out>;
  readonly #options: StepOptions | undefined;
  readonly #input: RecordedInput | undefined;
  #resolve!: (result: unknown) => void;
  #reject!: (error: unknown) => void;
  #attempt: StepAttempt | undefined;
  #retry: RetryPolicy | undefined;
  #delays: Iterator<number, never> | undefined;
  #timeout: number | undefined;
  #timer: Timer | undefined;
  #startedAt = 0;
  #settled = false;
  /** Counted as started, and not yet as ended. */
  #counted = false;

  /** @throws AitorError `invalid-option`, `invalid-duration`; `not-json` for the input. */
  constructor(owner: StepOwner, label: StepLabel, key: string, fn: StepFunction<Out>, options?: StepOptions) {
    this.#owner = owner;
    this.label = label;
    this.#key = key;
    this.#fn = fn;
    this.#options = options;
    if (options !== undefined) {
      this.#check(options);
      this.#input = recordInput(options.input, owner.run.durable);
    }
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve as (result: unknown) => void;
      this.#reject = reject;
    });
  }

  start(): void {
    const { run } = this.#owner;
    const recorded = run.recovered?.steps.get(this.#key);
    if (recorded !== undefined) return this.#resume(recorded);
    this.#counted = true;
    run.figures.stepStarted();
    const effect = this.#options?.effect ?? "idempotent";
    const written = run.record("step-started", this.#key, { name: this.label.name, effect, input: this.#input });
    this.#startedAt = run.clock.monotonic();
    if (effect === "once" && written !== undefined) written.then(() => this.#call(1), ignore);
    else this.#call(1);
  }

  /** Ends the step from outside, at once and without a record: its scope has ended. */
  abandon(reason: AitorError): void {
    if (this.#settled) return;
    this.#settled = true;
    if (this.#counted) this.#owner.run.figures.stepCancelled();
    this.#timer?.cancel();
    this.#attempt?.abort(reason);
    const released = this.#attempt?.end();
    if (released !== undefined) this.#owner.track(released);
    this.promise.catch(ignore);
    this.#reject(reason);
  }

  #check(options: StepOptions): void {
    if (options.effect === undefined && options.timeout === undefined && options.retry === undefined) return;
    const { timeout, retry } = stepSettings(options, "step", this.label.name);
    this.#timeout = timeout;
    this.#retry = retry;
  }

  #resume(recorded: StepRecord): void {
    const { run } = this.#owner;
    let difference: ReturnType<typeof differing>;
    try {
      difference = differing(recorded.input, this.#input);
    } catch (error) {
      this.#settle();
      return this.#reject(error);
    }
    if (difference !== undefined) {
      return run.halt(stepMismatchError(this.#key, difference.recorded, difference.asked));
    }
    const { outcome } = recorded;
    this.#startedAt = run.clock.monotonic();
    if (outcome === undefined) {
      this.#counted = true;
      run.figures.stepStarted();
      if (recorded.effect !== "once") this.#call(recorded.failedAttempts + 1);
      else this.#fail(stepInDoubtError(this.#key, "its process ended while it ran"));
    } else if ("result" in outcome) {
      this.#settle();
      this.#resolve(outcome.result);
    } else {
      this.#settle();
      this.#reject(rebuildFailure(outcome.failure));
    }
  }

  #call(number: number): void {
    if (this.#settled) return;
    const { run } = this.#owner;
    const attempt = new StepAttempt(run, this.#key, number);
    this.#attempt = attempt;
    const timeout = this.#timeout;
    if (timeout !== undefined) this.#timer = run.clock.timer(timeout, () => this.#timedOut(attempt, timeout));
    let out: Out | PromiseLike<Out>;
    try {
      out = this.#fn(attempt);
      if (isPromiseLike(out)) {
        out.then(
          (result) => this.#returned(attempt, result),
          (error: unknown) => this.#threw(attempt, error),
        );
        return;
      }
    } catch (error) {
      return this.#threw(attempt, error);
    }
    this.#returned(attempt, out);
  }

  #returned(attempt: StepAttempt, result: unknown): void {
    if (!this.#conclude(attempt)) return;
    const { run } = this.#owner;
    try {
      checkJson(result, `the result of step "${this.#key}"`, run.freeze);
    } catch (error) {
      return this.#after(attempt.end(), () => this.#fail(error));
    }
    const durationMs = run.clock.monotonic() - this.#startedAt;
    this.#counted = false;
    run.figures.stepFinished(this.label.name, durationMs);
    const written = run.record("step-finished", this.#key, { result, durationMs });
    this.#after(written, () => this.#after(attempt.end(), () => this.#succeed(result)));
  }

  #succeed(result: unknown): void {
    this.#settle();
    this.#resolve(result);
  }

  #threw(attempt: StepAttempt, error: unknown): void {
    if (!this.#conclude(attempt)) return;
    this.#after(attempt.end(), () => {
      if (attempt.attempt < (this.#retry?.attempts ?? 1) && isRetryable(error)) void this.#again(attempt, error);
      else this.#fail(error);
    });
  }

  #timedOut(attempt: StepAttempt, ms: number): void {
    if (attempt.concluded || this.#settled) return;
    const error = stepTimeoutError(this.#key, ms);
    attempt.abort(error);
    const inDoubt = this.#options?.effect === "once";
    this.#threw(attempt, inDoubt ? stepInDoubtError(this.#key, `it was cut off after ${ms} ms`) : error);
  }

  async #again(attempt: StepAttempt, error: unknown): Promise<void> {
    const { run } = this.#owner;
    this.#delays ??= await (this.#retry as RetryPolicy).delays();
    if (this.#settled) return;
    const delayMs = this.#delays.next().value;
    run.figures.stepRetried();
    void run.record("step-retried", this.#key, {
      attempt: attempt.attempt,
      delayMs,
      error: recordFailure(error, this.#key),
    });
    this.#timer = run.clock.timer(delayMs, () => this.#call(attempt.attempt + 1));
  }

  #fail(error: unknown): void {
    const { run } = this.#owner;
    const failure = recordFailure(error, this.#key);
    const durationMs = run.clock.monotonic() - this.#startedAt;
    this.#counted = false;
    run.figures.stepFailed(this.label.name);
    this.#after(run.record("step-failed", this.#key, { error: failure, durationMs }), () => {
      this.#settle();
      this.#reject(new StepError(failure, error));
    });
  }

  /** Whether this is the attempt's first and the step's awaited conclusion. */
  #conclude(attempt: StepAttempt): boolean {
    if (attempt.concluded || this.#settled) return false;
    attempt.concluded = true;
    this.#timer?.cancel();
    return true;
  }

  /** Goes on at once, or when `before` is done and the step was not abandoned meanwhile. */
  #after(before: void | Promise<void>, next: () => void): void {
    if (before === undefined) return next();
    before.then(() => {
      if (!this.#settled) next();
    }, ignore);
  }

  #settle(): void {
    this.#settled = true;
    this.#attempt = undefined;
    this.#owner.closeStep(this.label);
  }
}

/** For promises whose failure was dealt with elsewhere. */
function ignore(): void {}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
