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
import type { Answer, RunHandle } from "./engine.ts";
import type { EngineEvent, MessageReceipt, RunOrigin } from "./events.ts";
import type { Figures } from "./figures.ts";
import { Outlines } from "./outlines.ts";
import { isAnsweredBy } from "./recorded-run.ts";
import type { Ending, RecoveredRun } from "./recovery.ts";
import type { RunContext } from "./run-context.ts";
import { engineClosedError } from "./run-errors.ts";
import { RunEvents } from "./run-events.ts";
import { RunExecution } from "./run-execution.ts";
import type { RunSettings } from "./run-settings.ts";
import { logEvent } from "./run-log.ts";
import type { Waits } from "./waits.ts";

/** What every run of an engine gets. */
export interface ActiveRunsSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly figures: Figures;
  readonly retain: "all" | "nothing";
  readonly asks: boolean;
  readonly child: (of: ChildOf) => RunContext["child"];
  readonly mail: RunContext["mail"];
  /** Told of each run that has an ending on record. */
  readonly onEnded: (id: string, ending: Ending) => void;
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

/** A handle that tells whether the run stopped without an ending on record. */
export interface HaltedOrNot<Output> extends RunHandle<Output> {
  readonly halted: boolean;
}

/** A run under way. */
export interface ActiveRun {
  readonly name: string;
  readonly execution: Pick<RunExecution<unknown>, "halt" | "result" | "waiting">;
  readonly handle: HaltedOrNot<unknown>;
  /** The keys of what it waits for from outside, where it rests. */
  readonly waitsFor: readonly string[];
  answer(key: string, answer: Answer, by: string | undefined): Promise<void>;
  /** @throws AitorError (rejects with) `not-under-way` where it is ending. */
  note(type: string, data: unknown): Promise<void>;
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
    const handle = activeHandle(execution, events);
    const active: ActiveRun = {
      name: runnable.name,
      execution,
      handle,
      get waitsFor() {
        return execution.waitsFor;
      },
      answer: (key, answer, by) => this.#answer(id, execution.waits, key, answer, by),
      note: async (type, data) => execution.note(type, data),
    };
    // A child's result is its parent's until that has ended, and a message's id is to be known again.
    const isItsOwn = launch.parent === undefined && launch.key === undefined;
    if (launch.parent !== undefined) this.#parents.add(launch.parent);
    const cancel = (): void => execution.cancel(signal?.reason);
    const ended = async (ending: Ending): Promise<void> => {
      signal?.removeEventListener("abort", cancel);
      if (this.#runs.get(id) === active) this.#runs.delete(id);
      if (execution.ended) this.#settings.onEnded(id, ending);
      if (this.#settings.retain === "nothing" && execution.ended && isItsOwn) await this.#forget(launch, events);
      else events.end();
      this.#parents.delete(id);
    };
    if (!this.#runs.has(id)) this.#runs.set(id, active);
    execution.result.then(
      (output) => ended({ output }),
      (error: unknown) => ended({ error: error as Error }),
    );
    void execution.start(runnable, launch.input);
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
    return handle;
  }

  observe(listener: Observer["listener"]): () => void {
    const observer = { listener };
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** Halts all of them; resolves when they have given back what they took. */
  async halt(): Promise<void> {
    const active = [...this.#runs.values()];
    for (const { execution } of active) execution.halt(engineClosedError());
    await Promise.allSettled(active.map(({ execution }) => execution.result));
  }

  /** A command that comes again has been carried out, whatever the run waits for now. */
  async #answer(id: string, waits: Waits, key: string, answer: Answer, by: string | undefined): Promise<void> {
    if (by !== undefined && (await isAnsweredBy(this.#settings.journal, id, by))) return;
    await waits.answer(key, answer, by);
  }

  #execution<Output>(
    launch: Omit<Launch<never, Output>, "input" | "runnable"> & {
      readonly runnable: Pick<Runnable, "name" | "version" | "outline">;
    },
    events: RunEvents,
  ): RunExecution<Output> {
    const { journal, clock, figures, asks, child, mail } = this.#settings;
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
      asked: ((received?.data as MessageReceipt | undefined) ?? recovered?.message)?.asked === true,
      mail,
      parent,
      origin,
      outline: recovered?.started === undefined ? this.#outlines.of(runnable) : undefined,
      outlines: this.#outlines,
      ready: logAsTheEnvironmentSays(),
      child: child({ parent: id, holder, onYield }),
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

function activeHandle<Output>(execution: RunExecution<Output>, events: RunEvents): HaltedOrNot<Output> {
  const { id, result } = execution;
  return {
    id,
    result,
    get halted() {
      return execution.halted;
    },
    cancel: async (reason) => {
      execution.cancel(reason);
      await Promise.allSettled([result]);
    },
    [Symbol.asyncIterator]: () => events.subscribe(),
  };
}
