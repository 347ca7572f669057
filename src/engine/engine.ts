import type { Duration, MessageKey, Runnable } from "../base/index.ts";
import type { EngineEvent, RunOrigin } from "./record/events.ts";
import type { EngineStats } from "./figures/stats.ts";

/** Runs definitions durably. `EmbeddedEngine` does so in this process. */
export interface Engine extends AsyncDisposable {
  /**
   * Starts a run.
   *
   * @returns At once; what goes wrong from then on, `run-exists` and an input that is not JSON included, rejects the
   *   handle's `result`.
   * @throws AitorError `invalid-option` for what is no `Runnable`, or an option; `engine-closed` after disposal.
   */
  start<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options?: StartOptions,
  ): RunHandle<Output>;

  /** `start` for those who want nothing but the result. */
  run<Input, Output>(runnable: Runnable<Input, Output>, input: NoInfer<Input>, options?: StartOptions): Promise<Output>;

  /**
   * Goes on with a run that its journal holds without an ending: what is on record is not done again. A run that has
   * ended gives its recorded result, and one that is under way in this engine is joined.
   *
   * @returns When the run is under way. Where another engine went on with it at the same time, the handle's `result`
   *   rejects with `run-taken`; where the code does not fit the record, with `step-mismatch`.
   * @throws AitorError (rejects with) `run-unknown`, `run-mismatch` where another definition started it, `run-taken` where
   *   it is under way in another engine of this process, `not-its-turn` where it handles a message and another one to that
   *   key comes first, `engine-closed`.
   */
  resume<Output>(runnable: Runnable<never, Output>, id: string): Promise<RunHandle<Output>>;

  /**
   * A new run that begins with what another one, under way or not, has on record up to its last commit point (the last
   * end of a turn or a loop; where there is none, with its input alone), and goes on from there under this code. The
   * other one is not changed. A `once` step that it began after that point is not called again: it is in doubt.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-mismatch`, `run-exists`, `engine-closed`.
   */
  fork<Output>(runnable: Runnable<never, Output>, id: string, options?: ForkOptions): Promise<RunHandle<Output>>;

  /**
   * Goes on with the unfinished runs of the engine's definitions, the oldest first, and with the messages that wait.
   *
   * @returns When it is known which; they go on from then, a bounded number at a time.
   */
  recover(): Promise<Recovery>;

  /**
   * Ends a run: one that is under way as its handle does, another one on record, with its children. Harmless after its
   * end.
   *
   * @throws AitorError (rejects with) `run-unknown`.
   */
  cancel(id: string, reason?: unknown): Promise<void>;

  /**
   * Answers what a run waits for: a signal, or a `once` step that is in doubt, by its key or its name. Where the run is not
   * under way, the answer is recorded, and counts when the run is resumed; where it is being resumed, the answer waits
   * until the code asks again.
   *
   * @returns When the answer is durable.
   * @throws AitorError (rejects with) `run-unknown`, `not-waiting`, `invalid-value` where it is no answer, or does not fit
   *   the signal's schema.
   */
  answer(id: string, key: string, answer: Answer): Promise<void>;

  /**
   * Records an event of your own in a run that is under way or waits, in whichever process: something that its code reads
   * from its record.
   *
   * @param type Noun and verb, such as `budget-raised`; not one of the engine's own.
   * @returns When it is durable.
   * @throws AitorError (rejects with) `run-unknown`, `not-under-way`, `invalid-value` for the type, `not-json`.
   */
  note(id: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void>;

  /**
   * Sends a message to a key, whose definition is one of the engine's. Messages to one key are handled one at a time, in
   * the order of their receipts; each handling is a run. One that killed its process `attempts` times (3 by default) without
   * getting any further is set aside; one that stops without an ending on record holds its key until it has one. The first
   * message recovers what the journal holds, as `recover` does: it may not come before those that wait.
   *
   * @returns When the message is durable.
   * @throws AitorError (rejects with) `invalid-option` for the key or the id, `invalid-duration`, `definition-unknown`,
   *   `not-json`, `mailbox-full`, `agent-suspended`, `engine-closed`.
   */
  send(key: MessageKey, message: unknown, options?: SendOptions): Promise<Receipt>;

  /**
   * Sends a message to a key, and waits until it was handled.
   *
   * @returns What the definition's body gave. A message of an id that was handled before has the same reply.
   * @throws What the body threw; AitorError (rejects with) `cancelled` where the signal aborts, `ask-timeout` after the
   *   deadline, `message-set-aside`, `agent-halted` where its handling, or one before it, stopped without an ending on record,
   *   and what `send` rejects with.
   */
  ask(key: MessageKey, message: unknown, options?: AskOptions): Promise<unknown>;

  /**
   * Does something of this process's own when it is the key's turn, among the messages to it. Nothing of it is on record: a
   * crash before its turn forgets it.
   *
   * @throws What `work` rejects with; AitorError (rejects with) `definition-unknown`, `mailbox-full`, `agent-suspended`,
   *   `agent-halted`, `engine-closed`.
   */
  turn<Out>(key: MessageKey, work: () => Promise<Out>): Promise<Out>;

  /**
   * Adds a definition. What the journal holds unfinished of it goes on, where the engine has recovered before.
   *
   * @throws AitorError (rejects with) `invalid-option` where another one has its name.
   */
  register(definition: Runnable<never, unknown>): Promise<void>;

  /**
   * The messages that nobody handled to their end and whose senders were not told: those that were set aside, then those that
   * failed, the oldest of each first. Looks at all runs that have ended.
   *
   * @param name The definition's. @default those to all
   */
  deadLetters(name?: string): AsyncIterable<DeadLetter>;

  /**
   * Sends a dead letter again: as a new message, at the end of its key's queue.
   *
   * @param run The run that was to handle it.
   * @throws AitorError (rejects with) `not-a-dead-letter`, and what `send` rejects with.
   */
  sendAgain(run: string): Promise<Receipt>;

  /** What this engine has done since it was made, and how it stands: for a scrape, a health check, a test. */
  stats(): EngineStats;

  /**
   * Gives a listener every event of every run from now on, in order, each once it is recorded; also `step-progress` and
   * `run-halted`, which are not. For exporters: who wants one run's events iterates its handle.
   *
   * The listener is called where the event happens and is not waited for, so it should be quick; the event is not its
   * own to change. One that throws or rejects harms nothing, and is logged.
   *
   * @returns Ends it. Harmless the second time.
   * @throws AitorError `invalid-option`.
   */
  observe(listener: (event: EngineEvent) => void | Promise<void>): () => void;

  /** Stops accepting runs and halts those under way, which can be resumed elsewhere. Harmless the second time. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StartOptions {
  /** Unique in the journal; begins neither with `agent:` nor with `usage:`. @default a random UUID */
  readonly id?: string;
  /** Cancels the run when it aborts; its reason is kept. */
  readonly signal?: AbortSignal;
  /** Recorded with the run, for whoever resumes it. */
  readonly origin?: RunOrigin;
}

export interface ForkOptions {
  /** The new run's id, unique in the journal. @default a random UUID */
  readonly as?: string;
}

/** What an engine found in its journal when it recovered. Ids of runs, the oldest first. */
export interface Recovery {
  /** Runs that go on. */
  readonly runs: readonly string[];
  /** Messages that are, or will be, handled. */
  readonly messages: readonly string[];
  /** Unfinished runs of definitions that the engine does not have. They wait. */
  readonly unknown: readonly { readonly id: string; readonly name: string }[];
  /** Runs that were begun too often without getting any further, as messages are that are set aside. They wait until somebody resumes or cancels them. */
  readonly stuck: readonly string[];
}

/** The result of what is waited for; a failure, with its text; or, of a step in doubt, that it is to be called again. */
export type Answer = { readonly value: unknown } | { readonly fail: string } | { readonly again: true };

export interface SendOptions {
  /** The message's id: one that was received within the window of deduplication is not handled again. @default a random UUID */
  readonly id?: string;
  /** Not before this has passed. @default 0 */
  readonly delay?: Duration;
  /** Recorded with the message, for whoever resumes its run. */
  readonly origin?: RunOrigin;
}

export interface AskOptions {
  /** The message's id, as in `SendOptions`. @default a random UUID */
  readonly id?: string;
  /** Takes the message back when it aborts: one that is being handled is cancelled. One that was told, too, or that others ask, stays. */
  readonly signal?: AbortSignal;
  /** Time for the reply; after it the message is taken back, as by `signal`. @default none */
  readonly deadline?: Duration;
  /** Recorded with the message, for whoever resumes its run. */
  readonly origin?: RunOrigin;
}

export interface Receipt {
  /** The message's id. */
  readonly id: string;
  /** The run that handles it. */
  readonly run: string;
  /** It had been received before. */
  readonly duplicate: boolean;
}

/** A message that nobody handled to its end, and whose sender was not told. */
export interface DeadLetter {
  /** The run that was to handle it. */
  readonly run: string;
  readonly to: MessageKey;
  readonly message: unknown;
  /** It killed its process again and again; or its handling failed, when nobody waited for a reply. */
  readonly why: "set-aside" | "failed";
  readonly error: Error;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly endedAt: number;
}

/** A run that was started. Iterate it for its events, from the first on; leaving the loop does not cancel the run. */
export interface RunHandle<Output> extends AsyncIterable<EngineEvent> {
  readonly id: string;
  /** Rejects with what the body threw, with `cancelled`, or with the error that halted the run. */
  readonly result: Promise<Output>;
  /** Ends the run at once; resolves when it has ended, with everything given back. Harmless after its end. */
  cancel(reason?: unknown): Promise<void>;
}
