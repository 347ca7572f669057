import { clipped, invalidOption, type Run } from "../../base/index.ts";
import {
  type AnyTool,
  type JsonSchema,
  jsonSchema,
  tool,
  type ToolCallContext,
  ToolRegistry,
} from "../../tools/index.ts";
import type { DelegationReport } from "../sub-agents/delegation-report.ts";
import { IDS, text } from "./plan-tool-input.ts";
import { planTools } from "./plan-tools.ts";
import { PlanWork } from "./plan-work.ts";
import { type DelegatingCall, grantKey, type PlannedRun, plannedRun, refusalOf, type Start } from "./planned-run.ts";
import type { PlanSettings } from "../sub-agents/planning-settings.ts";
import type { MadeAgent } from "../sub-agents/sub-agent.ts";
import { taskText } from "./sub-agent-task.ts";

const ids: JsonSchema = { ...IDS, minItems: 1, maxItems: 200 };

/** The tools whose calls show in what happens to the plan. */
export const PLAN_TOOLS: ReadonlySet<string> = new Set([
  "plan_add",
  "plan_split",
  "plan_update",
  "plan_mark",
  "plan_drop",
  "plan_show",
  "plan_work",
]);

/** The tools that no agent of the last level has: there is nobody that it could give something to. */
export const DELEGATING: ReadonlySet<string> = new Set([
  "plan_work",
  "subagent_list",
  "subagent_create",
  "subagent_delegate",
]);

/** Returns all tools of a planner besides its own. They work on the run that they are called in. */
export function planningTools({ maxPerCall }: PlanSettings, creates: boolean): ToolRegistry {
  const plans = planTools((context) => plannedRun(context).plan, { maxPerCall });
  const agents = [work, list, ...(creates ? [create] : []), delegate];
  return new ToolRegistry({ tools: [...plans, ...agents] });
}

const work: AnyTool = tool({
  name: "plan_work",
  description:
    "Works on the plan: gives ready todos to sub-agents, the most urgent first, several at a time, and comes back with what came of them. Call it again to go on.",
  category: "planning",
  access: "write",
  input: jsonSchema<{ readonly todos?: readonly string[] }>({
    type: "object",
    properties: { todos: { ...ids, description: "ids: only these, and what is below them; without, all" } },
    additionalProperties: false,
  }),
  orchestrate: ({ todos }, run, context) => {
    const planned = plannedRun(context);
    planned.checkLevel();
    return new PlanWork(planned, delegatingCall(run, context), todos).work();
  },
});

const list: AnyTool = tool({
  name: "subagent_list",
  description: "Lists your sub-agents, those that you made too. A todo's assignee is the name of one.",
  category: "planning",
  access: "read",
  input: jsonSchema<Readonly<Record<string, never>>>({ type: "object", properties: {}, additionalProperties: false }),
  run: (_args, _step, context) => {
    const { planner, made } = plannedRun(context);
    return planner.roster.list(made).map(({ name, description }) => ({ name, description }));
  },
});

const create: AnyTool = tool({
  name: "subagent_create",
  description:
    "Makes a sub-agent for a kind of task that none of your sub-agents is good at. It may use only tools and models that you may use.",
  category: "planning",
  access: "write",
  effect: "idempotent",
  input: jsonSchema<MadeAgent>({
    type: "object",
    properties: {
      name: text("a short name: letters, digits, _ and -", 64),
      role: text("who it is, and what it is good at", 500),
      instructions: text("how it is to work", 4_000),
      tools: { ...ids, minItems: 0, description: "names of your tools; without, all of them" },
      model: text("the name of a model; without, yours", 200),
    },
    required: ["name", "role"],
    additionalProperties: false,
  }),
  run: async (agent, step, context) => {
    const planned = plannedRun(context);
    planned.checkLevel();
    if (step.again) await planned.plan.look();
    if (!planned.plan.hasMade(step)) {
      planned.planner.roster.check(agent, planned.made);
      planned.plan.make(step, agent);
    }
    return { made: agent.name };
  },
});

const delegate: AnyTool = tool({
  name: "subagent_delegate",
  description:
    "Gives one task to a sub-agent, beside the plan, and comes back with its answer. It sees nothing but what you tell it.",
  category: "planning",
  access: "write",
  input: jsonSchema<{ readonly agent: string; readonly task: string }>({
    type: "object",
    properties: {
      agent: text("the name of a sub-agent", 64),
      task: text("what it is to do, with all that it needs to know", 10_000),
    },
    required: ["agent", "task"],
    additionalProperties: false,
  }),
  orchestrate: async ({ agent, task }, run, context): Promise<Told> => {
    const planned = plannedRun(context);
    planned.checkLevel();
    const { places, grants } = planned;
    const call = delegatingCall(run, context);
    const id = `call-${call.id}`;
    for (;;) {
      await places.take(run.abortSignal);
      /** How many grants had come back when it was decided to wait; nothing where that came from the record. */
      let since: number | undefined;
      try {
        const start = await run.step("begin", async () => {
          await planned.plan.look();
          since = grants.ended;
          return startOf(planned, call, { id, agent, task });
        });
        if (start !== WAITS) return told(await planned.delegate(call, start, "end"));
      } finally {
        places.giveBack();
      }
      if (since !== undefined) await grants.back(since, run.abortSignal);
    }
  },
});

function startOf(
  planned: PlannedRun,
  call: DelegatingCall,
  { id, agent, task }: { readonly id: string; readonly agent: string; readonly task: string },
): Start | typeof WAITS {
  const { grants, planner, made } = planned;
  const { budget } = call;
  const problem = taskText(planned, task);
  const refused = refusalOf(planned, agent);
  if (refused !== undefined) return { id, agent, message: { problem }, grant: {}, refused };
  const { share } = planner.roster.get(agent, made);
  const grant = grants.next(grantKey(call, id), budget, planner.settings.parallel, share);
  if (grant !== undefined) return { id, agent, message: { problem, grant }, grant };
  // What others leave of theirs is there later.
  if (grants.areOut && budget.timeLeft > 0) return WAITS;
  return { id, agent, message: { problem }, grant: {}, refused: "there is no budget left for it" };
}

/** Others have all that is left to spend. */
const WAITS = "waits";

interface Told {
  readonly agent: string;
  readonly status: string;
  readonly answer?: string;
  readonly error?: string;
  readonly partial?: string;
  readonly run?: string;
  readonly cost?: number;
}

function told({ agent, status, text: said, reason, run, cost }: DelegationReport): Told {
  const isDone = status === "answered";
  return {
    agent,
    status,
    ...(isDone && { answer: said }),
    ...(!isDone && { error: clipped(reason ?? status, 500) }),
    ...(!isDone && said !== "" && { partial: said }),
    ...(run !== undefined && { run }),
    ...(cost !== undefined && { cost }),
  };
}

function delegatingCall(scope: Run, { budget, call }: ToolCallContext): DelegatingCall {
  if (budget !== undefined) return { id: call.id, scope, budget };
  throw invalidOption("the context of a planning tool", "the budget of the run", budget);
}
