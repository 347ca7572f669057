import {
  type AitorError,
  cancelledError,
  checkJson,
  type Clock,
  type EventEnvelope,
  isAitorError,
  type Progress,
  type Runnable,
} from "../base/index.ts";
import type { HeadChange, Journal } from "../journal/index.ts";
import { recordAdvised, runExistsError } from "./errors.ts";
import type { EngineEvent, EventData, RunState } from "./events.ts";
import type { Figures } from "./figures.ts";
import type { RecoveredRun } from "./recovery.ts";
import type { RunContext } from "./run-context.ts";
import { Scope } from "./scope.ts";

/** What the engine gives each run. */
export interface RunSettings {
  readonly id: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly freeze: boolean;
  readonly figures: Figures;
  readonly recovered: RecoveredRun | undefined;
  /** The run begins when it resolves; with nothing to wait for, at once. */
  readonly ready: Promise<void> | undefined;
  /** Told of each event once it is recorded, and of what is not recorded. */
  readonly onEvent: (event: EngineEvent) => void;
}

type Conclusion =
  | { readonly type: "run-finished"; readonly output: unknown }
  | { readonly type: "run-failed" | "run-cancelled" | "run-halted"; readonly error: unknown };

const STATES = {
  "run-finished": "finished",
  "run-failed": "failed",
  "run-cancelled": "cancelled",
} as const satisfies Readonly<Record<string, RunState>>;

const EXPECTED = "the run to go on to its end";
const SEE_CAUSE = "see the cause, then start the run again";
const RESUME = "see the cause, then resume the run";

/**
 * One run from its first record to its last. It ends in one of four ways: its body returns, throws, is cancelled, or
 * the run is halted (the journal fails, the engine closes, the code does not fit the record). Halting leaves no ending
 * on record, so that the run can be resumed.
 */
export class RunExecution<Output> implements RunContext {
  readonly id: string;
  readonly clock: Clock;
  readonly durable: boolean;
  readonly freeze: boolean;
  readonly figures: Figures;
  readonly recovered: RecoveredRun | undefined;
  readonly result: Promise<Output>;
  readonly #journal: Journal;
  readonly #ready: Promise<void> | undefined;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #root: Scope;
  #resolve!: (output: Output) => void;
  #reject!: (error: unknown) => void;
  #startedAt = 0;
  #ending: Conclusion | undefined;
  /** Rejects where the run's first event could not be recorded: then there is nothing that could end. */
  #opening: Promise<void> | undefined;
  #begun = false;
  /** Nothing but the ending is recorded any more. */
  #closed = false;
  #ended = false;

  constructor(settings: RunSettings) {
    this.id = settings.id;
    this.clock = settings.clock;
    this.freeze = settings.freeze;
    this.figures = settings.figures;
    this.recovered = settings.recovered;
    this.durable = settings.journal.durable;
    this.#journal = settings.journal;
    this.#ready = settings.ready;
    this.#onEvent = settings.onEvent;
    this.#root = new Scope(this, "");
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Its ending is on record. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether an event of its own is on record; before that, and where its id is taken, the stream is another's. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Steps that wait for a place. */
  get waiting(): number {
    return this.#root.waiting;
  }

  async start<Input>(runnable: Runnable<Input, Output>, input: Input): Promise<void> {
    this.#startedAt = this.clock.monotonic();
    this.figures.runStarted();
    this.#opening = this.#open(runnable, input);
    try {
      await this.#opening;
    } catch (error) {
      this.halt(error as Error);
      return;
    }
    this.#root
      .runBody((run) => runnable.execute(run, input))
      .then(
        (output) => this.#returned(runnable.name, output),
        (error: unknown) => this.#end({ type: "run-failed", error }),
      );
  }

  cancel(reason?: unknown): void {
    void this.#end({ type: "run-cancelled", error: cancelledError(`run "${this.id}"`, reason) });
  }

  halt(error: Error): void {
    void this.#end({ type: "run-halted", error });
  }

  record<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void | Promise<void> {
    if (this.#closed) return;
    try {
      const written = this.#append(type, key, data);
      written?.catch((error: unknown) => this.halt(error as Error));
      return written;
    } catch (error) {
      this.halt(error as Error);
      const failed = Promise.reject(error);
      failed.catch(() => {});
      return failed;
    }
  }

  progress(key: string, update: Progress): void {
    if (this.#ending === undefined) this.#onEvent(this.#event("step-progress", key, update) as EngineEvent);
  }

  async #open<Input>({ name, version }: Runnable<Input, Output>, input: Input): Promise<void> {
    if (this.#ready !== undefined) await this.#ready;
    if (this.recovered !== undefined) return this.#append("run-resumed", "", { version }, "running");
    checkJson(input, `the input of "${name}"`, this.freeze);
    try {
      await this.#append("run-started", "", { name, version, input }, "running", { [this.id]: 0 });
    } catch (error) {
      throw isAitorError(error, "journal-conflict") ? runExistsError(this.id) : error;
    }
  }

  #returned(name: string, output: Output): void {
    try {
      checkJson(output, `the output of "${name}"`, this.freeze);
      void this.#end({ type: "run-finished", output });
    } catch (error) {
      void this.#end({ type: "run-failed", error });
    }
  }

  /** The first ending counts. Everything taken is given back before it is recorded and told. */
  async #end(ending: Conclusion): Promise<void> {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    try {
      await this.#root.end(this.#reason(ending));
      await this.#opening;
      this.#closed = true;
      await this.#recordEnding(ending);
    } catch (error) {
      this.#halted(error);
      this.#reject(error);
      return;
    }
    if (ending.type === "run-finished") this.#resolve(ending.output as Output);
    else this.#reject(ending.error);
  }

  #recordEnding(ending: Conclusion): void | Promise<void> {
    if (ending.type === "run-halted") return this.#halted(ending.error);
    const durationMs = this.clock.monotonic() - this.#startedAt;
    const state = STATES[ending.type];
    const written =
      ending.type === "run-finished"
        ? this.#append("run-finished", "", { output: ending.output, durationMs }, state)
        : this.#append(ending.type, "", { error: recordAdvised(ending.error, EXPECTED, SEE_CAUSE), durationMs }, state);
    const recorded = (): void => {
      this.#ended = true;
      this.figures.runEnded(state);
    };
    return written === undefined ? recorded() : written.then(recorded);
  }

  #halted(error: unknown): void {
    this.figures.runEnded("halted");
    const data = { error: recordAdvised(error, EXPECTED, RESUME) };
    this.#onEvent(this.#event("run-halted", "", data) as EngineEvent);
  }

  #reason(ending: Conclusion): AitorError {
    const error = ending.type === "run-finished" ? `run "${this.id}" has finished` : ending.error;
    return ending.type === "run-cancelled" ? (error as AitorError) : cancelledError(`run "${this.id}"`, error);
  }

  #append<Type extends EngineEvent["type"]>(
    type: Type,
    key: string,
    data: EventData<Type>,
    state?: RunState,
    expect?: Record<string, number>,
  ): void | Promise<void> {
    const event = this.#event(type, key, data);
    const heads: HeadChange[] | undefined = state && [{ stream: this.id, kind: "run", state }];
    const written = this.#journal.append([event], heads && { heads, ...(expect && { expect }) });
    const recorded = (): void => {
      this.#begun = true;
      this.#onEvent(event as EngineEvent);
    };
    if (written === undefined) recorded();
    else written.then(recorded, () => {});
    return written;
  }

  #event<Type extends string, Data>(type: Type, key: string, data: Data): EventEnvelope<Type, Data> {
    return { v: 1, stream: this.id, seq: 0, at: this.clock.now(), run: this.id, key, type, data };
  }
}
