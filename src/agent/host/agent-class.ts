import type { AgentRef } from "../../base/index.ts";
import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import type { AgentDefinition } from "../definition/agent-definition.ts";
import { Aitor, type AgentPlace } from "./aitor.ts";
import { definedBehaviour } from "../definition/defined-behaviour.ts";

/** An agent of any kind. */
export interface AnyAitor {
  readonly id: string;
  readonly "~agent": AgentBehaviour;
}

/** A class that extends Aitor, as a definition. */
export type AgentClass<Instance extends AnyAitor = AnyAitor> = new (place: AgentPlace) => Instance;

export function isAgentClass(definition: unknown): definition is AgentClass {
  return typeof definition === "function" && definition.prototype instanceof Aitor;
}

/** What a definition or a class says. @throws AitorError `agent-undefined`, `invalid-option`. */
export function behaviourOf(definition: AgentDefinition | AgentClass | AgentRef): AgentBehaviour {
  return definedBehaviour(definition);
}
