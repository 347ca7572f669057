import { type AgentRef, describe } from "../../base/index.ts";
import type { AgentBehaviour } from "./agent-behaviour.ts";
import type { AskedClass } from "./asked-class.ts";
import { agentUndefinedError } from "./errors.ts";

/** A definition that `defineAgent` returned, a class that extends `Aitor`, or an object of such a class. */
export type DefinedAgent = { readonly "~agent": AgentBehaviour } | AskedClass;

type Defined = Partial<Exclude<DefinedAgent, AskedClass>>;

/** What a definition or a class says; the class Aitor need not be known here. @throws AitorError `agent-undefined`, `invalid-option`. */
export function behaviourOf(definition: unknown): AgentBehaviour {
  const defined = isClass(definition) ? new definition({ id: "definition" }) : (definition as Defined | undefined);
  const behaviour = defined?.["~agent"];
  if (behaviour !== undefined) return behaviour;
  throw agentUndefinedError(describe(definition), "pass what defineAgent gives, or the class itself");
}

/** A class has a name of its own, which is not its agents'. @throws AitorError `agent-undefined`, `invalid-option`. */
export function receiverOf(agent: AgentRef | AskedClass): AgentRef {
  return typeof agent === "function" ? { name: behaviourOf(agent).name } : agent;
}

function isClass(definition: unknown): definition is new (place: object) => Defined {
  return typeof definition === "function" && "~agent" in Object(definition.prototype);
}
