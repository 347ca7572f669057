import {
  cancelledError,
  checkJson,
  type EventEnvelope,
  type Keeper,
  type KeptRun,
  type Progress,
  type Run,
  type Runnable,
} from "../../base/index.ts";
import { type Conclusion, conclusionData, ENDED_STATES, haltData, pauseData, reasonOf } from "../record/conclusion.ts";
import type { EngineEvent, EventData } from "../record/events.ts";
import type { Figures } from "../figures/figures.ts";
import { Keeping } from "../steps/keeping.ts";
import { Notes } from "../steps/notes.ts";
import type { RecoveredRun } from "../record/recovered-run.ts";
import { Rest } from "../steps/rest.ts";
import type { Outlined } from "../record/outlines.ts";
import type { ChildCall, ChildRun, CommitEvent, Recordable, RunContext, RunMail } from "../steps/run-context.ts";
import { notUnderWayError } from "../record/run-errors.ts";
import { openRun } from "./run-opening.ts";
import type { RunSettings } from "./run-settings.ts";
import { RunRecords } from "./run-records.ts";
import { RootScope } from "../steps/root-scope.ts";
import { ScopeOutlines } from "./scope-outlines.ts";
import { Waits } from "../steps/waits.ts";

/**
 * One run from its first record to its last. It ends in one of four ways: its body returns, throws, is cancelled, or
 * the run is halted (the journal fails, the engine closes, the code does not fit the record). Halting leaves no ending
 * on record, so that the run can be resumed.
 */
export class RunExecution<Output> implements RunContext {
  readonly id: string;
  readonly key: RunContext["key"];
  readonly holder: RunContext["holder"];
  readonly mail: RunMail;
  readonly endCall: RunContext["endCall"];
  readonly doubtIn: RunContext["doubtIn"];
  readonly clock: RunContext["clock"];
  readonly durable: boolean;
  readonly freeze: boolean;
  readonly asks: boolean;
  readonly figures: Figures;
  readonly recovered: RecoveredRun | undefined;
  readonly waits: Waits;
  readonly notes: Notes = new Notes(this);
  readonly #outcome: PromiseWithResolvers<Output> = Promise.withResolvers();
  readonly result: Promise<Output> = this.#outcome.promise;
  readonly uncalled: string[] = [];
  changedVersion: string | undefined;
  readonly #settings: RunSettings;
  readonly #records: RunRecords;
  readonly keeping: Keeping = new Keeping((error) => this.halt(error as Error));
  readonly root: RootScope;
  #startedAt = 0;
  #ending: Conclusion | undefined;
  /** Rejects where the run's first event could not be recorded: then there is nothing that could end. */
  #opening: Promise<void> | undefined;
  /** Nothing but the ending is recorded any more. */
  #closed = false;
  #ended = false;
  #rest: Rest | undefined;
  #outlines: ScopeOutlines | undefined;
  /** The keys of what it rests for. */
  #restsFor: readonly string[] | undefined;

  constructor(settings: RunSettings) {
    this.id = settings.id;
    this.key = settings.key;
    this.holder = settings.holder;
    this.mail = settings.mail;
    this.endCall = settings.endCall;
    this.doubtIn = settings.doubtIn;
    this.clock = settings.clock;
    this.freeze = settings.freeze;
    this.asks = settings.asks;
    this.figures = settings.figures;
    this.recovered = settings.recovered;
    this.durable = settings.journal.durable;
    this.waits = new Waits(this.id, settings.recovered?.answerable, () => this.#lookForRest());
    this.#settings = settings;
    this.#records = new RunRecords(settings, {
      event: (event) => this.#recorded(event),
      failure: (error) => this.halt(error),
    });
    this.root = new RootScope(this, settings.carried);
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

  start<Input>(runnable: Runnable<Input, Output>, input: Input): void {
    this.#startedAt = this.clock.monotonic();
    this.figures.runStarted();
    if (this.recovered?.isOther(runnable.version) === true) this.changedVersion = runnable.version;
    const opening = openRun(this.#settings, runnable, input, this.#records);
    if (opening === undefined) return this.#execute(runnable, input);
    this.#opening = opening;
    opening.then(
      () => this.#execute(runnable, input),
      (error: unknown) => this.halt(error as Error),
    );
  }

  #execute<Input>(runnable: Runnable<Input, Output>, input: Input): void {
    const body = (run: Run): Promise<Output> => runnable.execute(run, input);
    this.#settings.begin(() => {
      this.root.runBody(body).then(
        (output) => this.#returned(runnable.name, output),
        (error: unknown) => this.#end({ type: "run-failed", error }),
      );
    });
  }

  cancel(reason?: unknown): void {
    this.#end({ type: "run-cancelled", error: cancelledError(`run "${this.id}"`, reason) });
  }

  halt(error: Error): void {
    this.#end({ type: "run-halted", error });
  }

  record<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void | Promise<void> {
    return this.#guarded(() => this.#records.append(type, key, data));
  }

  commit<Type extends CommitEvent>(type: Type, loop: string, data: EventData<Type>): void | Promise<void> {
    return this.#guarded(() =>
      this.keeping.commit({ type, loop }, (change) => this.#records.append(type, loop, data, { change })),
    );
  }

  recordOwn(event: Pick<EventEnvelope, "type" | "key" | "data">): void {
    void this.#guarded(() => this.#records.appendOwn(event, true));
  }

  note(type: string, data: unknown): void | Promise<void> {
    if (this.#ending !== undefined || this.notes.closed) throw notUnderWayError(this.id, "ending");
    return this.notes.take(this.#guarded(() => this.#records.appendOwn({ type, key: "", data }, false)));
  }

  outline(scope: string, of: Outlined): void {
    this.#outlines ??= new ScopeOutlines(this.#settings, (...call) => void this.record("scope-outlined", ...call));
    this.#outlines.add(scope, of);
  }

  keep(keeper: Keeper): KeptRun {
    if (this.#ending !== undefined) throw reasonOf(this.#ending, this.id);
    this.keeping.begin(keeper, this.id);
    return this.root;
  }

  yieldPlace(): void {
    this.#settings.onYield?.();
  }

  /** The keys of what it waits for from outside, where it rests. */
  get waitsFor(): readonly string[] {
    return this.#records.suspended ? this.waits.keys : (this.#records.restsFor ?? []);
  }

  recordAll(events: readonly Recordable[]): void | Promise<void> {
    return this.#guarded(() => this.#records.appendAll(events));
  }

  progress(key: string, update: Progress): void {
    if (this.#ending === undefined) this.#records.tell("step-progress", key, update);
  }

  dropped(key: string, data: EventData<"work-dropped">): void {
    this.#records.tell("work-dropped", key, data);
  }

  child<Input, Out>(...call: ChildCall<Input, Out>): Promise<ChildRun<Out>> {
    return this.#settings.child({ parent: this.id, holder: this.holder, onYield: this.#settings.onYield }, ...call);
  }

  #guarded(append: () => void | Promise<void>): void | Promise<void> {
    if (this.#closed || this.halted) return;
    try {
      return append();
    } catch (error) {
      this.halt(error as Error);
      const refused = Promise.reject(error);
      refused.catch(() => {});
      return refused;
    }
  }

  #recorded(event: EngineEvent): void {
    if (event.seq > 0) this.keeping.recorded(event);
    this.#settings.onEvent(event);
    if (this.#restsFor !== undefined && !this.#records.suspended) {
      this.#restsFor = undefined;
      this.#settings.onRest?.(false);
    }
    if (this.waits.size > 0) this.#lookForRest();
  }

  #lookForRest(): void {
    this.#rest ??= new Rest(this.#mayRest.bind(this), this.#beginRest.bind(this));
    this.#rest.look();
  }

  #mayRest(): boolean {
    if (this.#ending !== undefined || this.#records.awaited || !this.root.resting) return false;
    // While it rests, code that is slow may come to what is on record, which says nothing by itself.
    return this.waits.keys.some((key) => !this.#records.suspended || this.#restsFor?.includes(key) !== true);
  }

  /** Says on record that nothing goes on before something comes from outside. */
  #beginRest(): void {
    this.waits.expectNothing();
    const waitsFor = (this.#restsFor = this.waits.keys);
    void this.#guarded(() => this.#records.append("run-suspended", "", { waitsFor }, { state: "suspended" }));
    this.#settings.onRest?.(true);
  }

  #returned(name: string, output: Output): void {
    try {
      checkJson(output, `the output of "${name}"`, this.freeze);
      this.#end({ type: "run-finished", output });
    } catch (error) {
      this.#end({ type: "run-failed", error });
    }
  }

  /** The first ending counts. Everything taken is given back before it is recorded and told. */
  #end(ending: Conclusion): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.waits.expectNothing();
    try {
      const released = this.root.end(() => reasonOf(ending, this.id));
      if (released === undefined && this.#opening === undefined && this.#outlines === undefined) this.#conclude(ending);
      else this.#concludeAfter(ending, released).catch((error: unknown) => this.#unrecorded(error));
    } catch (error) {
      this.#unrecorded(error);
    }
  }

  async #concludeAfter(ending: Conclusion, released: void | Promise<void>): Promise<void> {
    if (released !== undefined) await released;
    if (this.#opening !== undefined) await this.#opening;
    if (this.#outlines !== undefined) await this.#outlines.settled();
    this.#conclude(ending);
  }

  /** One promise waits for the disk: what many runs that end at once hold until then is copied by the collector. */
  #conclude(ending: Conclusion): void {
    this.#closed = true;
    if (ending.type === "run-halted") return void this.#recordHalt(ending.error);
    const point = { type: ending.type };
    const state = ENDED_STATES[point.type];
    const data = conclusionData(ending, this.clock.monotonic() - this.#startedAt);
    const following = this.#settings.following?.();
    const change = this.keeping.change(point);
    const appended = this.#records.end(point.type, data, { state, change }, following);
    const recorded = (): void => {
      if (change !== undefined) this.keeping.committed(point);
      this.#ended = true;
      this.figures.runEnded(state);
      if (ending.type === "run-finished") this.#outcome.resolve(ending.output as Output);
      else this.#outcome.reject(ending.error);
    };
    if (appended === undefined) recorded();
    else appended.then(recorded, (error: unknown) => this.#unrecorded(error));
  }

  /** A stop in good order is told from a crash. */
  async #recordHalt(error: unknown): Promise<void> {
    const pause = this.begun ? pauseData(error, this.uncalled) : undefined;
    if (pause !== undefined) await this.#records.pause(pause);
    this.#halted(error);
  }

  #unrecorded(error: unknown): void {
    this.#ending = { type: "run-halted", error };
    this.#halted(error);
  }

  #halted(error: unknown): void {
    this.keeping.halted();
    this.figures.runEnded("halted");
    this.#records.tell("run-halted", "", haltData(error));
    this.#outcome.reject(error);
  }
}
