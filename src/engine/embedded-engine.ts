import {
  activeLog,
  callSafely,
  type Clock,
  environment,
  type EventEnvelope,
  logAsTheEnvironmentSays,
  loggedError,
  messageOf,
  nonEmpty,
  oneOf,
  recordError,
  type Runnable,
  systemClock,
} from "../base/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import type { Engine, RunHandle, StartOptions } from "./engine.ts";
import type { EngineEvent } from "./events.ts";
import { engineClosedError, runMismatchError, runUnknownError } from "./errors.ts";
import { type Ending, RecoveredRun } from "./recovery.ts";
import { Figures } from "./figures.ts";
import { RunEvents } from "./run-events.ts";
import { RunExecution } from "./run-execution.ts";
import { logEvent } from "./run-log.ts";
import type { EngineStats } from "./stats.ts";

export interface EmbeddedEngineOptions {
  /** Where runs are recorded. It stays open when the engine is disposed. @default a new memoryJournal() */
  readonly journal?: Journal;
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * What the journal keeps of runs that have ended: all, or nothing. A handle still gives its run's events.
   * @default "all"
   */
  readonly retain?: "all" | "nothing";
  /** What `stats()` knows: also of each task, or the totals alone, which cost next to nothing. @default "tasks" */
  readonly stats?: "tasks" | "totals";
}

/** An object for each call of `observe`, which may be given one function twice. */
interface Observer {
  readonly listener: (event: EngineEvent) => void | Promise<void>;
}

/** A run under way. */
interface ActiveRun {
  readonly name: string;
  readonly execution: Pick<RunExecution<unknown>, "halt" | "result" | "waiting">;
  readonly handle: RunHandle<unknown>;
}

/** Runs in this process, on a journal. */
export class EmbeddedEngine implements Engine {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #retain: "all" | "nothing";
  readonly #active = new Map<string, ActiveRun>();
  readonly #figures: Figures;
  readonly #observers = new Set<Observer>();
  #closed = false;

  constructor(options: EmbeddedEngineOptions = {}) {
    this.#journal = options.journal ?? memoryJournal();
    this.#clock = options.clock ?? systemClock;
    this.#retain = oneOf(["all", "nothing"], options.retain ?? "all", "retain of an engine");
    this.#figures = new Figures(oneOf(["tasks", "totals"], options.stats ?? "tasks", "stats of an engine") === "tasks");
  }

  start<Input, Output>(runnable: Runnable<Input, Output>, input: Input, options: StartOptions = {}): RunHandle<Output> {
    return this.#begin(runnable, input, options, true);
  }

  async run<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: Input,
    options: StartOptions = {},
  ): Promise<Output> {
    return this.#begin(runnable, input, options, false).result;
  }

  async resume<Output>(runnable: Runnable<never, Output>, id: string): Promise<RunHandle<Output>> {
    if (this.#closed) throw engineClosedError();
    const active = this.#active.get(id);
    if (active !== undefined) {
      if (active.name !== runnable.name) throw runMismatchError(id, active.name, runnable.name);
      return active.handle as RunHandle<Output>;
    }
    const recovered = await RecoveredRun.read(this.#journal.read(id));
    if (recovered === undefined) throw runUnknownError(id);
    const { name, input } = recovered.started;
    if (name !== runnable.name) throw runMismatchError(id, name, runnable.name);
    if (this.#closed) throw engineClosedError();
    if (this.#active.has(id)) return this.resume(runnable, id);
    const events = new RunEvents((from) => this.#journal.read(id, from));
    if (recovered.ending !== undefined) {
      events.end();
      return endedHandle(id, recovered.ending as Ending<Output>, events);
    }
    const execution = this.#execution<Output>(id, name, recovered, events);
    return this.#launch(execution, events, runnable, input as never, undefined, true);
  }

  stats(): EngineStats {
    let queueDepth = 0;
    for (const { execution } of this.#active.values()) queueDepth += execution.waiting;
    return this.#figures.read(queueDepth);
  }

  observe(listener: Observer["listener"]): () => void {
    const observer = { listener };
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const active = [...this.#active.values()];
    for (const { execution } of active) execution.halt(engineClosedError());
    await Promise.allSettled(active.map(({ execution }) => execution.result));
  }

  #begin<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: Input,
    options: StartOptions,
    watched: boolean,
  ): RunHandle<Output> {
    if (this.#closed) throw engineClosedError();
    const id = options.id === undefined ? crypto.randomUUID() : nonEmpty(options.id, "the id of a run");
    const events = new RunEvents((from) => this.#journal.read(id, execution.begun ? from : Number.MAX_SAFE_INTEGER));
    const execution = this.#execution<Output>(id, runnable.name, undefined, events);
    return this.#launch(execution, events, runnable, input, options.signal, watched);
  }

  #execution<Output>(
    id: string,
    name: string,
    recovered: RecoveredRun | undefined,
    events: RunEvents,
  ): RunExecution<Output> {
    const observers = this.#observers;
    return new RunExecution<Output>({
      id,
      journal: this.#journal,
      clock: this.#clock,
      freeze: environment().development,
      figures: this.#figures,
      recovered,
      ready: logAsTheEnvironmentSays(),
      onEvent: (event) => {
        events.publish(event);
        if (observers.size > 0 || activeLog() !== undefined) this.#tell(event, name);
      },
    });
  }

  #tell(event: EngineEvent, name: string): void {
    const log = activeLog();
    if (log !== undefined) logEvent(log, event, name);
    for (const { listener } of this.#observers) callSafely(listener, event, (thrown) => this.#observerFailed(thrown));
  }

  #observerFailed(thrown: unknown): void {
    const message = `a listener of engine.observe failed: ${messageOf(thrown)}`;
    activeLog()?.write("error", "engine", this.#clock.now(), message, { error: loggedError(recordError(thrown)) });
  }

  #launch<Input, Output>(
    execution: RunExecution<Output>,
    events: RunEvents,
    runnable: Runnable<Input, Output>,
    input: Input,
    signal: AbortSignal | undefined,
    watched: boolean,
  ): RunHandle<Output> {
    const { id } = execution;
    const handle = activeHandle(execution, events);
    const active: ActiveRun = { name: runnable.name, execution, handle };
    const cancel = (): void => execution.cancel(signal?.reason);
    const ended = async (): Promise<void> => {
      signal?.removeEventListener("abort", cancel);
      if (this.#active.get(id) === active) this.#active.delete(id);
      if (this.#retain === "nothing" && execution.ended) await this.#forget(id, events, watched);
      else events.end();
    };
    if (!this.#active.has(id)) this.#active.set(id, active);
    execution.result.then(ended, ended);
    void execution.start(runnable, input);
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
    return handle;
  }

  /** Drops the events of a run that has ended, and keeps them for its handle where one was given out. */
  async #forget(id: string, events: RunEvents, watched: boolean): Promise<void> {
    const kept: EventEnvelope[] = [];
    try {
      if (watched) for await (const event of this.#journal.read(id)) kept.push(event);
      await this.#journal.drop(id);
    } catch {
      // The journal is closed or fails, and keeps the run. That is no failure of the run, which has ended.
      events.end();
      return;
    }
    events.end(async function* (from) {
      for (const event of kept) if (event.seq >= from) yield event;
    });
  }
}

function activeHandle<Output>(execution: RunExecution<Output>, events: RunEvents): RunHandle<Output> {
  const { id, result } = execution;
  return {
    id,
    result,
    cancel: async (reason) => {
      execution.cancel(reason);
      await Promise.allSettled([result]);
    },
    [Symbol.asyncIterator]: () => events.subscribe(),
  };
}

function endedHandle<Output>(id: string, ending: Ending<Output>, events: RunEvents): RunHandle<Output> {
  const result = "output" in ending ? Promise.resolve(ending.output) : Promise.reject(ending.error);
  result.catch(() => {});
  return { id, result, cancel: async () => {}, [Symbol.asyncIterator]: () => events.subscribe() };
}

/** The engine of those who name none: in memory, and nothing is kept of runs that have ended. Nobody reads its figures. */
export function defaultEngine(): Engine {
  return (shared ??= new EmbeddedEngine({ retain: "nothing", stats: "totals" }));
}

let shared: EmbeddedEngine | undefined;
