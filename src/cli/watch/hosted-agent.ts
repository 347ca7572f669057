import type { AitorHost } from "../../agent/index.ts";
import { hostedPlanningAgent, isPlanningAgent, TodoPlan } from "../../planning/index.ts";
import { hostedReactAgent, type ReactAgent } from "../../reasoning/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import type { LoadedReactAgent } from "../load/load-react-agent.ts";

/** An agent of any of the two kinds, as far as a command is concerned. */
export type AnyReactAgent = ReactAgent<Record<string, unknown>, Record<string, never>, AgentEvent>;

/** Under an id on a host; its streams tell what they can. */
export function hostedAgent(
  host: AitorHost,
  { definition }: Pick<LoadedReactAgent, "definition">,
  id: string,
): AnyReactAgent {
  const hosted = isPlanningAgent(definition) ? hostedPlanningAgent : hostedReactAgent;
  return hosted(host, definition, id) as unknown as AnyReactAgent;
}

/** A plan with something left goes on. */
export async function planOf(agent: AnyReactAgent): Promise<TodoPlan> {
  const { plan } = (await agent.read()).fields as { readonly plan?: unknown };
  return plan instanceof TodoPlan && plan.progress().state !== "over" ? plan : TodoPlan.empty();
}
