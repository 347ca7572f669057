import { type AgentBehaviour, memoryBeforeRun, receiptOf } from "../../agent/index.ts";
import { type EventEnvelope, isAitorError, type MessageKey, messageOf } from "../../base/index.ts";
import { messageKeyOf, type RunReport, runReport, type RunState, RunUsage } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { UsageTotals } from "../../llm/index.ts";
import { isThink, placeInTurn } from "../../reasoning/index.ts";
import { ANY_LIMITS } from "../plan/plan-limits.ts";
import { addressOf } from "./agent-address.ts";
import { PLAN_CHANGED, planningFields, type PlanningFields } from "./planning-fields.ts";
import type { TodoPlan } from "../plan/todo-plan.ts";

/** The planning in a run, as it is on record. None of the agent's code runs. */
export interface RecordedPlanning {
  /** The plan at the end of the record. `undefined` if the run has not changed one. */
  readonly plan: TodoPlan | undefined;
  /** Why there is no plan although the run has changed one. */
  readonly missing?: string;
  /** The runs of sub-agents below it, at whatever level. Each comes before the runs below itself. */
  readonly agents: readonly RecordedAgent[];
}

/** A sub-agent's run. */
export interface RecordedAgent {
  readonly run: string;
  readonly agent: string;
  /** The todo, or the call, that the sub-agent was given. */
  readonly task: string;
  /** The level: 1 for sub-agents of the run that was asked for. */
  readonly level: number;
  readonly state: RunState;
  readonly turns: number;
  /** The usage of its own model calls, without those of runs below. */
  readonly usage: UsageTotals;
  /** Milliseconds since 1970. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** What the run waits for. */
  readonly waits: RunReport["waits"];
}

/** Reads the planning in a run from its record. @throws What the journal throws. */
export async function recordedPlanning(journal: Journal, run: string): Promise<RecordedPlanning> {
  const events = await Array.fromAsync(journal.read(run));
  const plan = events.some(({ type }) => type === PLAN_CHANGED) ? await keptPlan(journal, run, events) : NO_PLAN;
  const agents = await Array.fromAsync(agentsBelow(journal, await runReport(events), 1));
  return { ...plan, agents };
}

type RecordedPlan = Pick<RecordedPlanning, "plan" | "missing">;

const NO_PLAN: RecordedPlan = { plan: undefined };

/** A plan continues from one message to the next. Without what was before the run, there is no plan. */
async function keptPlan(journal: Journal, run: string, events: readonly EventEnvelope[]): Promise<RecordedPlan> {
  try {
    return { plan: await planOf(journal, run, events) };
  } catch (error) {
    if (!isAitorError(error, "history-not-kept")) throw error;
    return { plan: undefined, missing: messageOf(error).split("\n", 1)[0] ?? "" };
  }
}

async function planOf(journal: Journal, run: string, events: readonly EventEnvelope[]): Promise<TodoPlan> {
  const { initial, apply } = planningFields<unknown>(ANY_LIMITS, undefined);
  const agent = messageKeyOf(run)?.key;
  let fields = agent === undefined ? initial() : await fieldsBefore(journal, agent, run);
  for (const event of events) {
    if (agent === undefined && event.type === "run-started") fields = apply(fields, receiptOf(event, ""));
    fields = apply(fields, event);
  }
  return fields.plan;
}

async function fieldsBefore(journal: Journal, agent: MessageKey, run: string): Promise<PlanningFields<unknown>> {
  const { initial, apply, codec } = planningFields<unknown>(ANY_LIMITS, undefined);
  const memory: AgentBehaviour["memory"] = {
    agent: agent.name,
    version: "",
    initial,
    fold: { initial, apply: apply as (fields: unknown, event: EventEnvelope) => unknown },
    schema: undefined,
    migrate: undefined,
    codec: {
      encode: (fields) => fields,
      // What is written is a memory, with these fields among other things.
      decode: (written) => {
        const fields = codec.decode((written as { readonly fields?: unknown }).fields);
        // A plan that cannot be read is told, rather than another one.
        for (const error of codec.leftOut(fields)) throw error;
        return fields;
      },
    },
  };
  return (await memoryBeforeRun(journal, { memory }, agent, run)) as PlanningFields<unknown>;
}

async function* agentsBelow(
  journal: Journal,
  report: RunReport | undefined,
  level: number,
): AsyncGenerator<RecordedAgent, void, undefined> {
  for (const { child } of report?.steps ?? []) {
    if (child === undefined) continue;
    const events = await Array.fromAsync(journal.read(child));
    const below = await runReport(events);
    if (below === undefined) continue;
    const { state, startedAt, endedAt, steps, waits } = below;
    const isTurn = (key: string): boolean => isThink(placeInTurn(key));
    // Other children than sub-agents have no turns, and what is below them counts for this level.
    const isAgent = steps.some(({ key }) => isTurn(key)) || child.endsWith("]");
    if (isAgent) {
      yield {
        run: child,
        ...addressOf(child),
        level,
        state,
        turns: steps.filter((step) => step.state === "finished" && isTurn(step.key)).length,
        usage: usageIn(events),
        ...(startedAt !== undefined && { startedAt }),
        ...(endedAt !== undefined && { endedAt }),
        waits,
      };
    }
    yield* agentsBelow(journal, below, isAgent ? level + 1 : level);
  }
}

function usageIn(events: readonly EventEnvelope[]): UsageTotals {
  const usage = new RunUsage();
  for (const event of events) usage.take(event);
  return usage.totals;
}
