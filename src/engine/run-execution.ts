import {
  type AitorError,
  cancelledError,
  checkJson,
  type Clock,
  isAitorError,
  type MessageKey,
  type Progress,
  type Runnable,
} from "../base/index.ts";
import { recordAdvised } from "./errors.ts";
import type { EngineEvent, EventData, RunState } from "./events.ts";
import type { Figures } from "./figures.ts";
import type { RecoveredRun } from "./recovery.ts";
import { Rest } from "./rest.ts";
import type { ChildCall, ChildRun, Recordable, RunContext } from "./run-context.ts";
import { runExistsError, runTakenError } from "./run-errors.ts";
import type { RunSettings } from "./run-settings.ts";
import { RunRecords, unlessConflict } from "./run-records.ts";
import { Scope } from "./scope.ts";
import { Waits } from "./waits.ts";

type Conclusion =
  | { readonly type: "run-finished"; readonly output: unknown }
  | { readonly type: "run-failed" | "run-cancelled" | "run-halted"; readonly error: unknown };

const STATES = {
  "run-finished": "finished",
  "run-failed": "failed",
  "run-cancelled": "cancelled",
} as const satisfies Readonly<Record<string, RunState>>;

export const EXPECTED = "the run to go on to its end";
export const SEE_CAUSE = "see the cause, then start the run again";
const RESUME = "see the cause, then resume the run";

/**
 * One run from its first record to its last. It ends in one of four ways: its body returns, throws, is cancelled, or
 * the run is halted (the journal fails, the engine closes, the code does not fit the record). Halting leaves no ending
 * on record, so that the run can be resumed.
 */
export class RunExecution<Output> implements RunContext {
  readonly id: string;
  readonly key: MessageKey | undefined;
  readonly clock: Clock;
  readonly durable: boolean;
  readonly freeze: boolean;
  readonly asks: boolean;
  readonly figures: Figures;
  readonly recovered: RecoveredRun | undefined;
  readonly waits: Waits;
  readonly result: Promise<Output>;
  changedVersion: string | undefined;
  readonly #settings: RunSettings;
  readonly #records: RunRecords;
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
  #rest: Rest | undefined;
  #resting = false;

  constructor(settings: RunSettings) {
    const { id, name, key, parent } = settings;
    this.id = id;
    this.key = key;
    this.clock = settings.clock;
    this.freeze = settings.freeze;
    this.asks = settings.asks;
    this.figures = settings.figures;
    this.recovered = settings.recovered;
    this.durable = settings.journal.durable;
    this.waits = new Waits(id, settings.recovered?.answerable, () => this.#lookForRest());
    this.#settings = settings;
    const about = { name, ...(key && { key }), ...(parent !== undefined && { parent }) };
    this.#records = new RunRecords(id, settings.journal, settings.clock, about, {
      event: (event) => this.#recorded(event),
      failure: (error) => this.halt(error),
    });
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

  get halted(): boolean {
    return this.#ending?.type === "run-halted";
  }

  /** Whether the stream is its own; it may be another's where its id is taken. */
  get begun(): boolean {
    return this.#records.begun;
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
    if (this.#closed || this.halted) return;
    try {
      return this.#records.append(type, key, data);
    } catch (error) {
      return this.#refused(error);
    }
  }

  recordAll(events: readonly Recordable[]): void | Promise<void> {
    return this.#guarded(() => this.#records.appendAll(events));
  }

  progress(key: string, update: Progress): void {
    if (this.#ending === undefined) this.#records.tell("step-progress", key, update);
  }

  child<Input, Out>(...call: ChildCall<Input, Out>): Promise<ChildRun<Out>> {
    return this.#settings.child(...call);
  }

  #guarded(append: () => void | Promise<void>): void | Promise<void> {
    if (this.#closed || this.halted) return;
    try {
      return append();
    } catch (error) {
      return this.#refused(error);
    }
  }

  #refused(error: unknown): void | Promise<void> {
    this.halt(error as Error);
    const refused = Promise.reject(error);
    refused.catch(() => {});
    return refused;
  }

  #recorded(event: EngineEvent): void {
    this.#settings.onEvent(event);
    if (this.#resting && !this.#records.suspended) this.#settings.onRest?.((this.#resting = false));
    if (this.waits.size > 0) this.#lookForRest();
  }

  #lookForRest(): void {
    this.#rest ??= new Rest(
      () => this.#mayRest(),
      () => this.#beginRest(),
    );
    this.#rest.look();
  }

  #mayRest(): boolean {
    if (this.#ending !== undefined || this.#records.suspended || this.#records.awaited) return false;
    return this.waits.size > 0 && this.#root.resting;
  }

  /** Says on record that nothing goes on before something comes from outside. */
  #beginRest(): void {
    this.#resting = true;
    this.waits.expectNothing();
    const waitsFor = this.waits.keys;
    void this.#guarded(() => this.#records.append("run-suspended", "", { waitsFor }, "suspended"));
    this.#settings.onRest?.(true);
  }

  async #open<Input>(runnable: Runnable<Input, Output>, input: Input): Promise<void> {
    const { name, version } = runnable;
    const { id, recovered } = this;
    const { ready, parent, origin, outline, isNew } = this.#settings;
    if (ready !== undefined) await ready;
    if (recovered?.started !== undefined) {
      if ([...recovered.versions].some((each) => each !== version)) this.changedVersion = version;
      const expect = { [id]: recovered.last };
      return unlessConflict(
        () => this.#records.append("run-resumed", "", { version }, "running", expect),
        () => runTakenError(id),
      );
    }
    const start = {
      name,
      version,
      ...(parent !== undefined && { parent }),
      ...(origin && { origin }),
      ...(outline && { outline: await outline }),
    };
    const fresh = recovered === undefined;
    if (fresh) checkJson(input, `the input of "${name}"`, this.freeze);
    const data = fresh ? { ...start, input } : start;
    if (isNew) return void this.#records.append("run-started", "", data, "running");
    const begin = () => this.#records.append("run-started", "", data, "running", { [id]: recovered?.last ?? 0 });
    return unlessConflict(begin, () => (fresh ? runExistsError(id) : runTakenError(id)));
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
    this.waits.expectNothing();
    try {
      await this.#root.end(this.#reason(ending));
      await this.#opening;
      this.#closed = true;
      await this.#recordEnding(ending);
    } catch (error) {
      this.#ending = { type: "run-halted", error };
      this.#halted(error);
      this.#reject(error);
      return;
    }
    if (ending.type === "run-finished") this.#resolve(ending.output as Output);
    else this.#reject(ending.error);
  }

  #recordEnding(ending: Conclusion): void | Promise<void> {
    if (ending.type === "run-halted") return this.#recordHalt(ending.error);
    const durationMs = this.clock.monotonic() - this.#startedAt;
    const state = STATES[ending.type];
    const data =
      ending.type === "run-finished"
        ? { output: ending.output, durationMs }
        : { error: recordAdvised(ending.error, EXPECTED, SEE_CAUSE), durationMs };
    const appended = this.#records.append(ending.type, "", data, state);
    const recorded = (): void => {
      this.#ended = true;
      this.figures.runEnded(state);
    };
    return appended === undefined ? recorded() : appended.then(recorded);
  }

  /** A stop in good order is told from a crash, where it can be recorded. */
  async #recordHalt(error: unknown): Promise<void> {
    if (this.begun && (isAitorError(error, "engine-closed") || isAitorError(error, "step-mismatch"))) {
      try {
        await this.#records.append("run-paused", "", {});
      } catch {
        // The journal is closed or fails: then it looks like a crash, which does no harm but count.
      }
    }
    this.#halted(error);
  }

  #halted(error: unknown): void {
    this.figures.runEnded("halted");
    this.#records.tell("run-halted", "", { error: recordAdvised(error, EXPECTED, RESUME) });
  }

  #reason(ending: Conclusion): AitorError {
    const error = ending.type === "run-finished" ? `run "${this.id}" has finished` : ending.error;
    return ending.type === "run-cancelled" ? (error as AitorError) : cancelledError(`run "${this.id}"`, error);
  }
}
