import type { Duration, MessageKey, Runnable } from "../base/index.ts";
import type { EngineEvent, RunOrigin } from "./record/events.ts";
import type { EngineStats } from "./figures/stats.ts";

/** An engine runs definitions durably. `EmbeddedEngine` does so in this process. */
export interface Engine extends AsyncDisposable {
  /**
   * Starts a run.
   *
   * @returns A handle, at once. Whatever fails from then on, including `run-exists` and an input that is not JSON, rejects the
   *   handle's `result`.
   * @throws AitorError `invalid-option` for a wrong option or something that is no `Runnable`; `engine-closed` after disposal.
   */
  start<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options?: StartOptions,
  ): RunHandle<Output>;

  /** Starts a run, as `start` does, and resolves with its result. */
  run<Input, Output>(runnable: Runnable<Input, Output>, input: NoInfer<Input>, options?: StartOptions): Promise<Output>;

  /**
   * Continues a run that the journal holds without an ending. What is on record is not done again. A run that has ended
   * gives its recorded result. A run that is under way in this engine is joined.
   *
   * @returns A handle, when the run is under way. Its `result` rejects with `run-taken` if another engine continued the run at
   *   the same time, and with `step-mismatch` if the code does not fit the record.
   * @throws AitorError (rejects with) `run-unknown`; `run-mismatch` if another definition started the run; `run-taken` if it is
   *   under way in another engine of this process; `not-its-turn` if it handles a message and another message to that key
   *   comes first; `engine-closed`.
   */
  resume<Output>(runnable: Runnable<never, Output>, id: string): Promise<RunHandle<Output>>;

  /**
   * Makes a new run from another one, which may be under way or not. The new run begins with what the other one has on record
   * up to its last commit point and continues from there under this code. The last commit point is the last end of a turn or
   * a loop; if there is none, the new run begins with the input alone. The other run is not changed. A `once` step that it
   * began after that point is not called again: it is in doubt.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-mismatch`, `run-exists`, `engine-closed`.
   */
  fork<Output>(runnable: Runnable<never, Output>, id: string, options?: ForkOptions): Promise<RunHandle<Output>>;

  /**
   * Continues the unfinished runs of the engine's definitions, the oldest first, and the messages that wait.
   *
   * @returns What the engine found, as soon as it is known. The runs and messages continue from then on, a bounded number at a
   *   time.
   */
  recover(): Promise<Recovery>;

  /**
   * Ends a run. A run that is under way ends as by its handle's `cancel`. Any other run ends on record, with its children.
   * Harmless after the run's end.
   *
   * @throws AitorError (rejects with) `run-unknown`.
   */
  cancel(id: string, reason?: unknown): Promise<void>;

  /**
   * Answers what a run waits for: a signal, or a `once` step that is in doubt. If the run is not under way, the answer is
   * recorded and counts when the run is resumed. If it is being resumed, the answer waits until the code asks again.
   *
   * @param key The key or the name of the signal or step.
   * @returns When the answer is durable.
   * @throws AitorError (rejects with) `run-unknown`; `not-waiting`; `invalid-value` if it is no answer, or does not match the
   *   signal's schema.
   */
  answer(id: string, key: string, answer: Answer): Promise<void>;

  /**
   * Records a custom event in a run that is under way or waits, in any process. The run's code can read it from its record.
   *
   * @param type Noun and verb, such as `budget-raised`; not one of the engine's own.
   * @returns When it is durable.
   * @throws AitorError (rejects with) `run-unknown`, `not-under-way`, `invalid-value` for the type, `not-json`.
   */
  note(id: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void>;

  /**
   * Sends a message to a key whose definition is one of the engine's. Messages to one key are handled one at a time, in the
   * order of their receipts. Each handling is a run.
   *
   * A message that killed its process `attempts` times (3 by default) without getting any further is set aside. A message
   * whose handling stops without a recorded ending holds its key until it has one. The first message recovers what the journal
   * holds, as `recover` does, because it must not come before those that wait.
   *
   * @returns When the message is durable.
   * @throws AitorError (rejects with) `invalid-option` for the key or the id, `invalid-duration`, `definition-unknown`,
   *   `not-json`, `mailbox-full`, `agent-suspended`, `engine-closed`.
   */
  send(key: MessageKey, message: unknown, options?: SendOptions): Promise<Receipt>;

  /**
   * Sends a message to a key and waits until it is handled.
   *
   * @returns What the definition's body returned. A message with an id that was handled before gets the same reply.
   * @throws What the body threw; AitorError (rejects with) `cancelled` if the signal aborts; `ask-timeout` after the deadline;
   *   `message-set-aside`; `agent-halted` if its handling, or that of a message before it, stopped without a recorded ending;
   *   those of `send`.
   */
  ask(key: MessageKey, message: unknown, options?: AskOptions): Promise<unknown>;

  /**
   * Calls `work` when it is its turn among the messages to a key. Nothing of this is recorded: a crash before its turn forgets
   * it.
   *
   * @throws What `work` rejects with; AitorError (rejects with) `definition-unknown`, `mailbox-full`, `agent-suspended`,
   *   `agent-halted`, `engine-closed`.
   */
  turn<Out>(key: MessageKey, work: () => Promise<Out>): Promise<Out>;

  /**
   * Adds a definition. If the engine has recovered before, what the journal holds unfinished of it continues.
   *
   * @throws AitorError (rejects with) `invalid-option` if another definition has its name.
   */
  register(definition: Runnable<never, unknown>): Promise<void>;

  /**
   * Lists the messages that nobody handled to their end and whose senders were not told: those that were set aside, then those
   * that failed, the oldest of each first. Looks at all runs that have ended.
   *
   * @param name The name of a definition. @default messages to all definitions
   */
  deadLetters(name?: string): AsyncIterable<DeadLetter>;

  /**
   * Sends a dead letter again, as a new message at the end of its key's queue.
   *
   * @param run The run that was to handle it.
   * @throws AitorError (rejects with) `not-a-dead-letter`; those of `send`.
   */
  sendAgain(run: string): Promise<Receipt>;

  /** Returns what this engine has done since it was made, and its current state: for a scrape, a health check or a test. */
  stats(): EngineStats;

  /**
   * Calls a listener with every event of every run from now on, in order, each once it is recorded. It also gets
   * `step-progress` and `run-halted`, which are not recorded. For exporters; for the events of one run, iterate its handle.
   *
   * The listener is called where the event happens and is not awaited, so it should be quick. It must not change the event. If
   * it throws or rejects, this does no harm and is logged.
   *
   * @returns A function that ends this. Calling it twice is harmless.
   * @throws AitorError `invalid-option`.
   */
  observe(listener: (event: EngineEvent) => void | Promise<void>): () => void;

  /** Stops accepting runs and halts those under way, which can be resumed elsewhere. Disposing twice is harmless. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StartOptions {
  /** The run's id. Unique in the journal; must not begin with `agent:` or `usage:`. @default a random UUID */
  readonly id?: string;
  /** Cancels the run when it aborts. Its reason is kept. */
  readonly signal?: AbortSignal;
  /** Where the definition can be loaded from. Recorded with the run, for resuming it. */
  readonly origin?: RunOrigin;
}

export interface ForkOptions {
  /** The new run's id, unique in the journal. @default a random UUID */
  readonly as?: string;
}

/** What an engine found in its journal when it recovered: ids of runs, the oldest first. */
export interface Recovery {
  /** Runs that continue. */
  readonly runs: readonly string[];
  /** Messages that are or will be handled. */
  readonly messages: readonly string[];
  /** Unfinished runs of definitions that the engine does not have. They wait. */
  readonly unknown: readonly { readonly id: string; readonly name: string }[];
  /**
   * Runs that, like messages that are set aside, were begun too often without getting any further. They wait until somebody
   * resumes or cancels them.
   */
  readonly stuck: readonly string[];
}

/**
 * An answer to what a run waits for. `value` is its result. `fail` is the text of a failure. `again`, for a step in doubt, means
 * that the step is to be called again.
 */
export type Answer = { readonly value: unknown } | { readonly fail: string } | { readonly again: true };

export interface SendOptions {
  /** The message's id. One that was received within the window of deduplication is not handled again. @default a random UUID */
  readonly id?: string;
  /** How long to wait before the message is handled. @default 0 */
  readonly delay?: Duration;
  /** Where the definition can be loaded from. Recorded with the message, for resuming its run. */
  readonly origin?: RunOrigin;
}

export interface AskOptions {
  /** The message's id, as in `SendOptions`. @default a random UUID */
  readonly id?: string;
  /**
   * Withdraws the message when it aborts. If the message is being handled, that is cancelled. A message that was also sent with
   * `send`, or that others ask, stays.
   */
  readonly signal?: AbortSignal;
  /** Time for the reply. After it the message is withdrawn, as by `signal`. @default none */
  readonly deadline?: Duration;
  /** Where the definition can be loaded from. Recorded with the message, for resuming its run. */
  readonly origin?: RunOrigin;
}

export interface Receipt {
  /** The message's id. */
  readonly id: string;
  /** The run that handles it. */
  readonly run: string;
  /** Whether the message had been received before. */
  readonly duplicate: boolean;
}

/** A message that nobody handled to its end and whose sender was not told. */
export interface DeadLetter {
  /** The run that was to handle it. */
  readonly run: string;
  readonly to: MessageKey;
  readonly message: unknown;
  /** `set-aside`: it killed its process again and again. `failed`: its handling failed while nobody waited for a reply. */
  readonly why: "set-aside" | "failed";
  readonly error: Error;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly endedAt: number;
}

/** A handle of a run. Iterate it for the run's events, from the first on. Leaving the loop does not cancel the run. */
export interface RunHandle<Output> extends AsyncIterable<EngineEvent> {
  readonly id: string;
  /** The run's result. Rejects with what the body threw, with `cancelled`, or with the error that halted the run. */
  readonly result: Promise<Output>;
  /** Ends the run at once. Resolves when the run has ended and everything it took is given back. Harmless after its end. */
  cancel(reason?: unknown): Promise<void>;
}
