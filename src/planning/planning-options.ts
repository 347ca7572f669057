import { checkedManager } from "../llm/index.ts";
import {
  checkFields,
  checkHooks,
  type ReactAgentOptions,
  type ReactOutcome,
  type ReasoningExtension,
} from "../reasoning/index.ts";
import { ToolRegistry, type ToolResult, ToolView } from "../tools/index.ts";
import { planOutcome } from "./plan/plan-outcome.ts";
import type { WorkResult } from "./work/plan-work.ts";
import { PLANNED_RUN, PlannedRun, type Planner } from "./work/planned-run.ts";
import { planningFields, type PlanningFields } from "./sub-agents/planning-fields.ts";
import {
  type CreateAgentOptions,
  createSettings,
  type PlanOptions,
  planSettings,
} from "./sub-agents/planning-settings.ts";
import { planningText } from "./work/planning-text.ts";
import { DELEGATING, planningTools } from "./work/planning-tools.ts";
import { withRunsOf } from "./sub-agents/todo-under-way.ts";
import { checkedSubAgents, type SubAgent } from "./sub-agents/sub-agent.ts";
import { SubAgentRoster } from "./sub-agents/sub-agent-roster.ts";

/** The options of a planning agent: those of a reasoning agent, and how it plans. */
export interface PlanningAgentOptions<Context = Record<string, unknown>, Fields = Record<string, never>> extends Omit<
  ReactAgentOptions<Context, Fields>,
  "extension"
> {
  /** The sub-agents that it can give todos to. @default one, `worker`, that has the agent's own models and tools */
  readonly subAgents?: readonly SubAgent[];
  /**
   * What the model may make sub-agents from for a task. `false`: it may make none.
   *
   * @default everything that the agent itself may use
   */
  readonly createAgents?: CreateAgentOptions | false;
  readonly plan?: PlanOptions;
}

/** The options of the reasoning agent that it is. */
type Reasoning<Context, Fields> = ReactAgentOptions<Context, PlanningFields<Fields>>;

/** The steps of a tree of agents. */
const STEPS = 1_000;

/** @throws AitorError `invalid-option`, and as `defineReactAgent` does. */
export function planningOptions<Context, Fields>(
  options: PlanningAgentOptions<Context, Fields>,
): Reasoning<Context, Fields> {
  const { subAgents = [], createAgents = {}, plan = {}, fields, ...react } = options;
  const of = `of agent "${options.name}"`;
  const { models } = checkedManager(options.llm, of);
  checkFields(fields, of);
  checkHooks(react.hooks, of);
  const settings = planSettings(plan, of);
  const tools = react.tools instanceof ToolView ? react.tools : new ToolRegistry({ tools: react.tools ?? [] });
  const { steps = STEPS } = react.limits ?? {};
  const limits = { ...react.limits, steps };
  const names = react.tools instanceof ToolView ? undefined : tools.list().map(({ name }) => name);
  const create = createSettings(createAgents, models, of, names);
  const roster = new SubAgentRoster(checkedSubAgents(subAgents, of), { ...react, tools }, create);
  const planner: Planner = { settings, roster };
  const extension: ReasoningExtension = {
    options: ["subAgents", "createAgents", "plan"],
    tools: planningTools(settings, roster.creates),
    outcome: (outcome, { fields: known }) => accounted(outcome, known as PlanningFields<unknown>),
    agents: roster.definitions,
    begin: (run) => {
      const planned = new PlannedRun(run, planner);
      return {
        values: { [PLANNED_RUN]: planned },
        told: () => {
          planned.plan.turnBegins();
          return planningText(planned);
        },
        ...(!planned.mayDelegate && { withheld: DELEGATING }),
        isProgress: (tool, result) => tool === "plan_work" && hasWorked(result),
      };
    },
  };
  return { ...react, tools, limits, fields: planningFields(settings.limits, fields), extension };
}

/** Whether something has ended. */
function hasWorked(result: ToolResult): boolean {
  return result.ok && (result.cut === true || (result.value as WorkResult).results.length > 0);
}

function accounted(outcome: ReactOutcome, fields: PlanningFields<unknown>): ReactOutcome {
  const { plan, dropped, underWay, delegated } = fields;
  if (plan.size === 0 && dropped.length === 0 && delegated.runs === 0) return outcome;
  return { ...outcome, plan: planOutcome(withRunsOf(plan, underWay), dropped, delegated) } as ReactOutcome;
}
