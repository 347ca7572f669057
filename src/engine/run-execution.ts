import {
  type AitorError,
  cancelledError,
  checkJson,
  type Clock,
  type EventEnvelope,
  isAitorError,
  type Progress,
  recordError,
  type Runnable,
} from "../base/index.ts";
import type { HeadChange, Journal } from "../journal/index.ts";
import { runExistsError } from "./errors.ts";
import type { EngineEvent, EventData, RunState } from "./events.ts";
import type { RecoveredRun } from "./recovery.ts";
import type { RunContext } from "./run-context.ts";
import { Scope } from "./scope.ts";

/** What the engine gives each run. */
export interface RunSettings {
  readonly id: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly freeze: boolean;
  readonly recovered: RecoveredRun | undefined;
  /** Told of each event once it is recorded, and of progress. */
  readonly onEvent: (event: EngineEvent) => void;
}

type Conclusion =
  | { readonly type: "run-finished"; readonly output: unknown }
  | { readonly type: "run-failed" | "run-cancelled" | "halted"; readonly error: unknown };

const STATES: Readonly<Record<"run-finished" | "run-failed" | "run-cancelled", RunState>> = {
  "run-finished": "finished",
  "run-failed": "failed",
  "run-cancelled": "cancelled",
};

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
  readonly recovered: RecoveredRun | undefined;
  readonly result: Promise<Output>;
  readonly #journal: Journal;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #root: Scope;
  #resolve!: (output: Output) => void;
  #reject!: (error: unknown) => void;
  #startedAt = 0;
  #ending: Conclusion | undefined;
  /** Rejects where the run's first event could not be recorded: then there is nothing that could end. */
  #opening: Promise<void> | undefined;
  /** Nothing but the ending is recorded any more. */
  #closed = false;
  #ended = false;

  constructor(settings: RunSettings) {
    this.id = settings.id;
    this.clock = settings.clock;
    this.freeze = settings.freeze;
    this.recovered = settings.recovered;
    this.durable = settings.journal.durable;
    this.#journal = settings.journal;
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

  async start<Input>(runnable: Runnable<Input, Output>, input: Input): Promise<void> {
    this.#startedAt = this.clock.monotonic();
    this.#opening = this.#open(runnable, input);
    try {
      await this.#opening;
    } catch (error) {
      return this.halt(error as Error);
    }
    if (this.#ending !== undefined) return;
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
    void this.#end({ type: "halted", error });
  }

  record<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void | Promise<void> {
    if (this.#closed) return;
    try {
      const written = this.#append(type, key, data);
      written?.catch((error: Error) => this.halt(error));
      return written;
    } catch (error) {
      this.halt(error as Error);
      const failed = Promise.reject(error as Error);
      failed.catch(() => {});
      return failed;
    }
  }

  progress(key: string, update: Progress): void {
    if (this.#ending === undefined) this.#onEvent(this.#event("step-progress", key, update) as EngineEvent);
  }

  async #open<Input>({ name, version }: Runnable<Input, Output>, input: Input): Promise<void> {
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
      this.#ended = ending.type !== "halted";
    } catch (error) {
      return this.#reject(error);
    }
    if (ending.type === "run-finished") this.#resolve(ending.output as Output);
    else this.#reject(ending.error);
  }

  #recordEnding(ending: Conclusion): void | Promise<void> {
    if (ending.type === "halted") return;
    const durationMs = this.clock.monotonic() - this.#startedAt;
    const state = STATES[ending.type];
    if (ending.type === "run-finished") {
      return this.#append("run-finished", "", { output: ending.output, durationMs }, state);
    }
    return this.#append(ending.type, "", { error: recordError(ending.error), durationMs }, state);
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
    if (written === undefined) this.#onEvent(event as EngineEvent);
    else written.then(() => this.#onEvent(event as EngineEvent), () => {});
    return written;
  }

  #event<Type extends string, Data>(type: Type, key: string, data: Data): EventEnvelope<Type, Data> {
    return { v: 1, stream: this.id, seq: 0, at: this.clock.now(), run: this.id, key, type, data };
  }
}
