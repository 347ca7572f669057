import {
  type AitorError,
  checkJson,
  type Effect,
  isAitorError,
  isPromiseLike,
  isWorkWaiting,
  type RetryPolicy,
  stepInDoubtError,
  type Timer,
} from "../../base/index.ts";
import {
  isRetryable,
  rebuildFailure,
  recordFailure,
  StepError,
  stepMismatchError,
  stepTimeoutError,
  thrownFailure,
} from "../record/errors.ts";
import type { OpenWork } from "./open-labels.ts";
import { differing, recordInput, type RecordedInput } from "../record/recorded-input.ts";
import type { StepRecord } from "../record/step-record.ts";
import { StepAttempt } from "./step-attempt.ts";
import { askAbout, recordCutOff, recordedDoubt, type StepDoubt } from "./step-doubt.ts";
import type { StepLabel } from "../record/step-label.ts";
import { checkedOptions } from "./checked-step-options.ts";
import type { InnerStepOptions, StepFunction, StepOwner } from "./step-owner.ts";
import { stepStart } from "./step-start.ts";
import { StepTimeout } from "./step-timeout.ts";

/**
 * One step from its start to its outcome: attempts one after the other, each with its time-out and its releases, then
 * one record, then the caller's promise.
 *
 * The usual step, one attempt that succeeds, runs without a promise or a closure of its own beyond the caller's;
 * retries, time-outs and resumed steps may cost more. Whatever is still under way when the step is abandoned finds
 * `#settled` and does nothing.
 */
export class StepExecution<Out> implements OpenWork {
  readonly promise: Promise<Awaited<Out>>;
  readonly label: StepLabel;
  readonly #owner: StepOwner;
  readonly #key: string;
  readonly #fn: StepFunction<Out>;
  readonly #options: InnerStepOptions | undefined;
  readonly #input: RecordedInput | undefined;
  #resolve!: (result: unknown) => void;
  #reject!: (error: unknown) => void;
  #attempt: StepAttempt | undefined;
  readonly #retry: RetryPolicy | undefined;
  #delays: Iterator<number, never> | undefined;
  readonly #timeout: number | undefined;
  #timer: Timer | undefined;
  #startedAt = 0;
  #settled = false;
  /** Counted as started, and not yet as ended. */
  #counted = false;
  #doubt: StepDoubt | undefined;

  /** @throws AitorError `invalid-option`, `invalid-duration`; `not-json` for the input. */
  constructor(owner: StepOwner, label: StepLabel, key: string, fn: StepFunction<Out>, options?: InnerStepOptions) {
    this.#owner = owner;
    this.label = label;
    this.#key = key;
    this.#fn = fn;
    this.#options = options;
    if (options !== undefined) {
      const settings = checkedOptions(options, label.name);
      this.#timeout = settings?.timeout;
      this.#retry = settings?.retry;
      this.#input = recordInput(options.input, owner.run.durable);
    }
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve as (result: unknown) => void;
      this.#reject = reject;
    });
  }

  get waiting(): boolean {
    return this.#owner.run.waits.has(this.#key);
  }

  start(): void {
    const { run } = this.#owner;
    const recorded = run.recovered?.steps.get(this.#key);
    if (recorded !== undefined) return this.#resume(recorded);
    this.#counted = true;
    run.figures.stepStarted();
    this.#begin(1, 0);
  }

  /** Ends the step from outside, at once: its scope has ended. What must run once leaves a record of its doubt. */
  abandon(reason: AitorError): void {
    if (this.#settled) return;
    this.#settled = true;
    const { run } = this.#owner;
    if (this.#counted) run.figures.stepCancelled();
    this.#timer?.cancel();
    this.#attempt?.abort(reason);
    if (this.#doubt !== undefined) run.waits.delete(this.#doubt);
    else if (this.#counted && this.#effect === "once" && this.#attempt?.concluded !== true) {
      recordCutOff(run, this.#key, this.#attempt !== undefined && !isWorkWaiting(this.#attempt), reason);
    }
    const released = this.#attempt?.end();
    if (released !== undefined) this.#owner.track(released);
    this.promise.catch(ignore);
    this.#reject(reason);
  }

  doubt(why: string): Promise<unknown> | undefined {
    const other = this.#options?.calledRun?.(this.#key);
    if (other !== undefined) return this.#owner.run.doubtIn(other, why);
    if (this.#effect !== "once" || this.#attempt === undefined) return this.#doubt && this.promise;
    if (isWorkWaiting(this.#attempt)) return undefined;
    const error = stepInDoubtError(this.#key, why);
    if (!this.#attempt.concluded) this.#attempt.abort(error);
    this.#threw(this.#attempt, error);
    return this.promise;
  }

  get #effect(): Effect {
    return this.#options?.effect ?? "idempotent";
  }

  /** Records the start, and calls the function; of a step that must run once, or is metered, after that is durable. */
  #begin(attempt: number, interrupted: number): void {
    const { run } = this.#owner;
    const effect = this.#effect;
    const data = stepStart(run.id, this.#key, this.label.name, effect, this.#input, this.#options);
    const written = run.record("step-started", this.#key, data);
    this.#startedAt = run.clock.monotonic();
    this.#attempt = undefined;
    if (written === undefined || (effect !== "once" && this.#options?.metered !== true))
      this.#call(attempt, interrupted);
    else written.then(() => this.#call(attempt, interrupted), ignore);
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
    if (difference !== undefined) return run.halt(stepMismatchError(this.#key, difference.recorded, difference.asked));
    const { outcome } = recorded;
    if (outcome === undefined) {
      this.#startedAt = run.clock.monotonic();
      this.#counted = true;
      run.figures.stepStarted();
      const next = recorded.failedAttempts + 1;
      if (recorded.effect !== "once" && this.#options?.metered === true) this.#begin(next, recorded.starts);
      else if (recorded.effect !== "once") this.#call(next, 1);
      else if (recorded.doubt === "settled") this.#begin(1, 0);
      else this.#beInDoubt(recordedDoubt(this.#key, recorded), recorded.doubt === "asked");
    } else {
      run.keeping.replayed(this.#key);
      if ("result" in outcome) this.#succeed(outcome.result);
      else this.#rejectWith(rebuildFailure(outcome.failure));
    }
  }

  #call(number: number, interrupted: number): void {
    if (this.#settled) return;
    const { run } = this.#owner;
    const attempt = new StepAttempt(this.#owner, this.#key, number, interrupted);
    this.#attempt = attempt;
    const ms = this.#timeout;
    const timeout = ms === undefined ? undefined : new StepTimeout(run.clock, ms, () => this.#timedOut(attempt, ms));
    this.#timer = timeout;
    let out: Out | PromiseLike<Out>;
    try {
      out = this.#fn(attempt);
      if (isPromiseLike(out)) {
        timeout?.called(attempt);
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
      if (this.#effect === "once" && isAitorError(error, "step-in-doubt")) this.#beInDoubt(error, false);
      else if (attempt.attempt < (this.#retry?.attempts ?? 1) && isRetryable(error)) void this.#again(attempt, error);
      else this.#fail(error);
    });
  }

  #timedOut(attempt: StepAttempt, ms: number): void {
    if (attempt.concluded || this.#settled) return;
    const error = stepTimeoutError(this.#key, ms);
    attempt.abort(error);
    const inDoubt = this.#options?.effect === "once" && !isWorkWaiting(attempt);
    this.#threw(attempt, inDoubt ? stepInDoubtError(this.#key, `it was cut off after ${ms} ms`) : error);
  }

  async #again(attempt: StepAttempt, error: unknown): Promise<void> {
    const { run } = this.#owner;
    this.#delays ??= await (this.#retry as RetryPolicy).delays();
    if (this.#settled) return;
    const delayMs = this.#delays.next().value;
    run.figures.stepRetried();
    const failure = recordFailure(error, this.#key);
    void run.record("step-retried", this.#key, { attempt: attempt.attempt, delayMs, error: failure });
    this.#timer = run.clock.timer(delayMs, () => this.#call(attempt.attempt + 1, attempt.interrupted));
  }

  /** It may have happened: the run asks, or, where nobody could answer, the step fails. */
  #beInDoubt(error: AitorError, asked: boolean): void {
    const { run } = this.#owner;
    run.recovered?.openCalls.found(this.#key);
    if (!run.asks) return this.#fail(error);
    this.#doubt = askAbout(run, this.#key, asked ? undefined : error, this.#options, {
      finished: (result) => this.#answered(() => this.#succeed(result)),
      failed: (failure, cause) => this.#answered(() => this.#rejectWith(new StepError(failure, cause))),
      again: () => this.#answered(() => this.#begin(1, 0)),
    });
  }

  #answered(next: () => void): void {
    if (this.#settled) return;
    this.#doubt = undefined;
    next();
  }

  #fail(error: unknown): void {
    const { run } = this.#owner;
    const failure = recordFailure(error, this.#key);
    const durationMs = run.clock.monotonic() - this.#startedAt;
    this.#counted = false;
    run.figures.stepFailed(this.label.name);
    const caught = this.#options?.caught === true && { caught: true };
    const written = run.record("step-failed", this.#key, { error: failure, durationMs, ...caught });
    this.#after(written, () => this.#rejectWith(thrownFailure(failure, error)));
  }

  /** It is on record, and in the log: who forgets to await it does not end the process. */
  #rejectWith(failure: StepError): void {
    this.#settle();
    this.#owner.stepFailed();
    this.promise.catch(ignore);
    this.#reject(failure);
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
