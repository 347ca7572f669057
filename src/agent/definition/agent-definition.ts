import { type AgentRef, nonEmpty, type Schema } from "../../base/index.ts";
import type { AgentOptions } from "./agent-options.ts";
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

/**
 * Defines an agent. Types are inferred: the memory from `memory`, the message from the handler's parameter or the message
 * schema, the reply from what the handler returns. Where the schema changes what it takes, such as by a default, that is
 * what is sent, and the handler gets what the schema makes of it.
 *
 * @throws AitorError `invalid-option`.
 */
export function defineAgent<Memory, Message = void, Reply = void, Taken = Message>(
  options: AgentOptions<Memory, Message, Reply> & { readonly message?: Schema<Taken, Message> },
): AgentDefinition<Memory, Sent<Taken, Message>, Reply> {
  const behaviour = agentBehaviour(options);
  const { name, version } = behaviour;
  return Object.freeze({ name, version, "~agent": behaviour });
}

/** Stands for an agent by its name, where two definitions would need each other's types. */
export function agentRef<Message, Reply = void>(name: string): AgentRef<Message, Reply> {
  return Object.freeze({ name: nonEmpty(name, "the name of an agent") });
}
