import type { AgentRef } from "../base/index.ts";
import { definedBehaviour } from "./defined-behaviour.ts";

/** An agent of a class, as far as those who send it messages are concerned. */
export interface AskedAgent {
  ask(...call: never[]): Promise<unknown>;
}

/** A class that extends Aitor, as the receiver of a message. */
export type AskedClass<Instance extends AskedAgent = AskedAgent> = new (place: never) => Instance;

/** What agents of a class take. */
export type MessageOf<Instance extends AskedAgent> = Parameters<Instance["ask"]>[0];

/** What they reply. */
export type ReplyOf<Instance extends AskedAgent> = Awaited<ReturnType<Instance["ask"]>>;

/** A class has a name of its own, which is not its agents'. @throws AitorError `agent-undefined`, `invalid-option`. */
export function receiverOf(agent: AgentRef | AskedClass): AgentRef {
  return typeof agent === "function" ? { name: definedBehaviour(agent).name } : agent;
}
