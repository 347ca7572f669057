import { type AgentClass, type AgentDefinition, type AitorHost, behaviourOf } from "../agent/index.ts";
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
  const behaviour = behaviourOf(definition);
  const agent = new ReactAgent({ id, host }, behaviour);
  (agent as { name: string }).name = behaviour.name;
  return agent;
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
