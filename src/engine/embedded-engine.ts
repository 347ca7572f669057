import {
  abortSignal,
  checkedRunnable,
  type Clock,
  flag,
  type MessageKey,
  optionsOf,
  randomUuid,
  type Runnable,
} from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { ActiveRuns } from "./run/active-runs.ts";
import { AskGraph } from "./mail/ask-graph.ts";
import { Asks } from "./mail/asks.ts";
import { endCall } from "./steps/called-runs.ts";
import { deadLetters } from "./mail/dead-letters.ts";
import type { Definitions } from "./run/definitions.ts";
import { type EmbeddedEngineOptions, embeddedEngineSettings } from "./embedded-engine-options.ts";
import type {
  Answer,
  AskOptions,
  DeadLetter,
  Engine,
  ForkOptions,
  Receipt,
  Recovery,
  RunHandle,
  SendOptions,
  StartOptions,
} from "./engine.ts";
import type { EngineEvent } from "./record/events.ts";
import { Figures } from "./figures/figures.ts";
import { recordFork } from "./run/forked-run.ts";
import type { Halt } from "./record/halt.ts";
import { serveInbox } from "./inbox-commands.ts";
import { engineOf } from "./run/journal-engines.ts";
import { Mail } from "./mail/mail.ts";
import { Mailboxes } from "./mail/mailboxes.ts";
import { askFromOutside } from "./mail/outside-ask.ts";
import { Resumption } from "./run/resumption.ts";
import { RunCommands } from "./run-commands.ts";
import { engineClosedError } from "./record/run-errors.ts";
import { newRunId } from "./record/stream-name.ts";
import { RunLocks } from "./run/run-locks.ts";
import { RunObservers } from "./run/run-observers.ts";
import { RunRecovery } from "./run-recovery.ts";
import type { EngineStats } from "./figures/stats.ts";

/** An engine that runs definitions in this process, on a journal. */
export class EmbeddedEngine implements Engine {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #figures: Figures;
  readonly #observers: RunObservers;
  readonly #runs: ActiveRuns;
  readonly #definitions: Definitions;
  readonly #mailboxes: Mailboxes;
  readonly #mail: Mail;
  readonly #asks: Asks;
  readonly #resumption: Resumption;
  readonly #commands: RunCommands;
  readonly #recovery: RunRecovery;
  #stopServing: (() => void) | undefined;
  #closed = false;

  /** @throws AitorError `invalid-option`, `invalid-duration`. */
  constructor(options: EmbeddedEngineOptions = {}) {
    const settings = embeddedEngineSettings(options);
    const { journal, clock, definitions, perTask } = settings;
    this.#journal = journal;
    this.#clock = clock;
    this.#definitions = definitions;
    this.#figures = new Figures(perTask);
    this.#observers = new RunObservers(clock);
    const shared = {
      ...settings,
      figures: this.#figures,
      observers: this.#observers,
      locks: new RunLocks(),
      graph: new AskGraph(),
    };
    const onHalted = (key: MessageKey | undefined, halt: Halt): void => {
      if (key !== undefined) this.#asks.halted(key, halt);
      this.#recovery.halted(halt);
    };
    this.#runs = new ActiveRuns({
      ...shared,
      mail: {
        send: (...call) => this.#mail.send(...call),
        ask: (...call) => this.#asks.ask(...call),
        awaits: (run) => this.#asks.awaits(run),
      },
      child: (...call) => this.#resumption.child(...call),
      endCall: (...call) => endCall(journal, (run, reason) => this.cancel(run, reason), ...call),
      onEnded: (id, ending) => {
        this.#asks.ended(id, ending);
        this.#mailboxes.ended(id);
      },
      onHalted,
    });
    this.#resumption = new Resumption({ ...shared, runs: this.#runs, checkOpen: () => this.#open() });
    this.#mailboxes = new Mailboxes({
      ...shared,
      runs: this.#runs,
      onSetAside: (run, error) => this.#asks.ended(run, { error }),
      onHalted,
    });
    this.#mail = new Mail({
      ...shared,
      mailboxes: this.#mailboxes,
      ready: (name) =>
        this.#recovery.done ? this.#recovery.of(name) : this.recover().then(() => this.#recovery.of(name)),
      onWantedElsewhere: (run) => this.#asks.told(run),
    });
    this.#asks = new Asks({
      ...shared,
      mailboxes: this.#mailboxes,
      mail: this.#mail,
      cancel: (run, reason) => this.cancel(run, reason),
    });
    this.#commands = new RunCommands({
      ...shared,
      runs: this.#runs,
      mailboxes: this.#mailboxes,
      mail: this.#mail,
      asks: this.#asks,
    });
    this.#recovery = new RunRecovery({
      ...shared,
      runs: this.#runs,
      mailboxes: this.#mailboxes,
      resumption: this.#resumption,
      commands: this.#commands,
    });
  }

  start<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options: StartOptions = {},
  ): RunHandle<Output> {
    return this.#begin(runnable, input, options, true);
  }

  async run<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options: StartOptions = {},
  ): Promise<Output> {
    return this.#begin(runnable, input, options, false).result;
  }

  async resume<Output>(runnable: Runnable<never, Output>, id: string): Promise<RunHandle<Output>> {
    this.#open();
    return this.#resumption.resume(checkedRunnable(runnable, "what a run is resumed with"), id, { watched: true });
  }

  async fork<Output>(
    runnable: Runnable<never, Output>,
    id: string,
    options: ForkOptions = {},
  ): Promise<RunHandle<Output>> {
    this.#open();
    const { as = randomUuid() } = optionsOf(options, ["as"], "an option of a fork");
    checkedRunnable(runnable, "what a fork goes on with");
    await recordFork(this.#journal, runnable, id, { as: newRunId(as) });
    return this.resume(runnable, as);
  }

  recover(): Promise<Recovery> {
    try {
      this.#open();
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#recovery.all();
  }

  async register(definition: Runnable<never, unknown>): Promise<void> {
    this.#open();
    const isNew = this.#definitions.add(definition);
    const { name } = definition;
    if (isNew) this.#recovery.add(name);
    await this.#recovery.of(name);
    this.#recovery.settled(name);
  }

  cancel(id: string, reason?: unknown): Promise<void> {
    return this.#commands.cancel(id, reason);
  }

  answer(id: string, key: string, answer: Answer): Promise<void> {
    return this.#commands.answer(id, key, answer);
  }

  async note(id: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    this.#open();
    await this.#commands.note(id, { type, data });
  }

  async send(key: MessageKey, message: unknown, options: SendOptions = {}): Promise<Receipt> {
    optionsOf(options, SEND, "an option of a message");
    return this.#afterRecovery(() => this.#mail.send(key, message, options));
  }

  ask(key: MessageKey, message: unknown, options: AskOptions = {}): Promise<unknown> {
    return this.#afterRecovery(() => askFromOutside(this.#asks, this.#clock, key, message, options));
  }

  turn<Out>(key: MessageKey, work: () => Promise<Out>): Promise<Out> {
    return this.#afterRecovery(() => this.#mail.turn(key, work));
  }

  deadLetters(name?: string): AsyncIterable<DeadLetter> {
    return deadLetters(this.#journal, name);
  }

  async sendAgain(run: string): Promise<Receipt> {
    await this.recover();
    return this.#commands.sendAgain(run);
  }

  /** Whether this engine works on a run, or will once there is a place, or another engine of this process on its journal does. */
  isUnderWay(run: string): boolean {
    return this.#mailboxes.isOpen(run) || engineOf(run, this.#journal.inbox) !== undefined;
  }

  stats(): EngineStats {
    return this.#figures.read(this.#runs, this.#mailboxes.stats(this.#clock.now()));
  }

  observe(listener: (event: EngineEvent) => void | Promise<void>): () => void {
    return this.#observers.observe(listener);
  }

  /**
   * Lets messages under way finish and begins no others, before the engine is disposed. Resolves when nothing continues on its
   * own any more, or after `ms` milliseconds.
   *
   * @param options.drain Whether to also handle the messages that wait. @default false
   */
  async quiesce(ms: number, { drain = false }: { readonly drain?: boolean } = {}): Promise<void> {
    const quiet = this.#mailboxes.quiet(flag(drain, "drain of quiesce"));
    // Over at once, also on a clock that nobody moves.
    if (ms === 0) return;
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.timer(ms, late.resolve);
    await Promise.race([quiet, late.promise]);
    timer.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#stopServing?.();
    this.#mailboxes.close();
    this.#asks.close();
    this.#mail.close();
    await this.#runs.halt();
  }

  /** At once where the engine has recovered: what comes first has its place first. */
  #afterRecovery<Out>(act: () => Promise<Out>): Promise<Out> {
    return this.#recovery.done && !this.#closed ? act() : this.recover().then(act);
  }

  /** An engine that works can be asked from outside. @throws AitorError `engine-closed`. */
  #open(): void {
    if (this.#closed) throw engineClosedError();
    const { inbox } = this.#journal;
    if (inbox === undefined) return;
    this.#stopServing ??= serveInbox(inbox, {
      isActive: (id) => this.#runs.get(id) !== undefined,
      cancel: (id, reason) => this.cancel(id, reason),
      answer: (id, key, answer, by) => this.#commands.answer(id, key, answer, by),
      note: (id, note) => this.#commands.note(id, note),
      knows: (name) => this.#definitions.has(name),
      send: (...call) => this.#afterRecovery(() => this.#mail.send(...call)),
      sendAgain: (run) => this.sendAgain(run),
    });
  }

  #begin<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: Input,
    options: StartOptions,
    watched: boolean,
  ): RunHandle<Output> {
    this.#open();
    const { id: given, signal, origin } = optionsOf(options, START, "an option of a run");
    const isNew = given === undefined;
    const id = isNew ? randomUuid() : newRunId(given);
    checkedRunnable(runnable, "what an engine runs");
    abortSignal(signal, "the signal of a run");
    return this.#runs.launch({ id, isNew, runnable, input, signal, origin, watched });
  }
}

const SEND = ["id", "delay", "origin"] as const satisfies readonly (keyof SendOptions)[];
const START = ["id", "signal", "origin"] as const satisfies readonly (keyof StartOptions)[];
