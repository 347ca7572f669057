import {
  activeLog,
  callSafely,
  type Clock,
  environment,
  type EventEnvelope,
  logAsTheEnvironmentSays,
  loggedError,
  type MessageKey,
  messageOf,
  recordError,
  type Runnable,
} from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { ActiveRun, type HaltedOrNot } from "./active-run.ts";
import type { EngineEvent, MessageReceipt, RunOrigin } from "./events.ts";
import type { Figures } from "./figures.ts";
import type { Halt } from "./halt.ts";
import { Outlines } from "./outlines.ts";
import type { Ending, RecoveredRun } from "./recovered-run.ts";
import type { RunContext } from "./run-context.ts";
import { engineClosedError } from "./run-errors.ts";
import { RunEvents } from "./run-events.ts";
import { RunExecution } from "./run-execution.ts";
import type { RunSettings } from "./run-settings.ts";
import { logEvent } from "./run-log.ts";

/** What every run of an engine gets. */
export interface ActiveRunsSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly figures: Figures;
  readonly retain: "all" | "nothing";
  readonly asks: boolean;
  readonly child: (of: ChildOf) => RunContext["child"];
  readonly endCall: RunContext["endCall"];
  readonly mail: RunContext["mail"];
  /** Told of each run that has an ending on record. */
  readonly onEnded: (id: string, ending: Ending) => void;
  /** Told of each that handled a message and stopped without one. */
  readonly onHalted: (key: MessageKey, halt: Halt) => void;
}

/** What a child is given of the run that it is a child of. */
export interface ChildOf {
  readonly parent: string;
  readonly holder: MessageKey | undefined;
  readonly onYield: RunSettings["onYield"];
}

/** A run to be begun, or gone on with. */
export interface Launch<Input, Output> {
  readonly id: string;
  /** The id was made up for it. @default false */
  readonly isNew?: boolean;
  readonly runnable: Runnable<Input, Output>;
  readonly input: Input;
  readonly recovered?: RecoveredRun | undefined;
  /** The receipt of a message that was not begun before. */
  readonly received?: EventEnvelope | undefined;
  readonly begun?: RunSettings["begun"];
  readonly following?: RunSettings["following"];
  readonly key?: MessageKey | undefined;
  readonly parent?: string | undefined;
  readonly origin?: RunOrigin | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRest?: RunSettings["onRest"];
  readonly onYield?: RunSettings["onYield"];
  /** Of a child: whose place its parent holds. */
  readonly holder?: MessageKey | undefined;
  /** Somebody gets its handle, and may read its events after its end. */
  readonly watched: boolean;
}

/** An object for each call of `observe`, which may be given one function twice. */
interface Observer {
  readonly listener: (event: EngineEvent) => void | Promise<void>;
}

/** The runs under way in one engine, and those who listen to them. */
export class ActiveRuns {
  readonly #settings: ActiveRunsSettings;
  readonly #runs = new Map<string, ActiveRun>();
  readonly #observers = new Set<Observer>();
  readonly #outlines: Outlines;
  /** Runs that have, or had, children here. */
  readonly #parents = new Set<string>();
  /** Of a durable journal, from which another process would not forget them. */
  readonly #beingForgotten = new Set<Promise<void>>();

  constructor(settings: ActiveRunsSettings) {
    this.#settings = settings;
    this.#outlines = new Outlines(settings.journal);
  }

  get(id: string): ActiveRun | undefined {
    return this.#runs.get(id);
  }

  /** Steps that wait for a place. */
  get waiting(): number {
    let waiting = 0;
    for (const { execution } of this.#runs.values()) waiting += execution.waiting;
    return waiting;
  }

  launch<Input, Output>(launch: Launch<Input, Output>): HaltedOrNot<Output> {
    const { id, runnable, signal } = launch;
    const { journal } = this.#settings;
    const recovered = launch.recovered !== undefined || launch.received !== undefined;
    const events = new RunEvents((from) =>
      journal.read(id, recovered || execution.begun ? from : Number.MAX_SAFE_INTEGER),
    );
    const execution = this.#execution<Output>(launch, events);
    const active = new ActiveRun(runnable.name, execution, events, journal);
    // A child's result is its parent's until that has ended, and a message's id is to be known again.
    const isItsOwn = launch.parent === undefined && launch.key === undefined;
    if (launch.parent !== undefined) this.#parents.add(launch.parent);
    const cancel = (): void => execution.cancel(signal?.reason);
    const ended = async (ending: Ending): Promise<void> => {
      signal?.removeEventListener("abort", cancel);
      if (this.#runs.get(id) === active) this.#runs.delete(id);
      if (execution.ended) this.#settings.onEnded(id, ending);
      else if (launch.key !== undefined && "error" in ending) {
        this.#settings.onHalted(launch.key, { run: id, error: ending.error });
      }
      if (this.#settings.retain === "nothing" && execution.ended && isItsOwn) await this.#forgetting(launch, events);
      else events.end();
      this.#parents.delete(id);
    };
    if (!this.#runs.has(id)) this.#runs.set(id, active);
    execution.result.then(
      (output) => ended({ output }),
      (error: unknown) => ended({ error: error as Error }),
    );
    execution.start(runnable, launch.input);
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
    return active.handle;
  }

  observe(listener: Observer["listener"]): () => void {
    const observer = { listener };
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** Halts all of them; resolves when they have given back what they took, and what is not to be kept is forgotten. */
  async halt(): Promise<void> {
    const active = [...this.#runs.values()];
    for (const { execution } of active) execution.halt(engineClosedError());
    await Promise.allSettled(active.map(({ execution }) => execution.result));
    await Promise.all(this.#beingForgotten);
  }

  #execution<Output>(
    launch: Omit<Launch<never, Output>, "input" | "runnable"> & {
      readonly runnable: Pick<Runnable, "name" | "version" | "outline">;
    },
    events: RunEvents,
  ): RunExecution<Output> {
    const { journal, clock, figures, asks, child, endCall, mail } = this.#settings;
    const { id, isNew = false, runnable, recovered, received, key, parent, origin, onRest, onYield } = launch;
    const { name } = runnable;
    const holder = key ?? launch.holder;
    const observers = this.#observers;
    return new RunExecution<Output>({
      id,
      isNew,
      name,
      journal,
      clock,
      freeze: environment().development,
      asks,
      figures,
      recovered,
      key,
      holder,
      received,
      begun: launch.begun,
      following: launch.following,
      asked: ((received?.data as MessageReceipt | undefined) ?? recovered?.message)?.asked === true,
      mail,
      parent,
      origin,
      outline: recovered?.started === undefined ? this.#outlines.of(runnable) : undefined,
      outlines: this.#outlines,
      ready: logAsTheEnvironmentSays(),
      child: child({ parent: id, holder, onYield }),
      endCall,
      onRest,
      onYield,
      onEvent: (event) => {
        events.publish(event);
        if (observers.size > 0 || activeLog() !== undefined) this.#tell(event, name);
      },
    });
  }

  /** Tells observers and the log of an event of a run that is not under way. */
  tell(event: EngineEvent, name: string): void {
    if (this.#observers.size > 0 || activeLog() !== undefined) this.#tell(event, name);
  }

  #tell(event: EngineEvent, name: string): void {
    const log = activeLog();
    if (log !== undefined) logEvent(log, event, name);
    for (const { listener } of this.#observers) callSafely(listener, event, (thrown) => this.#observerFailed(thrown));
  }

  #observerFailed(thrown: unknown): void {
    const message = `a listener of engine.observe failed: ${messageOf(thrown)}`;
    const { clock } = this.#settings;
    activeLog()?.write("error", "engine", clock.now(), message, { error: loggedError(recordError(thrown)) });
  }

  async #forgetting(run: Forgotten, events: RunEvents): Promise<void> {
    const forgotten = this.#forget(run, events);
    if (!this.#settings.journal.durable) return forgotten;
    this.#beingForgotten.add(forgotten);
    await forgotten;
    this.#beingForgotten.delete(forgotten);
  }

  /** Drops the events of a run that has ended, and keeps them for its handle where one was given out. */
  async #forget({ id, watched, recovered }: Forgotten, events: RunEvents): Promise<void> {
    const { journal } = this.#settings;
    const kept: EventEnvelope[] = [];
    try {
      if (watched) for await (const event of journal.read(id)) kept.push(event);
      await this.#drop(id, recovered !== undefined);
    } catch {
      // The journal is closed or fails, and keeps the run. That is no failure of the run, which has ended.
      events.end();
      return;
    }
    events.end(async function* (from) {
      for (const event of kept) if (event.seq >= from) yield event;
    });
  }

  async #drop(id: string, isResumed: boolean): Promise<void> {
    const { journal } = this.#settings;
    if (isResumed || this.#parents.has(id)) {
      for await (const event of journal.read(id) as AsyncIterable<EngineEvent>) {
        if (event.type === "step-started" && event.data.child !== undefined) await this.#drop(event.data.child, true);
      }
    }
    await journal.drop(id);
  }
}

type Forgotten = Pick<Launch<never, unknown>, "id" | "watched" | "recovered">;
