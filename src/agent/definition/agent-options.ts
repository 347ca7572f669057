import type {
  Receiver,
  AskStepOptions,
  Clock,
  EventEnvelope,
  MailboxOptions,
  Run,
  Runnable,
  Schema,
  TellStepOptions,
} from "../../base/index.ts";
import type { AgentBlobs } from "./agent-blobs.ts";
import type { AskedAgent, AskedClass, MessageOf, ReplyOf } from "./asked-class.ts";
import type { DelegateOptions, Handed } from "./handed.ts";
import type { RunFeed } from "./run-followers.ts";

/** The options that define an agent: `memory` or `fold`, and `onReceive` or `workflow`. */
export type AgentOptions<Memory, Message, Reply> = HandlingOptions<Memory, Message, Reply> & MemoryOptions<Memory>;

/** All options but those that make the memory. */
export type HandlingOptions<Memory, Message, Reply> = CommonOptions<Memory, Message> &
  (HandlerOptions<Memory, Message, Reply> | WorkflowOptions<Memory, Message, Reply>);

export type MemoryOptions<Memory> = PatchedOptions<Memory> | FoldedOptions<Memory>;

interface CommonOptions<Memory, Message> {
  /** The agent's name, unique on a host. Messages, memory and runs are kept under it. */
  readonly name: string;
  /**
   * The version of the code and of the memory's shape. Runs that began under another version continue as long as their
   * record fits. Memory of another version goes through `migrate`. @default "1"
   */
  readonly version?: string;
  /** Schema of a message. The handler gets its output. A message that does not match is refused before anything is recorded. */
  readonly message?: Schema<unknown, Message>;
  /**
   * Schema of the memory. Its output is recorded and is the memory from then on. A message whose changes do not match fails at
   * the end of the handler or of a turn of a loop. A change from outside that does not match fails too. Restored memory that
   * does not match is set aside, and the last good state is used. Memory that is a fold is checked only when it is restored.
   */
  readonly schema?: Schema<unknown, Memory>;
  /**
   * Converts memory of another version to this version.
   *
   * @param memory The recorded memory, decoded by the codec if there is one.
   * @throws Any error sets the memory aside.
   */
  readonly migrate?: (memory: unknown, from: string) => Memory;
  /** Records memory that is not JSON (Date, Map, bytes, your own classes): as a whole, at each change. @default as it is */
  readonly codec?: MemoryCodec<Memory>;
  /**
   * Prepares the definition. Called until it has succeeded once. It is awaited when an agent is opened and before a message to
   * one is accepted; if it throws, the opening or the message is refused. It is also awaited before handling a message that
   * another agent sent or that an earlier process left; if it throws, that message fails.
   */
  readonly prepare?: () => void | Promise<void>;
  /** How messages wait. @default 1,000 at a time for each id; further senders wait */
  readonly mailbox?: Pick<MailboxOptions, "limit" | "whenFull">;
  /**
   * What happens to a message while the one under way waits for a signal or a timer: `"wait"` makes it wait too, `"reject"`
   * refuses it with `agent-suspended`. @default "wait"
   */
  readonly whileSuspended?: "wait" | "reject";
}

interface PatchedOptions<Memory> {
  /** Returns the memory of a new agent: a JSON value, unless there is a codec. */
  readonly memory: () => Memory;
  readonly fold?: never;
}

interface FoldedOptions<Memory> {
  /** Computes the memory from the recorded events of the agent's runs. It is written nowhere else. For memory that grows. */
  readonly fold: Fold<Memory>;
  readonly memory?: never;
}

interface HandlerOptions<Memory, Message, Reply> {
  /**
   * Handles one message. Whatever it awaits through `ctx` is recorded and not done again after a crash. Apart from that, it
   * must depend only on the message and the memory. When it returns, its changes to memory and its reply are recorded
   * together. If it throws, the changes did not happen.
   */
  readonly onReceive: (message: Message, ctx: AgentContext<Memory>) => Reply | Promise<Reply>;
  readonly workflow?: never;
  readonly remember?: never;
}

interface WorkflowOptions<Memory, Message, Reply> {
  /** Handles each message: a flow, or anything else that an engine can run. Its output is the reply. */
  readonly workflow: Runnable<Message, Reply>;
  /** Changes the memory after each message. The change is recorded together with the reply. */
  readonly remember?: MemoryChange<Memory, [result: Reply, message: Message]>;
  readonly onReceive?: never;
}

/**
 * Changes a draft in place, or returns the new memory. It is synchronous, so no reader sees a change half done.
 */
export type MemoryChange<Memory, Rest extends readonly unknown[] = []> = (
  draft: Draft<Memory>,
  ...rest: Rest
) => Memory | void;

/** A part of memory that may be changed: its type without `readonly`. */
export type Draft<Value> = Value extends Leaf
  ? Value
  : Value extends ReadonlyMap<infer Key, infer Item>
    ? Map<Key, Item>
    : Value extends ReadonlySet<infer Item>
      ? Set<Item>
      : Value extends object
        ? { -readonly [Key in keyof Value]: Draft<Value[Key]> }
        : Value;

/** A part of memory that may only be read. */
export type Snapshot<Value> = Value extends Leaf
  ? Value
  : Value extends ReadonlyMap<infer Key, infer Item>
    ? ReadonlyMap<Key, Snapshot<Item>>
    : Value extends ReadonlySet<infer Item>
      ? ReadonlySet<Snapshot<Item>>
      : Value extends object
        ? { readonly [Key in keyof Value]: Snapshot<Value[Key]> }
        : Value;

/** An object that declares that it never changes. */
interface Immutable {
  readonly "~immutable": true;
}

type Leaf =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | Date
  | Uint8Array
  | Immutable
  | ((...args: never) => unknown);

/** Computes memory from events. */
export interface Fold<State> {
  readonly initial: () => State;
  /**
   * Returns the state after an event of one of the agent's runs: `message-received`, `step-finished`, `run-finished`, …, or
   * one that a step recorded itself (`step.record`). It must return a new state and change nothing. For an event that it does
   * not know, it must return the state as it is. If it throws, the error is reported and the event is left out.
   */
  readonly apply: (state: State, event: EventEnvelope) => State;
}

/** Converts memory to a JSON value and back. */
export interface MemoryCodec<Memory> {
  readonly encode: (memory: Memory) => unknown;
  /** @throws Any error sets the memory aside. */
  readonly decode: (value: unknown) => Memory;
  /**
   * Lists what could not be read and is therefore missing from a memory that `decode`, `migrate` or the schema has just
   * returned. Each error is reported as `memory-left-out`. @default nothing
   */
  readonly leftOut?: (memory: Memory) => readonly Error[];
}

/** What a handler works with: the run that handles the message, together with the agent's memory. */
export interface AgentContext<Memory> extends Omit<
  Run,
  "id" | "key" | "queue" | "keep" | "ask" | "tell" | "carried" | "recorded" | "doubt"
> {
  readonly agent: { readonly name: string; readonly id: string };
  readonly memory: HandledMemory<Memory>;
  readonly blobs: AgentBlobs;
  /** The id of the run that handles the message. */
  readonly runId: string;
  /** Publishes events to followers of the run. */
  readonly feed: RunFeed;
  /** The host's clock, for measuring. A time that must stay the same in a resumed run comes from `now`. */
  readonly clock: Clock;
  /** What the delegating handler handed over with this message. Empty if the message was not delegated. */
  readonly handed: Handed;
  /**
   * Lets another agent handle one message, in a run of its own below this one. That run has its own memory, which begins anew
   * and is kept with that run's record.
   *
   * It is a step of this run. Its reply is recorded. It is cancelled with its scope. When this run is resumed, it continues
   * where it was. While it waits for something from outside, this run waits too.
   *
   * @param agent A definition or a class. The host need not know it.
   * @throws StepError with the code of what the handler threw.
   * @throws AitorError (rejects with) `agent-undefined`, `invalid-value` for a message that does not match its schema.
   */
  delegate<Instance extends AskedAgent>(
    agent: AskedClass<Instance>,
    message: MessageOf<Instance>,
    options: DelegateOptions,
  ): Promise<ReplyOf<Instance>>;
  delegate<Message, Reply>(
    agent: Receiver<Message, Reply>,
    message: NoInfer<Message>,
    options: DelegateOptions,
  ): Promise<Reply>;
  /**
   * Sends a message to another agent and waits for its reply, as `Run.ask` does.
   *
   * @param agent A definition, a class, or a reference.
   */
  ask<Instance extends AskedAgent>(
    agent: AskedClass<Instance>,
    id: string,
    message: MessageOf<Instance>,
    options?: AskStepOptions,
  ): Promise<ReplyOf<Instance>>;
  ask<Message, Reply>(
    agent: Receiver<Message, Reply>,
    id: string,
    message: NoInfer<Message>,
    options?: AskStepOptions,
  ): Promise<Reply>;
  /**
   * Sends a message to an agent and waits until it is durable, as `Run.tell` does.
   *
   * @param agent A definition, a class, or a reference.
   */
  tell<Instance extends AskedAgent>(
    agent: AskedClass<Instance>,
    id: string,
    message: MessageOf<Instance>,
    options?: TellStepOptions,
  ): Promise<string>;
  tell<Message>(
    agent: Receiver<Message>,
    id: string,
    message: NoInfer<Message>,
    options?: TellStepOptions,
  ): Promise<string>;
  /** Returns the recorded events of this run, or of a run that it has delegated to. */
  events(run?: string): AsyncIterable<EventEnvelope>;
  /**
   * Calls `listener` when nothing of the run continues until something comes from outside, and again when the run continues.
   * Only the last listener counts.
   */
  onRest(listener: (resting: boolean) => void): void;
  /** Runs a flow, or anything else that an engine can run, as a part of this run. */
  run<Input, Output>(
    runnable: Runnable<Input, Output>,
    ...input: undefined extends Input ? [input?: NoInfer<Input>] : [input: NoInfer<Input>]
  ): Promise<{ readonly output: Output }>;
}

/** The agent's memory in the handler of a message. */
export interface HandledMemory<Memory> {
  /** The memory as it is now, with this handler's changes. */
  readonly value: Snapshot<Memory>;
  /**
   * Changes the memory. The change is recorded with the reply, or at the end of a turn of the handler's loop.
   *
   * @throws AitorError `memory-busy` inside a step's function, in a branch, or beside an open step, because a resumed run
   *   would not change the memory there again; also inside another change. `not-json`. `memory-folded` if memory is a fold.
   */
  update(change: MemoryChange<Memory>): void;
}
