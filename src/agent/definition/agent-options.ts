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

/** What an agent is made of. `memory` or `fold`, and `onReceive` or `workflow`. */
export type AgentOptions<Memory, Message, Reply> = HandlingOptions<Memory, Message, Reply> & MemoryOptions<Memory>;

/** All but how memory is made. */
export type HandlingOptions<Memory, Message, Reply> = CommonOptions<Memory, Message> &
  (HandlerOptions<Memory, Message, Reply> | WorkflowOptions<Memory, Message, Reply>);

export type MemoryOptions<Memory> = PatchedOptions<Memory> | FoldedOptions<Memory>;

interface CommonOptions<Memory, Message> {
  /** Unique on a host: messages, memory and runs are kept under it. */
  readonly name: string;
  /**
   * Of the code and of the memory's shape. Runs that began under another version go on as far as their record fits; memory
   * of another version goes through `migrate`. @default "1"
   */
  readonly version?: string;
  /** What a message must be; what it gives is what the handler gets. Another message is refused before anything is on record. */
  readonly message?: Schema<unknown, Message>;
  /**
   * What memory must be. A message that changes it into something else fails, at the end of the handler or of a turn of a
   * loop, as does a change from outside; restored memory that is not is set aside, and the last good state is
   * used. What it makes of memory is recorded, and is memory from then on. What a fold gives is checked when it is restored alone.
   */
  readonly schema?: Schema<unknown, Memory>;
  /**
   * Makes memory of this version from one of another version.
   *
   * @param memory As it was recorded, decoded by the codec where there is one.
   * @throws What it throws sets the memory aside.
   */
  readonly migrate?: (memory: unknown, from: string) => Memory;
  /** How memory that is not JSON (Date, Map, bytes, your own classes) is recorded: as a whole, at each change. @default as it is */
  readonly codec?: MemoryCodec<Memory>;
  /**
   * Awaited when an agent is opened, and before a message to one is taken: what it throws refuses that. Awaited, too, before a
   * message is handled that another agent sent, or that a process left: what it throws fails that. Called until it has succeeded once.
   */
  readonly prepare?: () => void | Promise<void>;
  /** How messages wait. @default 1,000 at a time for each id; who sends more waits */
  readonly mailbox?: Pick<MailboxOptions, "limit" | "whenFull">;
  /**
   * What becomes of a message while the one under way waits for a signal or a timer: it waits too, or it is refused with
   * `agent-suspended`. @default "wait"
   */
  readonly whileSuspended?: "wait" | "reject";
}

interface PatchedOptions<Memory> {
  /** The memory of a new agent: a JSON value, unless there is a codec. */
  readonly memory: () => Memory;
  readonly fold?: never;
}

interface FoldedOptions<Memory> {
  /** Memory that is made of the recorded events of the agent's runs, and is written nowhere else: for what grows. */
  readonly fold: Fold<Memory>;
  readonly memory?: never;
}

interface HandlerOptions<Memory, Message, Reply> {
  /**
   * Handles one message. What it awaits through `ctx` is recorded, and not done again after a crash; besides, it must depend
   * on the message and the memory alone. Its memory changes, and its reply, are recorded together when it returns; when it
   * throws, the changes did not happen.
   */
  readonly onReceive: (message: Message, ctx: AgentContext<Memory>) => Reply | Promise<Reply>;
  readonly workflow?: never;
  readonly remember?: never;
}

interface WorkflowOptions<Memory, Message, Reply> {
  /** What handles each message: a flow, or another thing that an engine can run. Its output is the reply. */
  readonly workflow: Runnable<Message, Reply>;
  /** What the memory keeps of it; recorded together with the reply. */
  readonly remember?: MemoryChange<Memory, [result: Reply, message: Message]>;
  readonly onReceive?: never;
}

/**
 * Changes a draft in place, or returns what the memory is from now on. Synchronous: nobody else sees it half done.
 */
export type MemoryChange<Memory, Rest extends readonly unknown[] = []> = (
  draft: Draft<Memory>,
  ...rest: Rest
) => Memory | void;

/** A part of memory that may be changed: as it is, without `readonly`. */
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

/** An object that says of itself that it never changes. */
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

/** Memory as a fold over events. */
export interface Fold<State> {
  readonly initial: () => State;
  /**
   * The state after an event of one of the agent's runs: `message-received`, `step-finished`, `run-finished`, …, and those
   * that steps record themselves (`step.record`). Returns a new state and changes nothing; an event that it does not know
   * leaves the state as it is. What it throws is reported, and the event left out.
   */
  readonly apply: (state: State, event: EventEnvelope) => State;
}

/** Memory as a JSON value and back. */
export interface MemoryCodec<Memory> {
  readonly encode: (memory: Memory) => unknown;
  /** @throws What it throws sets the memory aside. */
  readonly decode: (value: unknown) => Memory;
  /**
   * What could not be read of a memory that `decode`, `migrate` or the schema has just given, and is not in it. Each is reported, as
   * `memory-left-out`. @default nothing
   */
  readonly leftOut?: (memory: Memory) => readonly Error[];
}

/** What a handler is given: the run that handles the message, with the agent's memory. */
export interface AgentContext<Memory> extends Omit<
  Run,
  "id" | "key" | "queue" | "keep" | "ask" | "tell" | "carried" | "recorded" | "doubt"
> {
  readonly agent: { readonly name: string; readonly id: string };
  readonly memory: HandledMemory<Memory>;
  readonly blobs: AgentBlobs;
  /** The id of the run that handles the message. */
  readonly runId: string;
  /** For those who follow the run. */
  readonly feed: RunFeed;
  /** The host's, for what is measured. What a resumed run must be told again comes from `now`. */
  readonly clock: Clock;
  /** What the handler that delegated this message hands over; nothing where nobody did. */
  readonly handed: Handed;
  /**
   * Has another agent handle one message, in a run of its own below this one: with a memory of its own, which begins anew and
   * is kept with that run's record. It is a step of this run: its reply is on record, it is cancelled with its scope, goes on
   * where it was when this run is resumed, and while it waits for something from outside, so does this run.
   *
   * @param agent A definition, or a class; the host need not know it.
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
  /** What is on record of this run, or of another one: of one that it has delegated to. */
  events(run?: string): AsyncIterable<EventEnvelope>;
  /** Told when nothing of the run goes on before something comes from outside, and when it goes on. The last one counts. */
  onRest(listener: (resting: boolean) => void): void;
  /** Runs a flow, or another thing that an engine can run, as a part of this run. */
  run<Input, Output>(
    runnable: Runnable<Input, Output>,
    ...input: undefined extends Input ? [input?: NoInfer<Input>] : [input: NoInfer<Input>]
  ): Promise<{ readonly output: Output }>;
}

/** The memory as the handler of a message sees it. */
export interface HandledMemory<Memory> {
  /** As it is now, with this handler's changes. */
  readonly value: Snapshot<Memory>;
  /**
   * Changes it. Recorded with the reply, or at the end of a turn of the handler's loop.
   *
   * @throws AitorError `memory-busy` inside a step's function, a branch, or beside an open step: a resumed run would not
   *   change it there again; inside another change, too; `not-json`; `memory-folded` where memory is a fold.
   */
  update(change: MemoryChange<Memory>): void;
}
