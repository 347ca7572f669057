import type { AgentClass, AgentDefinition, AitorHost } from "../agent/index.ts";
import { hostedReactAgent } from "../reasoning/index.ts";
import { PlanningReactAgent } from "./planning-agent.ts";

/** Whether it is a planning agent: what `definePlanningAgent` gives, a class that extends PlanningReactAgent, or one of its objects. */
export function isPlanningAgent(definition: AgentDefinition | AgentClass): boolean {
  const prototype = typeof definition === "function" ? (definition.prototype as unknown) : definition;
  return prototype instanceof PlanningReactAgent;
}

/** As `hostedReactAgent`, for a planning agent: its streams tell of plan, todos and sub-agents. */
export function hostedPlanningAgent(
  host: AitorHost,
  definition: AgentDefinition | AgentClass,
  id: string,
): PlanningReactAgent {
  return hostedReactAgent(host, definition, id, PlanningReactAgent);
}
