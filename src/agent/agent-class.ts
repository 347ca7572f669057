import { describe } from "../base/index.ts";
import type { AgentBehaviour } from "./agent-behaviour.ts";
import type { AgentDefinition } from "./agent-definition.ts";
import { Aitor, type AgentPlace } from "./aitor.ts";
import { agentUndefinedError } from "./errors.ts";

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
export function behaviourOf(definition: AgentDefinition | AgentClass): AgentBehaviour {
  if (isAgentClass(definition)) return new definition({ id: "definition" })["~agent"];
  const behaviour = (definition as Partial<AgentDefinition> | undefined)?.["~agent"];
  if (behaviour !== undefined) return behaviour;
  throw agentUndefinedError(describe(definition), "pass what defineAgent gives, or the class itself");
}
