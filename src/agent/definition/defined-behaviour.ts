import { describe } from "../../base/index.ts";
import type { AgentBehaviour } from "./agent-behaviour.ts";
import type { AskedClass } from "./asked-class.ts";
import { agentUndefinedError } from "./errors.ts";

/** What `defineAgent` gives, a class that extends Aitor, or one of its objects. */
export type DefinedAgent = { readonly "~agent": AgentBehaviour } | AskedClass;

type Defined = Partial<Exclude<DefinedAgent, AskedClass>>;

/** What a definition or a class says; the class Aitor need not be known here. @throws AitorError `agent-undefined`, `invalid-option`. */
export function definedBehaviour(definition: unknown): AgentBehaviour {
  const defined = isClass(definition) ? new definition({ id: "definition" }) : (definition as Defined | undefined);
  const behaviour = defined?.["~agent"];
  if (behaviour !== undefined) return behaviour;
  throw agentUndefinedError(describe(definition), "pass what defineAgent gives, or the class itself");
}

function isClass(definition: unknown): definition is new (place: object) => Defined {
  return typeof definition === "function" && "~agent" in Object(definition.prototype);
}
