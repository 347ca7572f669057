import type { EventEnvelope, MessageKey } from "../../base/index.ts";
import { AitorError, rebuildError } from "../../base/index.ts";
import type { StepFailure } from "./errors.ts";
import { isCutOff, lastDecisions } from "./cut-off.ts";
import type { EngineEvent, EventData, RunStart } from "./events.ts";
import { type Occupation, occupationOf } from "./occupation.ts";
import { OpenCalls } from "./open-calls.ts";
import { callOutcome, RunUsage } from "./run-usage.ts";
import { scopesOnRecord, scopesWithOutcomes } from "./scopes-on-record.ts";
import { mayHaveHappened, type StepRecord } from "./step-record.ts";
import type { DueTime } from "./time-left.ts";
import { UnaskedSteps } from "./unasked-steps.ts";

export interface TimerRecord extends DueTime {
  fired: boolean;
}

export interface SignalRecord {
  /** That of the last event which tells that it is waited for. */
  seq: number;
  readonly deadline: DueTime | undefined;
  outcome?: { readonly value: unknown } | { readonly failure: StepFailure };
}

/** Where a loop goes on: the state after its last finished turn, or its result. `seq` is that of its commit point. */
export type LoopRecord = { readonly seq: number } & (
  | { readonly turn: number; readonly next: unknown }
  | { readonly result: unknown }
);

/** Which branch decided, and the `seq` of that. */
export interface DecisionRecord {
  readonly seq: number;
  readonly branch: string;
}

/** How a run ended, if it did. */
export type Ending<Output = unknown> = { readonly output: Output } | { readonly error: Error };

/** The message that a run handles. */
export type ReceivedMessage = EventData<"message-received">;

/** A beginning after which it got no further. */
export interface Beginning {
  readonly seq: number;
  /** @default what it is at now */
  at?: Occupation;
}

/** What tells that a run got further than its last beginning, or that it was not a crash that ended its process. */
const FURTHER: ReadonlySet<EngineEvent["type"]> = new Set([
  "step-finished",
  "step-failed",
  "step-retried",
  "step-in-doubt",
  "step-answered",
  "timer-fired",
  "signal-received",
  "signal-failed",
  "branch-decided",
  "turn-finished",
  "loop-finished",
  "run-suspended",
  "run-paused",
]);

/**
 * A run as its journal tells it: the fold of its events. Steps of finished turns are forgotten, so it is as large as
 * what came since the last commit point.
 */
export class RecoveredRun {
  /** Nothing where it handles a message that was not begun. */
  started: RunStart | undefined;
  message: ReceivedMessage | undefined;
  readonly steps: Map<string, StepRecord> = new Map();
  readonly timers: Map<string, TimerRecord> = new Map();
  readonly signals: Map<string, SignalRecord> = new Map();
  readonly loops: Map<string, LoopRecord> = new Map();
  /** By group key, the branch that decided a race or failed first. */
  readonly decisions: Map<string, DecisionRecord> = new Map();
  /** By scope, the content of the outline that is on record. */
  readonly outlines: Map<string, string> = new Map();
  /** The versions of the code that went on with it. */
  readonly versions: Set<string> = new Set();
  readonly usage: RunUsage = new RunUsage();
  /** How often it was begun since it last got any further. */
  readonly beginnings: Beginning[] = [];
  /** The `seq` of the last event by which it got any further. */
  further = 0;
  /** The `seq` of its last event. */
  last = 0;
  ending: Ending | undefined;
  /** The keys of what it waits for from outside, where nothing of it goes on before that. */
  restsFor: readonly string[] | undefined;
  /** It takes in nothing more from outside. */
  closed = false;
  /** Nothing is done that is not on record. */
  offline = false;
  #unasked: UnaskedSteps | undefined;
  #openCalls: OpenCalls | undefined;
  #scopes: ReadonlySet<string> | undefined;
  #settledIn: ReadonlySet<string> | undefined;

  /** Nothing where the stream has no run. */
  static async read(events: AsyncIterable<EventEnvelope> | Iterable<EventEnvelope>): Promise<RecoveredRun | undefined> {
    const recovered = new RecoveredRun();
    for await (const event of events as AsyncIterable<EngineEvent> | Iterable<EngineEvent>) {
      recovered.#apply(event);
      recovered.usage.take(event);
      recovered.last = event.seq;
    }
    return recovered.started === undefined && recovered.message === undefined ? undefined : recovered;
  }

  /** The definition's. */
  get name(): string {
    return (this.started?.name ?? this.message?.to.name) as string;
  }

  get key(): MessageKey | undefined {
    return this.message?.to;
  }

  get input(): unknown {
    return this.message === undefined ? this.started?.input : this.message.message;
  }

  /** Whether code of another version made some of it; one that is only gone through counts as such. */
  isOther(version: string): boolean {
    if (this.offline) return true;
    return this.started !== undefined && [...this.versions].some((each) => each !== version);
  }

  /** What is on record and was not asked for yet; each part of the run is looked at by itself. */
  get unasked(): UnaskedSteps {
    return (this.#unasked ??= new UnaskedSteps(this));
  }

  get openCalls(): OpenCalls {
    return (this.#openCalls ??= new OpenCalls(this.steps));
  }

  /** Whether what has this key on record is another kind of thing: code that has changed would do it again. */
  isOfAnotherKind(key: string, asked: "a step" | "a scope"): boolean {
    if (asked === "a scope") return this.steps.has(key) || this.timers.has(key) || this.signals.has(key);
    return (this.#scopes ??= scopesOnRecord(this)).has(key);
  }

  /** @param path Of a scope: its key and a slash; of the run itself, empty. */
  hasOutcomeIn(path: string): boolean {
    return (this.#settledIn ??= scopesWithOutcomes(this)).has(path.slice(0, -1));
  }

  /** The keys of what can be answered: signals that were not cut off, and `once` steps without an outcome. */
  get answerable(): string[] {
    const decided = lastDecisions(this.decisions);
    const signals = [...this.signals].filter(
      ([key, { seq, outcome }]) => outcome === undefined && !isCutOff(key, seq, decided),
    );
    const steps = [...this.steps].filter(([, step]) => mayHaveHappened(step));
    return [...signals, ...steps].map(([key]) => key);
  }

  #apply(event: EngineEvent): void {
    const { key } = event;
    if (FURTHER.has(event.type)) this.#gotFurther(event);
    switch (event.type) {
      case "message-received":
        this.message = event.data;
        break;
      case "run-started":
        this.started = event.data;
        this.versions.add(event.data.version);
        this.beginnings.push({ seq: event.seq });
        break;
      case "run-resumed": {
        this.versions.add(event.data.version);
        const before = this.beginnings.at(-1);
        if (before !== undefined) before.at = occupationOf(this, before.seq);
        this.beginnings.push({ seq: event.seq });
        break;
      }
      case "run-suspended":
        for (const waitedFor of event.data.waitsFor) {
          const signal = this.signals.get(waitedFor);
          if (signal !== undefined) signal.seq = event.seq;
        }
        break;
      case "run-paused":
        for (const uncalled of event.data.uncalled ?? []) {
          // One of a turn that is over is forgotten.
          const step = this.steps.get(uncalled);
          if (step !== undefined) step.doubt = "settled";
        }
        break;
      case "step-started":
        this.#stepStarted(key, event);
        break;
      case "step-retried":
        this.#of(this.steps, key).failedAttempts = event.data.attempt;
        break;
      case "step-finished":
        this.#of(this.steps, key).outcome = { result: event.data.result };
        break;
      case "step-failed":
        this.#of(this.steps, key).outcome = { failure: event.data.error };
        break;
      case "step-in-doubt":
        this.#of(this.steps, key).doubt = "asked";
        break;
      case "step-answered":
        if (event.data.how === "again") this.#of(this.steps, key).doubt = "settled";
        break;
      case "step-abandoned":
        this.#of(this.steps, key).doubt = "abandoned";
        break;
      case "timer-set":
        this.timers.set(key, { ...event.data, fired: false });
        break;
      case "timer-fired":
        this.#of(this.timers, key).fired = true;
        break;
      case "signal-awaited":
        this.signals.set(key, { seq: event.seq, deadline: event.data.deadline });
        break;
      case "signal-received":
        this.#of(this.signals, key).outcome = { value: event.data.value };
        break;
      case "signal-refused":
        delete this.#of(this.signals, key).outcome;
        break;
      case "signal-failed":
        this.#of(this.signals, key).outcome = { failure: event.data.error };
        break;
      case "scope-outlined":
        this.outlines.set(key, event.data.outline.blob);
        break;
      case "branch-decided":
        this.decisions.set(key, { seq: event.seq, branch: event.data.branch });
        break;
      case "turn-finished":
        this.loops.set(key, { seq: event.seq, turn: event.data.turn, next: event.data.next });
        // In a fork there is something on record of later turns, too: what the original had begun in them.
        this.#forget(`${key}/#${event.data.turn}/`);
        break;
      case "loop-finished":
        this.loops.set(key, { seq: event.seq, result: event.data.result });
        this.closed ||= event.data.closes === true;
        this.#forget(`${key}/`);
        break;
      case "run-finished":
        this.ending = { output: event.data.output };
        break;
      case "run-failed":
      case "run-cancelled":
      case "message-set-aside":
        this.ending = { error: rebuildError(event.data.error) };
        break;
      default:
        this.#called(event);
    }
  }

  #called(event: EventEnvelope): void {
    const outcome = callOutcome(event);
    const step = outcome === undefined ? undefined : this.steps.get(event.key);
    if (step !== undefined) step.failedCall = outcome === "failed" ? event.seq : 0;
  }

  #gotFurther({ seq, type, data }: EngineEvent): void {
    this.beginnings.length = 0;
    this.further = seq;
    if (type !== "run-paused") this.restsFor = type === "run-suspended" ? data.waitsFor : undefined;
  }

  #stepStarted(key: string, { seq, at, data }: EventEnvelope<"step-started", EventData<"step-started">>): void {
    const { effect, input, asks = false, child } = data;
    const before = effect === "once" ? undefined : this.steps.get(key);
    const { starts = 0, failedAttempts = 0, startedAt = at } = before ?? {};
    this.steps.set(key, { seq, effect, input, startedAt, asks, child, failedAttempts, starts: starts + 1 });
  }

  #of<Value>(records: ReadonlyMap<string, Value>, key: string): Value {
    const found = records.get(key);
    if (found !== undefined) return found;
    throw new AitorError({
      code: "invalid-value",
      message: `the journal holds an outcome of "${key}", but no start of it`,
      expected: "a start on record before any other event of a step, a timer or a signal",
      got: "a stream that lacks one",
      fix: "restore the journal from a backup; a run cannot be resumed from a damaged stream",
    });
  }

  #forget(path: string): void {
    for (const records of [this.steps, this.timers, this.signals, this.loops, this.decisions, this.outlines]) {
      for (const key of records.keys()) if (key.startsWith(path)) records.delete(key);
    }
  }
}
