import type { Receiver } from "./agent-ref.ts";
import type { Duration } from "./duration.ts";
import type { Keeper, KeptRun } from "./keeper.ts";
import type { MailboxOptions } from "./mailbox-options.ts";
import type { AskStepOptions, TellStepOptions } from "./message-options.ts";
import type { Schema } from "./schema.ts";
import type { StepOptions } from "./step-options.ts";

/** The progress of a step, for people who watch it. It is never journaled. */
export interface Progress {
  readonly done?: number;
  readonly total?: number;
  readonly note?: string;
}

/** What the function of a step receives. It stands for one attempt: each retry gets its own. */
export interface StepContext {
  /** The step's key, unique within its run. */
  readonly key: string;
  /** Unique over all runs and the same at each attempt. Pass it to the other side, so that it acts only once. */
  readonly idempotencyKey: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Whether an earlier process began the step and ended, with no record of what became of the step. */
  readonly again: boolean;
  /**
   * How many calls of the step were cut off because their process ended. There may have been more, unless the step is
   * `metered`.
   */
  readonly interrupted: number;
  /** Aborts at a time-out, on a cancel, or at the end of the scope. A function that ignores it is abandoned. */
  readonly abortSignal: AbortSignal;
  /** Sends the step's progress to subscribers. Progress is never journaled, and the call never waits. */
  progress(update: Progress): void;
  /**
   * Journals a custom event about the step, such as what it cost or what it was told. The event is recorded together with
   * whatever is recorded next; it is on record once the step is. A function passed to `defer` may record events, too. A step
   * that runs again after a crash records its events again.
   *
   * @param type Noun and verb, such as `model-called`. It must not be one of the engine's own types.
   * @param data A JSON value. From the call on it belongs to the journal.
   * @throws AitorError `not-json`; `invalid-value` for one of the engine's own types.
   */
  record(type: string, data: unknown): void;
  /**
   * Registers a function that releases what the step took. It runs on every ending of the attempt: success, failure, time-out,
   * cancel. Releases run in reverse order and are awaited before the attempt counts as over. If a release throws, that is
   * recorded and the others still run. If `defer` is called after the attempt is over, the release runs at once, and the scope
   * of the step ends only after it.
   */
  defer(release: () => void | Promise<void>): void;
}

/** The name of a step. A `key` tells apart steps of one name that are open at the same time in the same scope. */
export type StepName = string | { readonly name: string; readonly key: string };

/** One of several things done at the same time. Each has a scope of its own. */
export interface Branch<Out> {
  /** Unique among its siblings. */
  readonly name: string;
  /** The body. Once its promise settles, steps of its scope that are still open are cancelled. */
  run(branch: Run): Promise<Out>;
}

/** The results of branches, in the order of the branches. */
export type BranchResults<Branches extends readonly Branch<unknown>[]> = {
  -readonly [Index in keyof Branches]: Branches[Index] extends Branch<infer Out> ? Out : never;
};

/** The outcomes of branches, in the order of the branches. */
export type BranchOutcomes<Branches extends readonly Branch<unknown>[]> = {
  -readonly [Index in keyof Branches]: Branches[Index] extends Branch<infer Out> ? PromiseSettledResult<Out> : never;
};

/** How a turn of a loop ends: with the state of the next turn, or with the loop's result. Both are JSON values. */
export type Turn<State, Out> =
  | { readonly next: State }
  | {
      readonly done: Out;
      /**
       * For the last loop of a run to which others add notes (`engine.note`). Called before the result is recorded, once every
       * note is. If it returns a state, the loop continues with another turn, which gets that state. If it returns nothing,
       * the run accepts no more notes: later ones get `not-under-way`. If it throws, the loop throws that error.
       */
      readonly unless?: () => State | undefined;
    };

/** A definition and an id. Messages to one key are handled one at a time, in order. */
export interface MessageKey {
  /** The name of the definition. */
  readonly name: string;
  readonly id: string;
}

/** Options of a wait for an answer from outside. */
export interface SignalOptions<Value> {
  /** The schema of the answer. Any other answer is refused, its sender gets the reason, and the run keeps waiting. */
  readonly schema?: Schema<unknown, Value>;
  /** The question, for whoever answers: a JSON value, kept with the run. */
  readonly request?: unknown;
  /** How long to wait. Time in which no process runs counts, too. Then the wait fails with `signal-expired`. @default none */
  readonly deadline?: Duration;
}

/**
 * One durable execution, or one scope of it. Everything awaited through this interface is recorded and is not done again when
 * the run is resumed.
 */
export interface Run {
  /** The id of the run, the same in all its scopes. */
  readonly id: string;
  /** Aborts when this scope is cancelled or has ended. */
  readonly abortSignal: AbortSignal;
  /** The beginning of the keys of this scope's steps. Logs, for example, use it to say where they are. */
  readonly path?: string;
  /** The key whose message this run handles, if it handles a message. */
  readonly key: MessageKey | undefined;
  /** What the `Runnable` that began the run `carries`. Set on a run, not on its scopes. */
  readonly carried?: unknown;
  /**
   * Runs one effect. Resolves with the function's result once that is recorded, or with the result already on record. The
   * function must not use the run: use a scope for a part that has steps.
   *
   * @throws StepError for a failed step, live and resumed alike.
   * @throws AitorError `ambiguous-step` if a step of the same name is open in this scope and either has no key; `branch-open`
   *   while a branch or loop of this scope is open; `step-mismatch` if the recorded input differs; `cancelled` once the scope
   *   has ended.
   */
  step<Out>(
    name: StepName,
    fn: (step: StepContext) => Out | PromiseLike<Out>,
    options?: StepOptions,
  ): Promise<Awaited<Out>>;
  /**
   * Runs a part of the run under a name of its own. The names of steps start afresh in it. Unlike a branch, it may be open
   * beside steps and scopes of other names. When its body settles, everything in it that is still open is cancelled.
   *
   * @throws AitorError `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>, options?: ScopeOptions): Promise<Out>;
  /**
   * Runs all branches side by side. The first failure cancels the others and is thrown.
   *
   * @throws AitorError (rejects with) `ambiguous-step` if two branches have the same name; `step-mismatch` if the branch that
   *   decided on record is missing, or does not decide; `branch-open` or `cancelled` as `step` does.
   */
  all<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>>;
  /**
   * Runs all branches side by side. The first to settle decides, with its result or its failure, and the others are cancelled.
   *
   * @throws AitorError (rejects with) the same errors as `all`; `invalid-option` if there is no branch.
   */
  race<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>[number]>;
  /**
   * Runs all branches to their end, whether they succeed or fail.
   *
   * @throws AitorError (rejects with) `ambiguous-step` if two branches have the same name; `branch-open` or `cancelled` as
   *   `step` does.
   */
  settle<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchOutcomes<Branches>>;
  /**
   * Runs turn after turn until one is done. The end of a turn is a commit point: a resumed run starts with the turn after the
   * last one that ended.
   *
   * @throws AitorError (rejects with) `not-json` if a state or the result is not JSON; `invalid-value` if a turn returns
   *   neither `next` nor `done`; `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  loop<State, Out>(
    name: string,
    initial: State,
    turn: (state: State, run: Run) => Promise<Turn<State, Out>>,
  ): Promise<Out>;
  /**
   * Waits for a duration, and never less. A resumed run waits only for what is left of it. While its process lives, the time
   * that has passed counts, whatever happens to the machine's clock. Across processes the clock counts.
   *
   * @param name @default "sleep"
   * @throws AitorError `invalid-duration`; `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  sleep(duration: Duration, name?: StepName): Promise<void>;
  /**
   * Waits for an answer from outside: `engine.answer`, `aitor answer`. The wait survives its process. While it is on record,
   * the run holds no process.
   *
   * @throws StepError with the code `signal-expired` after the deadline, or `terminal` if the answer was a failure.
   * @throws AitorError `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  waitFor<Value = unknown>(name: StepName, options?: SignalOptions<Value>): Promise<Value>;
  /**
   * Runs another definition in a run of its own. Its id consists of this run's id and the step's key. It is a step of this
   * run: its result is recorded here, too, it is cancelled with its scope, and it continues where it was when this run is
   * resumed.
   *
   * @throws StepError if it fails.
   */
  child<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options?: ChildOptions,
  ): Promise<Output>;
  /**
   * Sends a message to an agent and waits for its reply, as a step of this run. If this scope ends meanwhile, the message is
   * withdrawn. After a crash it is the same message, which is not handled twice.
   *
   * @throws StepError with the code of what the handler threw; `ask-cycle` if the other agent waits, directly or through
   *   others, for this run's own agent; `mailbox-full`, `agent-suspended`, `definition-unknown`.
   */
  ask<Message, Reply>(
    agent: Receiver<Message, Reply>,
    id: string,
    message: NoInfer<Message>,
    options?: AskStepOptions,
  ): Promise<Reply>;
  /**
   * Sends a message to an agent and waits until it is durable, as a step of this run. After a crash it is the same message.
   *
   * @returns The id of the message.
   * @throws StepError as `ask` does.
   */
  tell<Message>(
    agent: Receiver<Message>,
    id: string,
    message: NoInfer<Message>,
    options?: TellStepOptions,
  ): Promise<string>;
  /** Returns the time, in milliseconds since 1970. It is a step, so a resumed run gets the same time. */
  now(): Promise<number>;
  /** Returns a UUID made from the run's id and the place of the call: a resumed run gets the same. Unique, not secret. */
  uuid(): string;
  /**
   * Registers code that keeps a state which is recorded with the run. The keeper receives what is recorded from now on. Code
   * that also needs earlier records reads them after this call, and ignores what it gets twice.
   *
   * @throws AitorError `invalid-value` on the second call; the error of a run that has ended.
   */
  keep(keeper: Keeper): KeptRun;
  /**
   * In a resumed run, returns what is on record of the step or timer that would get this name now: nothing, that it was begun,
   * or that it has an outcome. This saves preparing what will not be done again.
   */
  recorded?(name: StepName): "begun" | "settled" | undefined;
  /** Likewise, whether an outcome is on record in the scope that would get this name now; without a name, in this scope. */
  recordedIn?(name?: StepName): boolean;
  /**
   * For code that limits the time of this scope. Puts in doubt each `once` step that was called in the scope, or in runs that
   * it waits for, and that has no outcome yet. The signal of the step aborts, and the run asks, or the step fails.
   *
   * @returns A promise that resolves once the outcome of all of them is known; nothing if nothing is in doubt.
   */
  doubt?(why: string): Promise<unknown> | undefined;
  /**
   * For code that limits how many steps of this scope are open: `waiting` returns how many could start now without the limit.
   * It is called when figures are read and when code of another version continues, never once the scope has ended. The last
   * call counts.
   */
  queue?(waiting: () => number): void;
}

export interface ScopeOptions {
  /** The definition that the body runs. If it has an `outline`, people who look at the run see the scope drawn. @default none */
  readonly of?: Pick<Runnable, "name" | "outline" | "version">;
}

export interface ChildOptions {
  /** Tells apart children of one name that are open at the same time. @default none */
  readonly key?: string;
  /**
   * The error to fail with because the definition no longer exists. The child is not begun; if its run has begun, that run is
   * cancelled. The step fails with this error. An outcome that is on record stands.
   */
  readonly gone?: Error;
}

/**
 * Something an engine can run: a flow, an agent's handling of a message, or any object of this shape. One that takes any input
 * is a `Runnable`. The type of any runnable, whatever it takes, is `Runnable<never>`.
 */
export interface Runnable<Input = unknown, Output = unknown> {
  readonly name: string;
  /** The version of the code. Change it when old runs can no longer continue under the new code. */
  readonly version: string;
  /**
   * The body. It must perform its effects through `run` and otherwise depend on `input` alone. `run` is a scope of its own:
   * when the promise settles, steps that are still open are cancelled.
   */
  readonly execute: (run: Run, input: Input) => Promise<Output>;
  /** How messages to it wait for their turn. */
  readonly mailbox?: MailboxOptions;
  /**
   * What a resumed run of this object needs to know besides the input: a JSON value. It is recorded with the start of the run
   * and available as `run.carried` from the first execution on.
   */
  readonly carries?: unknown;
  /** Describes its structure as a JSON value, for people who look at a run without its code. A durable journal keeps it once. */
  outline?(): unknown;
}
