import { type AgentRef, nonEmpty, type Schema } from "../../base/index.ts";
import type { AgentOptions, Fold, HandlingOptions, MemoryOptions } from "./agent-options.ts";
import { type AgentBehaviour, agentBehaviour } from "./agent-behaviour.ts";

/** An agent without an id and without state; a host opens agents of it. */
export interface AgentDefinition<Memory = unknown, Message = never, Reply = unknown> extends AgentRef<Message, Reply> {
  readonly version: string;
  /** For the compiler alone; never there. */
  readonly "~memory"?: Memory;
  /** What hosts run. */
  readonly "~agent": AgentBehaviour;
}

/** What is sent where a schema makes the message of it. One that says nothing of what it takes takes what it gives. */
export type Sent<Taken, Message> = unknown extends Taken ? Message : Taken;

/** What no handler replies: that the compiler has not looked at it yet. */
type NotInferred = Record<"~inferred", false>;

/**
 * The compiler looks at a handler that takes `ctx` last, and if something else is wrong before, it says that the handler is: its
 * message would have to be `void`. So that a forgotten memory is told as such, and once, it is asked for only then.
 */
type MemoryOnceInferred<Memory, Reply> =
  IsInferred<Reply> extends true
    ? MemoryOptions<Memory> & (Memory extends PromiseLike<infer Settled> ? { readonly memory: () => Settled } : unknown)
    : { readonly memory?: unknown; readonly fold?: Fold<Memory> };

/** What is refused takes anything, so that each message to it is not refused too. */
type SentOnceInferred<Taken, Message, Reply> = [IsInferred<Reply>, Message] extends [false, void]
  ? unknown
  : Sent<Taken, Message>;

/** Only the default is not: what a handler replies may be anything. */
type IsInferred<Reply> = unknown extends Reply
  ? true
  : [Reply, NotInferred] extends [void | NotInferred, Reply]
    ? false
    : true;

/**
 * Defines an agent. Types are inferred: the memory from `memory`, the message from the handler's parameter or the message
 * schema, the reply from what the handler returns. Where the schema changes what it takes, such as by a default, that is
 * what is sent, and the handler gets what the schema makes of it.
 *
 * @throws AitorError `invalid-option`.
 */
export function defineAgent<Memory, Message = void, Reply = void | NotInferred, Taken = Message>(
  options: HandlingOptions<Memory, Message, Reply> &
    MemoryOnceInferred<Memory, Reply> & { readonly message?: Schema<Taken, Message> },
): AgentDefinition<Memory, SentOnceInferred<Taken, Message, Reply>, Exclude<Reply, NotInferred>> {
  const behaviour = agentBehaviour(options as AgentOptions<Memory, Message, Reply>);
  const { name, version } = behaviour;
  return Object.freeze({ name, version, "~agent": behaviour });
}

/**
 * Stands for an agent by its name, where two definitions would need each other's types: `agentRef<Message, Reply>("its name")`. One that
 * does not say what it takes is sent nothing.
 */
export function agentRef<Message = never, Reply = void>(name: string): AgentRef<Message, Reply> {
  return Object.freeze({ name: nonEmpty(name, "the name of an agent") });
}
