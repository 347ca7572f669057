import { checkJson, milliseconds, optionsOf, recordError, type SignalOptions, validate } from "../../base/index.ts";
import { signalAnswered } from "./answers.ts";
import type { Answer } from "../engine.ts";
import { rebuildFailure, recordFailure, type StepFailure } from "../record/errors.ts";
import { OpenWait } from "./open-wait.ts";
import type { SignalRecord } from "../record/recovered-run.ts";
import type { StepLabel } from "../record/step-label.ts";
import type { StepOwner } from "./step-owner.ts";
import { timeLeft } from "../record/time-left.ts";
import { notWaitingError, signalExpiredError } from "../record/wait-errors.ts";

const NAMES = ["schema", "request", "deadline"] as const satisfies readonly (keyof SignalOptions<unknown>)[];

/** A wait for an answer from outside: recorded, then answered, failed or expired, whichever is recorded first. */
export class Signal<Value> extends OpenWait<Value> {
  readonly kind = "signal";
  readonly #options: SignalOptions<Value>;
  readonly #deadlineMs: number | undefined;
  /** It has an outcome, recorded or about to be. */
  #decided = false;

  /** @throws AitorError `invalid-option`, `invalid-duration`; `not-json` for the request. */
  constructor(owner: StepOwner, label: StepLabel, key: string, options: SignalOptions<Value>) {
    super(owner, label, key);
    const { request, deadline } = optionsOf(options, NAMES, `an option of signal "${label.name}"`);
    this.#options = options;
    this.#deadlineMs =
      deadline === undefined ? undefined : milliseconds(deadline, `deadline of signal "${label.name}"`);
    checkJson(request, `the request of signal "${label.name}"`, this.run.freeze);
  }

  start(): void {
    const recorded = this.run.recovered?.signals.get(this.key);
    if (recorded?.outcome === undefined) return this.#wait(recorded);
    this.#decided = true;
    this.run.keeping.replayed(this.key);
    if ("failure" in recorded.outcome) return this.#fail(recorded.outcome.failure);
    void this.#replay(recorded, recorded.outcome.value);
  }

  async accept(answer: Answer, by: string | undefined): Promise<void> {
    const answered = signalAnswered(this.key, this.label.name, answer, by, this.run.freeze);
    if (answered.type === "signal-failed") {
      this.#decide();
      await this.run.recordAll([answered]);
      this.#fail(answered.data.error);
      return;
    }
    const checked = await this.#check(answered.data.value);
    this.#decide();
    await this.run.recordAll([answered]);
    this.resolve(checked);
  }

  #wait(recorded: SignalRecord | undefined): void {
    const { clock, waits } = this.run;
    const ms = this.#deadlineMs;
    const now = clock.now();
    waits.add(this);
    const asked = ms === undefined ? undefined : { at: now + ms, ms };
    const deadline = recorded === undefined ? asked : recorded.deadline;
    if (recorded === undefined) {
      const { request } = this.#options;
      const data = { name: this.label.name, ...(request !== undefined && { request }), ...(deadline && { deadline }) };
      void this.run.record("signal-awaited", this.key, data);
    }
    if (deadline) this.wakeIn(timeLeft(deadline, now), () => this.#expire(deadline.ms));
  }

  /** What was recorded while no code was there to check it may not fit. */
  async #replay(recorded: SignalRecord, value: unknown): Promise<void> {
    try {
      this.resolve(await this.#check(value));
    } catch (error) {
      if (this.settled) return;
      this.#decided = false;
      void this.run.record("signal-refused", this.key, { error: recordError(error) });
      this.#wait(recorded);
    }
  }

  #expire(ms: number): void {
    if (this.#decided || this.settled) return;
    this.#decide();
    const failure = recordFailure(signalExpiredError(this.label.name, ms), this.key);
    this.whenRecorded(this.run.record("signal-failed", this.key, { error: failure }), () => this.#fail(failure));
  }

  #check(value: unknown): Value | Promise<Value> {
    const { schema } = this.#options;
    if (schema === undefined) return value as Value;
    return validate(schema, value, `the answer to signal "${this.label.name}"`);
  }

  /** @throws AitorError `not-waiting` where something else decided meanwhile. */
  #decide(): void {
    if (this.#decided || this.settled) throw notWaitingError(this.run.id, this.key, this.run.waits.answerable);
    this.#decided = true;
    this.stopWaiting();
  }

  #fail(failure: StepFailure): void {
    this.reject(rebuildFailure(failure));
  }
}
