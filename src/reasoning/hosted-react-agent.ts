import {
  type AgentBehaviour,
  type AgentClass,
  type AgentDefinition,
  type AgentPlace,
  type AitorHost,
  behaviourOf,
} from "../agent/index.ts";
import { ReactAgent } from "./react-agent.ts";
import { engineOf } from "./react-agent-options.ts";

/** Whether it is a reasoning agent: what `defineReactAgent` gives, a class that extends ReactAgent, or one of its objects. */
export function isReactAgent(definition: AgentDefinition | AgentClass): boolean {
  return engineOf(behaviourOf(definition).handle) !== undefined;
}

/**
 * A reasoning agent under an id on a host, whichever way it was defined: also one that was made for another host. The host
 * knows the definition from its first use on.
 */
export function hostedReactAgent(host: AitorHost, definition: AgentDefinition | AgentClass, id: string): ReactAgent {
  return new HostedReactAgent(behaviourOf(definition), { id, host });
}

class HostedReactAgent extends ReactAgent {
  override readonly name: string;
  readonly #behaviour: AgentBehaviour;

  constructor(behaviour: AgentBehaviour, place: AgentPlace) {
    super(place);
    this.#behaviour = behaviour;
    this.name = behaviour.name;
  }

  override get "~agent"(): AgentBehaviour {
    return this.#behaviour;
  }
}
