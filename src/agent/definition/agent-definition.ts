import { type AgentRef, nonEmpty, type Schema } from "../../base/index.ts";
import type { AgentOptions, Fold, HandlingOptions, MemoryOptions } from "./agent-options.ts";
import { type AgentBehaviour, agentBehaviour } from "./agent-behaviour.ts";

/** A definition of an agent. It has no id and no state; a host opens agents of it. */
export interface AgentDefinition<Memory = unknown, Message = never, Reply = unknown> extends AgentRef<Message, Reply> {
  readonly version: string;
  /** For the compiler only; absent at run time. */
  readonly "~memory"?: Memory;
  /** What hosts run. */
  readonly "~agent": AgentBehaviour;
}

/** The type that callers send if a schema makes the message from it. If the schema does not type its input, that of its output. */
export type Sent<Taken, Message> = unknown extends Taken ? Message : Taken;

/** A type that no handler replies. It means that the compiler has not looked at the handler yet. */
type NotInferred = Record<"~inferred", false>;

/**
 * The compiler looks last at a handler that takes `ctx`. If something else is wrong before, it blames the handler: its message
 * would have to be `void`. So memory is required only once the reply is inferred. A forgotten memory is then shown as such, once.
 */
type MemoryOnceInferred<Memory, Reply> =
  IsInferred<Reply> extends true
    ? MemoryOptions<Memory> & (Memory extends PromiseLike<infer Settled> ? { readonly memory: () => Settled } : unknown)
    : { readonly memory?: unknown; readonly fold?: Fold<Memory> };

/** A refused definition takes any message, so that the compiler does not also refuse each message to it. */
type SentOnceInferred<Taken, Message, Reply> = [IsInferred<Reply>, Message] extends [false, void]
  ? unknown
  : Sent<Taken, Message>;

/** Whether the reply is inferred. Only the default is not; a handler may reply anything. */
type IsInferred<Reply> = unknown extends Reply
  ? true
  : [Reply, NotInferred] extends [void | NotInferred, Reply]
    ? false
    : true;

/**
 * Defines an agent. Types are inferred: that of the memory from `memory`, that of the message from the handler's parameter or
 * the message schema, and that of the reply from what the handler returns. If the schema transforms its input, for example by
 * a default, callers send the input and the handler gets the output.
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
 * Makes a reference to an agent by its name, for two definitions that would need each other's types:
 * `agentRef<Message, Reply>("its name")`. Without a `Message` type, nothing can be sent to it.
 */
export function agentRef<Message = never, Reply = void>(name: string): AgentRef<Message, Reply> {
  return Object.freeze({ name: nonEmpty(name, "the name of an agent") });
}
