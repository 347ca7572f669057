import type { AgentClass, AgentDefinition, AitorHost } from "../agent/index.ts";
import { hostedReactAgent } from "../reasoning/index.ts";
import { PlanningReactAgent } from "./planning-agent.ts";

/**
 * Whether it is a planning agent: what `definePlanningAgent` returns, a class that extends PlanningReactAgent, or an object of
 * one.
 */
export function isPlanningAgent(definition: AgentDefinition | AgentClass): boolean {
  const prototype = typeof definition === "function" ? (definition.prototype as unknown) : definition;
  return prototype instanceof PlanningReactAgent;
}

/** As `hostedReactAgent`, for a planning agent: its streams have the events of plan, todos and sub-agents. */
export function hostedPlanningAgent(
  host: AitorHost,
  definition: AgentDefinition | AgentClass,
  id: string,
): PlanningReactAgent {
  return hostedReactAgent(host, definition, id, PlanningReactAgent);
}
