import type { AgentPlace } from "../agent/index.ts";
import type { AgentRef } from "../base/index.ts";
import type { ReactMessage, ReactReply } from "../reasoning/index.ts";
import { type PlanningDefinition, PlanningReactAgent } from "./planning-agent.ts";
import type { PlanningAgentOptions } from "./planning-options.ts";

/** A planning agent without an id and without state. A host opens agents of it, and other planners can have it as a sub-agent. */
export interface PlanningAgentDefinition<Context, Fields> extends AgentRef<ReactMessage, ReactReply> {
  new (place: AgentPlace): PlanningReactAgent<Context, Fields>;
}

/**
 * Defines a planning agent. Open one with `host.open(Surveyor, "team-7")`.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`, and as tools do.
 */
export function definePlanningAgent<Context = Record<string, unknown>, Fields = Record<string, never>>(
  options: PlanningAgentOptions<Context, Fields>,
): PlanningAgentDefinition<Context, Fields> {
  const { name, ...planning } = options;
  class Defined extends PlanningReactAgent<Context, Fields> {
    override readonly name: string = name;

    protected override planning(): PlanningDefinition<Context, Fields> {
      return planning;
    }
  }
  Object.defineProperty(Defined, "name", { value: name });
  // What is wrong with it is said here, and not where it is opened.
  void new Defined({ id: "definition" })["~agent"];
  return Defined;
}
