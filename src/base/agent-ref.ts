/**
 * A receiver of messages of one type that replies with another: a definition of an agent, or only its name (`agentRef`). The
 * name alone breaks the cycle of types when two agents know each other.
 */
export interface AgentRef<Message = never, Reply = unknown> {
  /** The name of the definition, unique on its host. */
  readonly name: string;
  /** Exists for the compiler only; never present at run time. */
  readonly "~types"?: { readonly message: (message: Message) => void; readonly reply: Reply };
}

/**
 * A receiver of messages that is addressed by name. A class is not one: an agent's class has a name of its own, and a
 * handler's `ctx` knows the classes of its agents.
 */
export type Receiver<Message = never, Reply = unknown> = AgentRef<Message, Reply> & { readonly prototype?: never };
