import type { AgentRef } from "../../base/index.ts";
import type { AskedClass } from "./asked-class.ts";
import { definedBehaviour } from "./defined-behaviour.ts";

/** A class has a name of its own, which is not its agents'. @throws AitorError `agent-undefined`, `invalid-option`. */
export function receiverOf(agent: AgentRef | AskedClass): AgentRef {
  return typeof agent === "function" ? { name: definedBehaviour(agent).name } : agent;
}
