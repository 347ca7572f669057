/**
 * Who takes messages of one type and replies with another: a definition of an agent, or its name alone (`agentRef`),
 * which breaks the cycle of types where two agents know each other.
 */
export interface AgentRef<Message = never, Reply = unknown> {
  /** The definition's, unique on its host. */
  readonly name: string;
  /** For the compiler alone; never there. */
  readonly "~types"?: { readonly message: (message: Message) => void; readonly reply: Reply };
}

/** Who messages are sent to by name. No class: that of an agent has a name of its own, and a handler's `ctx` knows its agents'. */
export type Receiver<Message = never, Reply = unknown> = AgentRef<Message, Reply> & { readonly prototype?: never };
