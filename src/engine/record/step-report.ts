import type { Draft, Effect, ErrorRecord } from "../../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { EngineEvent, EventData } from "./events.ts";
import type { RecordedInput } from "./recorded-input.ts";
import { stepNameOf } from "./step-label.ts";

/** One step, timer, signal or child of a run. */
export interface StepReport {
  readonly key: string;
  readonly name: string;
  readonly kind: StepKind;
  readonly state: StepState;
  /** The step's effect; `idempotent` for timers and signals. */
  readonly effect: Effect;
  readonly startedAt: number;
  readonly endedAt?: number;
  /**
   * The duration in milliseconds. For a step, as measured by the process in which it ended. For a timer, a signal, a child, and a
   * step that was answered, the time from `startedAt` to `endedAt`.
   */
  readonly durationMs?: number;
  /** How often the step was called, including the call under way. 0 for timers and signals. */
  readonly attempts: number;
  /** The attempts that failed and were followed by another one. */
  readonly retries: readonly RetryReport[];
  /** The hash of the input. From a journal in memory, an object that becomes the hash as JSON. */
  readonly input?: RecordedInput;
  /** A step's result, or the answer to a signal. */
  readonly result?: unknown;
  readonly error?: StepFailure;
  /** The run that did the step, if it is a child. */
  readonly child?: string;
  /** What a signal asked for. */
  readonly request?: unknown;
  /** When a timer fires or a signal expires. */
  readonly until?: number;
  /** Why the step may or may not have happened. */
  readonly why?: string;
  /** How somebody answered it: with a value, with a failure, or that it is to be called again. */
  readonly answered?: EventData<"step-answered">["how"];
  /** Why the last answer was refused. */
  readonly refused?: ErrorRecord;
  /** The errors of what the step could not give back. */
  readonly releaseErrors: readonly ErrorRecord[];
}

export type StepKind = "step" | "timer" | "signal" | "child";

/**
 * - `running`: called, or about to be called again. In a run whose process died: cut off with it, to be called again.
 * - `waiting`: a timer that did not fire, or a signal without an answer.
 * - `in-doubt`: it must not run twice and may have happened. Somebody is asked, or was until the run ended.
 * - `finished`, `failed`: its outcome is on record. A signal that expired has failed with the code `signal-expired`.
 * - `abandoned`: it must not run twice, was cut off with its scope or run, and may have happened.
 * - `cancelled`: cut off with its scope or run.
 */
export type StepState = "running" | "waiting" | "in-doubt" | "finished" | "failed" | "abandoned" | "cancelled";

export interface RetryReport {
  readonly attempt: number;
  readonly at: number;
  /** The delay until the next attempt. */
  readonly delayMs: number;
  readonly error: StepFailure;
}

/** Something that a run waits for. */
export interface WaitReport {
  readonly key: string;
  readonly name: string;
  /** `step` stands for a step in doubt. */
  readonly kind: "timer" | "signal" | "step";
  readonly since: number;
  /** For a signal: what it asks for. */
  readonly request?: unknown;
  /** When a signal expires. */
  readonly deadline?: number;
  /** When a timer fires. */
  readonly until?: number;
  /** For a step in doubt: why it may or may not have happened. */
  readonly why?: string;
}

interface StepDraft extends Draft<Omit<StepReport, "retries" | "releaseErrors">> {
  retries: RetryReport[];
  releaseErrors: ErrorRecord[];
}

/** The fold of a run's events into reports of what it did, step by step. */
export class StepReports {
  readonly #steps = new Map<string, StepDraft>();
  /** Those without an outcome. */
  readonly #open = new Map<string, StepDraft>();

  /** In the order of their start. */
  get steps(): readonly StepReport[] {
    return [...this.#steps.values()];
  }

  get waits(): readonly WaitReport[] {
    return [...this.#open.values()].flatMap(waitOf);
  }

  apply(event: EngineEvent): void {
    const { key, at } = event;
    switch (event.type) {
      case "step-started":
        return this.#stepStarted(key, event.data, at);
      case "timer-set":
        return this.#add({ ...waiting(key, "timer", at), until: event.data.at });
      case "signal-awaited": {
        const { name, request, deadline } = event.data;
        const asked = { ...(request !== undefined && { request }), ...(deadline && { until: deadline.at }) };
        return this.#add({ ...waiting(key, "signal", at), name, ...asked });
      }
      default:
    }
    const step = this.#steps.get(key);
    if (step === undefined) return;
    switch (event.type) {
      case "step-retried":
        step.retries.push({ ...event.data, at });
        step.attempts = event.data.attempt + 1;
        break;
      case "step-finished":
        step.result = event.data.result;
        this.#settle(step, "finished", at, event.data.durationMs);
        break;
      case "step-failed":
        step.error = event.data.error;
        this.#settle(step, "failed", at, event.data.durationMs);
        break;
      case "step-in-doubt":
        step.why = event.data.why;
        this.#reopen(step, "in-doubt");
        break;
      case "step-answered":
        this.#reopen(step, "running");
        step.answered = event.data.how;
        break;
      case "step-abandoned":
        step.why = event.data.why;
        this.#settle(step, "abandoned", at);
        break;
      case "timer-fired":
        this.#settle(step, "finished", at);
        break;
      case "signal-received":
        step.result = event.data.value;
        step.answered = "value";
        this.#settle(step, "finished", at);
        break;
      case "signal-refused":
        this.#reopen(step, "waiting");
        step.refused = event.data.error;
        break;
      case "signal-failed":
        step.error = event.data.error;
        if (event.data.error.code !== "signal-expired") step.answered = "fail";
        this.#settle(step, "failed", at);
        break;
      case "release-failed":
        step.releaseErrors.push(event.data.error);
        break;
      default:
    }
  }

  #stepStarted(key: string, { name, effect, input, child }: EventData<"step-started">, at: number): void {
    const again = this.#steps.get(key);
    if (again !== undefined) {
      const { answered } = again;
      this.#reopen(again, "running");
      if (answered !== undefined) again.answered = answered;
      again.attempts++;
      return;
    }
    this.#add({
      ...waiting(key, child === undefined ? "step" : "child", at),
      name,
      state: "running",
      effect,
      attempts: 1,
      ...(input !== undefined && { input }),
      ...(child !== undefined && { child }),
    });
  }

  #add(step: StepDraft): void {
    this.#steps.set(step.key, step);
    this.#open.set(step.key, step);
  }

  /** @param measured What the process that ended it measured; 0 where it was answered. */
  #settle(step: StepDraft, state: StepState, at: number, measured = 0): void {
    step.state = state;
    step.endedAt = at;
    const waited = step.answered !== undefined || step.kind === "child";
    // The clock may have been set back.
    step.durationMs = waited || measured === 0 ? Math.max(0, at - step.startedAt) : measured;
    this.#open.delete(step.key);
  }

  /** It was cut off before it was called. */
  uncalled(key: string): void {
    const step = this.#steps.get(key);
    if (step !== undefined) step.attempts--;
  }

  /** What it came to counts no more: an answer was refused; a fork may ask again for what its original had cut off. */
  #reopen(step: StepDraft, state: StepState): void {
    for (const field of ["result", "error", "answered", "endedAt", "durationMs"] as const) delete step[field];
    step.state = state;
    this.#open.set(step.key, step);
  }

  /** What is open ends without a record of its own. What is in doubt stays so. */
  cutOff(at: number, isCut: (key: string) => boolean): void {
    for (const step of this.#open.values()) {
      if (!isCut(step.key)) continue;
      if (step.state === "in-doubt") this.#open.delete(step.key);
      else this.#settle(step, step.effect === "once" && step.attempts > 0 ? "abandoned" : "cancelled", at);
    }
  }
}

function waiting(key: string, kind: StepKind, at: number): StepDraft {
  return {
    key,
    name: stepNameOf(key),
    kind,
    state: "waiting",
    effect: "idempotent",
    startedAt: at,
    attempts: 0,
    retries: [],
    releaseErrors: [],
  };
}

function waitOf({ key, name, kind, state, startedAt, request, until, why }: StepDraft): WaitReport[] {
  const since = { key, name, since: startedAt };
  if (state === "in-doubt") return [{ ...since, kind: "step", ...(why !== undefined && { why }) }];
  if (state !== "waiting") return [];
  if (kind === "timer") return [{ ...since, kind, ...(until !== undefined && { until }) }];
  const asked = { ...(request !== undefined && { request }), ...(until !== undefined && { deadline: until }) };
  return [{ ...since, kind: "signal", ...asked }];
}
