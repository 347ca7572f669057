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

/** ReactAgent, or a class that extends it and takes the behaviour of another definition. */
export type HostedClass<Agent> = new (place: AgentPlace, behaviour: AgentBehaviour) => Agent;

/**
 * A reasoning agent under an id on a host, whichever way it was defined: also one that was made for another host. The host
 * knows the definition from its first use on.
 *
 * @param Class What its streams tell is as this class says. @default ReactAgent
 */
export function hostedReactAgent<Agent extends object = ReactAgent>(
  host: AitorHost,
  definition: AgentDefinition | AgentClass,
  id: string,
  Class: HostedClass<Agent> = ReactAgent as unknown as HostedClass<Agent>,
): Agent {
  const behaviour = behaviourOf(definition);
  return Object.assign(new Class({ id, host }, behaviour), { name: behaviour.name });
}

/**
 * Makes sure, as far as that is known without asking it, that the model of a reasoning agent can be asked.
 *
 * @throws AitorError (rejects with) as `LLMManager.check` does.
 */
export async function checkModelOf(definition: AgentDefinition | AgentClass): Promise<void> {
  const engine = engineOf(behaviourOf(definition).handle);
  await engine?.settings.llm.check(engine.choice.model);
}
