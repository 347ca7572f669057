import type { Receiver } from "./agent-ref.ts";
import type { Duration } from "./duration.ts";
import type { Keeper, KeptRun } from "./keeper.ts";
import type { MailboxOptions } from "./mailbox-options.ts";
import type { AskStepOptions, TellStepOptions } from "./message-options.ts";
import type { Schema } from "./schema.ts";
import type { StepOptions } from "./step-options.ts";

/** How far a step is, for people who watch. Never journaled. */
export interface Progress {
  readonly done?: number;
  readonly total?: number;
  readonly note?: string;
}

/** What a step's function is given. It stands for one attempt: a retry gets its own. */
export interface StepContext {
  /** The step's key, unique within its run. */
  readonly key: string;
  /** Unique over all runs and equal at each attempt: for the other side, so that it acts once. */
  readonly idempotencyKey: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** It was begun before in a process that ended, and what became of that is on no record. */
  readonly again: boolean;
  /**
   * How many calls of it were cut off with their processes: at least so many, and no more than so many where the step is
   * `metered`.
   */
  readonly interrupted: number;
  /** Aborts at a time-out, a cancel, or the end of the scope. A function that ignores it is abandoned. */
  readonly abortSignal: AbortSignal;
  /** Tells subscribers how far the step is. Never journaled, never waits. */
  progress(update: Progress): void;
  /**
   * Journals an event of your own about the step: what it cost, what it was told. It rides along with what is recorded
   * next and is there when the step is; what `defer` was given may record, too. A step that runs again after a crash records again.
   *
   * @param type Noun and verb, such as `model-called`; not one of the engine's own.
   * @param data A JSON value; the journal's from then on.
   * @throws AitorError `not-json`, `invalid-value` for a type of the engine's.
   */
  record(type: string, data: unknown): void;
  /**
   * Gives back what the step took, on every ending of the attempt: success, failure, time-out, cancel. Releases run
   * in reverse order and are awaited before the attempt counts as over; one that throws is recorded and the others
   * still run. Called after the attempt is over, it releases at once, and what it is in ends after that.
   */
  defer(release: () => void | Promise<void>): void;
}

/** A key tells apart steps of one name that are open at the same time in the same scope. */
export type StepName = string | { readonly name: string; readonly key: string };

/** One of several things done at the same time, in a scope of its own. */
export interface Branch<Out> {
  /** Unique among its siblings. */
  readonly name: string;
  /** Once it settles, steps of its scope that are still open are cancelled. */
  run(branch: Run): Promise<Out>;
}

/** The results of branches, in their order. */
export type BranchResults<Branches extends readonly Branch<unknown>[]> = {
  -readonly [Index in keyof Branches]: Branches[Index] extends Branch<infer Out> ? Out : never;
};

/** The outcomes of branches, in their order. */
export type BranchOutcomes<Branches extends readonly Branch<unknown>[]> = {
  -readonly [Index in keyof Branches]: Branches[Index] extends Branch<infer Out> ? PromiseSettledResult<Out> : never;
};

/** What a turn of a loop ends with: the state of the next turn, or the loop's result. JSON values both. */
export type Turn<State, Out> =
  | { readonly next: State }
  | {
      readonly done: Out;
      /**
       * For the last loop of a run to which others add notes (`engine.note`). Called before the result is recorded, once every
       * note is. If it returns a state, the loop goes on with another turn instead, which is given that state. If it returns
       * nothing, the run accepts no more notes: later ones get `not-under-way`. What it throws, the loop throws.
       */
      readonly unless?: () => State | undefined;
    };

/** Messages to one key are handled one at a time, in order: a definition, under an id. */
export interface MessageKey {
  /** The definition's. */
  readonly name: string;
  readonly id: string;
}

/** What a run waits for from outside. */
export interface SignalOptions<Value> {
  /** What the answer must be. Another one is refused, its sender is told why, and the run goes on waiting. */
  readonly schema?: Schema<unknown, Value>;
  /** What is asked, for whoever answers: a JSON value, kept with the run. */
  readonly request?: unknown;
  /** Time to answer, that in which no process runs included. Then the wait fails with `signal-expired`. @default none */
  readonly deadline?: Duration;
}

/**
 * One durable execution, or one scope of it. What it awaits through this interface is recorded, and is not done again
 * when the run is resumed.
 */
export interface Run {
  /** The run's id, the same in all its scopes. */
  readonly id: string;
  /** Aborts when this scope is cancelled or has ended. */
  readonly abortSignal: AbortSignal;
  /** What the keys of this scope's steps begin with, for those who tell where they are, such as logs. */
  readonly path?: string;
  /** Whose message this run handles, where it handles one. */
  readonly key: MessageKey | undefined;
  /** Of a run, and not of its scopes: what the `Runnable` that began it `carries`. */
  readonly carried?: unknown;
  /**
   * One effect. Resolves with the function's result once that is recorded, or with the recorded one. The function does not
   * use the run: a part that has steps is a scope.
   *
   * @throws StepError for a failed step, live and resumed alike.
   * @throws AitorError `ambiguous-step` where a step of the same name is open in this scope and either has no key;
   *   `branch-open` while a branch or loop of this scope is open; `step-mismatch` where the recorded input differs;
   *   `cancelled` once the scope has ended.
   */
  step<Out>(
    name: StepName,
    fn: (step: StepContext) => Out | PromiseLike<Out>,
    options?: StepOptions,
  ): Promise<Awaited<Out>>;
  /**
   * A part of the run under a name of its own, in which the names of steps begin anew. Unlike a branch it may be open
   * beside steps and scopes of other names. When its body settles, what is still open in it is cancelled.
   *
   * @throws AitorError `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>, options?: ScopeOptions): Promise<Out>;
  /**
   * All branches side by side. The first failure cancels the others and is thrown.
   *
   * @throws AitorError (rejects with) `ambiguous-step` where two branches have one name; `step-mismatch` where the branch that
   *   decided on record is not among them, or does not decide; `branch-open` or `cancelled` as `step` does.
   */
  all<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>>;
  /**
   * The first branch to settle decides, with its result or its failure; the others are cancelled.
   *
   * @throws AitorError (rejects with) as `all` does; `invalid-option` where there is no branch.
   */
  race<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>[number]>;
  /**
   * All branches to their end, whatever becomes of them.
   *
   * @throws AitorError (rejects with) `ambiguous-step` where two branches have one name; `branch-open` or `cancelled` as `step`
   *   does.
   */
  settle<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchOutcomes<Branches>>;
  /**
   * Turn after turn until one is done. The end of a turn is a commit point: a resumed run begins with the turn after
   * the last one that ended.
   *
   * @throws AitorError (rejects with) `not-json` for a state or a result that is none; `invalid-value` where a turn gives neither
   *   `next` nor `done`; `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  loop<State, Out>(
    name: string,
    initial: State,
    turn: (state: State, run: Run) => Promise<Turn<State, Out>>,
  ): Promise<Out>;
  /**
   * Waits; not again when the run is resumed, but for what is left of it, and never less. While a process lives, time is
   * what has passed, whatever becomes of the machine's clock; across processes it is the clock's.
   *
   * @param name @default "sleep"
   * @throws AitorError `invalid-duration`; `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  sleep(duration: Duration, name?: StepName): Promise<void>;
  /**
   * Waits for an answer from outside: `engine.answer`, `aitor answer`. The wait survives its process, and the run holds
   * none while it is on record.
   *
   * @throws StepError with the code `signal-expired` after the deadline, or `terminal` where the answer was a failure.
   * @throws AitorError `ambiguous-step`, `branch-open` or `cancelled` as `step` does.
   */
  waitFor<Value = unknown>(name: StepName, options?: SignalOptions<Value>): Promise<Value>;
  /**
   * Another definition, in a run of its own, whose id is this run's and the step's key. It is a step of this run: its
   * result is recorded here too, it is cancelled with its scope, and goes on where it was when this run is resumed.
   *
   * @throws StepError where it fails.
   */
  child<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options?: ChildOptions,
  ): Promise<Output>;
  /**
   * Sends a message to an agent and waits for its reply: a step of this run. Where this scope ends meanwhile, the message is
   * withdrawn; after a crash it is the same message, and not handled twice.
   *
   * @throws StepError with the code of what the handler threw; `ask-cycle` where the other one waits, over others or at once,
   *   for this run's own agent; `mailbox-full`, `agent-suspended`, `definition-unknown`.
   */
  ask<Message, Reply>(
    agent: Receiver<Message, Reply>,
    id: string,
    message: NoInfer<Message>,
    options?: AskStepOptions,
  ): Promise<Reply>;
  /**
   * Sends a message to an agent and waits until it is durable: a step of this run. After a crash it is the same message.
   *
   * @returns The message's id.
   * @throws StepError as `ask` does.
   */
  tell<Message>(
    agent: Receiver<Message>,
    id: string,
    message: NoInfer<Message>,
    options?: TellStepOptions,
  ): Promise<string>;
  /** Milliseconds since 1970: a step, so that a resumed run is told the same. */
  now(): Promise<number>;
  /** A UUID made of the run's id and the place where it is asked for: a resumed run gets the same. Unique, not secret. */
  uuid(): string;
  /**
   * For code that keeps a state which is recorded with the run. The keeper is told of what is recorded from now on. Code that
   * also needs what was recorded before reads it after this call, and leaves out what it is told twice.
   *
   * @throws AitorError `invalid-value` the second time; what a run that has ended says.
   */
  keep(keeper: Keeper): KeptRun;
  /**
   * In a resumed run: what is on record of the step, or timer, that would get this name now. Nothing, that it was begun, or
   * that it has an outcome. With it, code need not prepare what will not be done again.
   */
  recorded?(name: StepName): "begun" | "settled" | undefined;
  /** Likewise, whether an outcome is on record in the scope that would get this name now; without a name, in this scope. */
  recordedIn?(name?: StepName): boolean;
  /**
   * For those who limit the time of this scope. Puts each `once` step in doubt that has been called in it, or in runs that it
   * waits for, and has no outcome yet: its signal aborts, and the run asks, or the step fails.
   *
   * @returns When it is known what became of all of it; nothing where nothing is in doubt.
   */
  doubt?(why: string): Promise<unknown> | undefined;
  /**
   * For those who limit how many steps of this scope are open: `waiting` says how many could start now but for the
   * limit. It is called when somebody reads figures, and where code of another version goes on, and never once the scope has ended. The last call counts.
   */
  queue?(waiting: () => number): void;
}

export interface ScopeOptions {
  /** The definition that the body runs: where it has an `outline`, people who look at the run see the scope drawn. @default none */
  readonly of?: Pick<Runnable, "name" | "outline" | "version">;
}

export interface ChildOptions {
  /** Tells children of one name apart that are open at the same time. @default none */
  readonly key?: string;
  /**
   * Why it cannot go on, where its definition is no more: it is not begun, a run of it that has begun is cancelled, and the step
   * fails with this. An outcome that is on record stands.
   */
  readonly gone?: Error;
}

/**
 * Something an engine can run: a flow, an agent's handling of a message, or an object of your own. One that takes anything
 * is a `Runnable`; any one, whatever it takes, is a `Runnable<never>`.
 */
export interface Runnable<Input = unknown, Output = unknown> {
  readonly name: string;
  /** Changes when old runs can no longer go on under the new code. */
  readonly version: string;
  /**
   * The body. It must do its effects through `run`, and otherwise depend on `input` alone. `run` is a scope of its
   * own: when the promise settles, steps that are still open are cancelled.
   */
  readonly execute: (run: Run, input: Input) => Promise<Output>;
  /** How messages to it wait for their turn. */
  readonly mailbox?: MailboxOptions;
  /**
   * What whoever goes on with a run that this object begins must know beside the input: a JSON value, recorded with its start
   * and given as `run.carried` from the first execution on.
   */
  readonly carries?: unknown;
  /** What it is made of, as a JSON value, for those who look at a run without its code. Kept once, where it is durable. */
  outline?(): unknown;
}
