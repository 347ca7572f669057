import {
  type Clock,
  atLeast,
  type Duration,
  type MessageKey,
  milliseconds,
  nonEmpty,
  oneOf,
  type Runnable,
  systemClock,
} from "../base/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { ActiveRuns, type HaltedOrNot, type Launch } from "./active-runs.ts";
import { Definitions } from "./definitions.ts";
import type { Answer, Engine, ForkOptions, Receipt, Recovery, RunHandle, SendOptions, StartOptions } from "./engine.ts";
import type { EngineEvent } from "./events.ts";
import { Figures } from "./figures.ts";
import { recordFork } from "./forked-run.ts";
import { serveInbox } from "./inbox-commands.ts";
import { Mailboxes } from "./mailboxes.ts";
import { answerRecorded, cancelRecorded } from "./recorded-run.ts";
import { recoverRuns } from "./recover-runs.ts";
import { type Ending, RecoveredRun } from "./recovery.ts";
import type { ChildCall, ChildRun } from "./run-context.ts";
import { engineClosedError, runMismatchError, runUnknownError } from "./run-errors.ts";
import { RunEvents } from "./run-events.ts";
import { RunTurns } from "./run-turns.ts";
import { Slots } from "./slots.ts";
import type { EngineStats } from "./stats.ts";

export interface EmbeddedEngineOptions {
  /** Where runs are recorded. It stays open when the engine is disposed. @default a new memoryJournal() */
  readonly journal?: Journal;
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * What the engine can go on with by itself: `recover` resumes their runs, and `send` sends messages to them.
   * @default none
   */
  readonly definitions?: readonly Runnable<never, unknown>[];
  /** Recovered runs at the same time; suspended ones do not count. @default 16 */
  readonly recovering?: number;
  /**
   * What becomes of a `once` step that may have happened: the run waits for an answer, or the step fails with
   * `step-in-doubt`. @default "ask" with a durable journal, else "fail"
   */
  readonly inDoubt?: "ask" | "fail";
  /** For how long a message's id is known, so that one that comes again is not handled again. @default "7d" */
  readonly dedupe?: Duration;
  /** Beginnings without getting any further after which a message is set aside, and a run is not recovered. @default 3 */
  readonly attempts?: number;
  /**
   * What the journal keeps of runs that have ended: all, or nothing but those that handled a message, whose id is to be
   * known again. A handle still gives its run's events.
   * @default "all"
   */
  readonly retain?: "all" | "nothing";
  /** What `stats()` knows: also of each task, or the totals alone, which cost next to nothing. @default "tasks" */
  readonly stats?: "tasks" | "totals";
}

/** Runs in this process, on a journal. */
export class EmbeddedEngine implements Engine {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #figures: Figures;
  readonly #runs: ActiveRuns;
  readonly #definitions: Definitions;
  readonly #mailboxes: Mailboxes;
  readonly #slots: Slots;
  readonly #turns = new RunTurns();
  readonly #attempts: number;
  #recovery: Promise<Recovery> | undefined;
  #stopServing: (() => void) | undefined;
  #closed = false;

  constructor(options: EmbeddedEngineOptions = {}) {
    const journal = options.journal ?? memoryJournal();
    const clock = options.clock ?? systemClock;
    const retain = oneOf(["all", "nothing"], options.retain ?? "all", "retain of an engine");
    const perTask = oneOf(["tasks", "totals"], options.stats ?? "tasks", "stats of an engine") === "tasks";
    const inDoubt = options.inDoubt ?? (journal.durable ? "ask" : "fail");
    const asks = oneOf(["ask", "fail"], inDoubt, "inDoubt of an engine") === "ask";
    this.#attempts = atLeast(1, options.attempts ?? 3, "attempts of an engine");
    this.#slots = new Slots(atLeast(1, options.recovering ?? 16, "recovering of an engine"));
    this.#definitions = new Definitions(options.definitions ?? []);
    this.#journal = journal;
    this.#clock = clock;
    this.#figures = new Figures(perTask);
    this.#runs = new ActiveRuns({
      journal,
      clock,
      figures: this.#figures,
      retain,
      asks,
      child: (parent) => this.#child(parent),
      onEnded: (id) => this.#mailboxes.ended(id),
    });
    this.#mailboxes = new Mailboxes({
      journal,
      clock,
      runs: this.#runs,
      definitions: this.#definitions,
      slots: this.#slots,
      dedupeMs: milliseconds(options.dedupe ?? "7d", "dedupe of an engine"),
      attempts: this.#attempts,
    });
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
    this.#open();
    return this.#resume(runnable, id, { watched: true });
  }

  async fork<Output>(
    runnable: Runnable<never, Output>,
    id: string,
    { as = crypto.randomUUID() }: ForkOptions = {},
  ): Promise<RunHandle<Output>> {
    this.#open();
    await recordFork(this.#journal, runnable, id, nonEmpty(as, "the id of a run"));
    return this.resume(runnable, as);
  }

  recover(): Promise<Recovery> {
    try {
      this.#open();
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#recovery !== undefined) return this.#recovery;
    const recovery = recoverRuns({
      journal: this.#journal,
      runs: this.#runs,
      definitions: this.#definitions,
      mailboxes: this.#mailboxes,
      slots: this.#slots,
      attempts: this.#attempts,
      cancel: (id, reason) => this.cancel(id, reason),
      resume: async (name, id, onRest) => {
        await this.#resume(this.#definitions.get(name), id, { watched: false, onRest }).then(({ result }) => result);
      },
    });
    recovery.catch(() => (this.#recovery = undefined));
    return (this.#recovery = recovery);
  }

  async cancel(id: string, reason?: unknown): Promise<void> {
    const children = await this.#turns.take(id, async () => {
      if (this.#runs.get(id) !== undefined) return [];
      return cancelRecorded(this.#journal, this.#clock, id, reason);
    });
    for (const child of children) await this.cancel(child, reason);
    const active = this.#runs.get(id);
    if (active === undefined) this.#mailboxes.withdraw(id);
    else await active.handle.cancel(reason);
  }

  answer(id: string, key: string, answer: Answer): Promise<void> {
    return this.#answer(id, key, answer, undefined);
  }

  async send(key: MessageKey, message: unknown, options?: SendOptions): Promise<Receipt> {
    this.#open();
    await this.recover();
    return this.#mailboxes.send(key, message, options);
  }

  stats(): EngineStats {
    return this.#figures.read(this.#runs.waiting);
  }

  observe(listener: (event: EngineEvent) => void | Promise<void>): () => void {
    return this.#runs.observe(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#stopServing?.();
    this.#mailboxes.close();
    await this.#runs.halt();
  }

  /** An engine that works can be asked from outside. @throws AitorError `engine-closed`. */
  #open(): void {
    if (this.#closed) throw engineClosedError();
    const { inbox } = this.#journal;
    if (inbox === undefined) return;
    this.#stopServing ??= serveInbox(inbox, {
      isActive: (id) => this.#runs.get(id) !== undefined,
      cancel: (id, reason) => this.cancel(id, reason),
      answer: (id, key, answer, by) => this.#answer(id, key, answer, by),
      knows: (name) => this.#definitions.has(name),
      send: async (key, message, options, by) => {
        await this.recover();
        return this.#mailboxes.send(key, message, options, by);
      },
    });
  }

  #begin<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: Input,
    { id: given, signal, origin }: StartOptions,
    watched: boolean,
  ): RunHandle<Output> {
    this.#open();
    const isNew = given === undefined;
    const id = isNew ? crypto.randomUUID() : nonEmpty(given, "the id of a run");
    return this.#runs.launch({ id, isNew, runnable, input, signal, origin, watched });
  }

  async #resume<Output>(runnable: Runnable<never, Output>, id: string, how: Resumption): Promise<HaltedOrNot<Output>> {
    return this.#turns.take(id, () => this.#resumeInTurn(runnable, id, how));
  }

  async #resumeInTurn<Output>(
    runnable: Runnable<never, Output>,
    id: string,
    { parent, watched, onRest }: Resumption,
  ): Promise<HaltedOrNot<Output>> {
    const active = this.#runs.get(id);
    if (active !== undefined) {
      if (active.name !== runnable.name) throw runMismatchError(id, active.name, runnable.name);
      return active.handle as HaltedOrNot<Output>;
    }
    const recovered = await RecoveredRun.read(this.#journal.read(id));
    if (recovered === undefined) throw runUnknownError(id);
    if (recovered.name !== runnable.name) throw runMismatchError(id, recovered.name, runnable.name);
    this.#open();
    if (this.#runs.get(id) !== undefined) return this.#resumeInTurn(runnable, id, { parent, watched, onRest });
    if (recovered.ending === undefined) {
      const { key, input, started } = recovered;
      const known = { id, recovered, key, parent: parent ?? started?.parent };
      return this.#runs.launch({ ...known, runnable, input: input as never, watched, onRest });
    }
    const events = new RunEvents((from) => this.#journal.read(id, from));
    events.end();
    return endedHandle(id, recovered.ending as Ending<Output>, events);
  }

  #child(parent: string) {
    return async <Input, Output>(...call: ChildCall<Input, Output>): Promise<ChildRun<Output>> => {
      const [runnable, input, id, onRest] = call;
      const how = { parent, watched: false, onRest };
      for await (const _ of this.#journal.heads({ stream: id })) return this.#resume(runnable, id, how);
      this.#open();
      return this.#runs.launch({ id, runnable, input, ...how });
    };
  }

  async #answer(id: string, key: string, answer: Answer, by: string | undefined): Promise<void> {
    const isRecorded = await this.#turns.take(id, async () => {
      if (this.#runs.get(id) !== undefined) return false;
      await answerRecorded(this.#journal, this.#clock, id, key, answer, by);
      return true;
    });
    if (isRecorded) return;
    const active = this.#runs.get(id);
    if (active === undefined) return this.#answer(id, key, answer, by);
    await active.answer(key, answer, by);
  }
}

/** How a run is gone on with. */
type Resumption = Pick<Launch<never, unknown>, "parent" | "watched" | "onRest">;

function endedHandle<Output>(id: string, ending: Ending<Output>, events: RunEvents): HaltedOrNot<Output> {
  const result = "output" in ending ? Promise.resolve(ending.output) : Promise.reject(ending.error);
  result.catch(() => {});
  return { id, result, halted: false, cancel: async () => {}, [Symbol.asyncIterator]: () => events.subscribe() };
}

/** The engine of those who name none: in memory, and nothing is kept of runs that have ended. Nobody reads its figures. */
export function defaultEngine(): Engine {
  return (shared ??= new EmbeddedEngine({ retain: "nothing", stats: "totals" }));
}

let shared: EmbeddedEngine | undefined;
