import type { AgentContext } from "../../agent/index.ts";
import {
  type Amounts,
  type Budget,
  invalidOption,
  messageOf,
  type Run,
  type StepContext,
  type StepName,
} from "../../base/index.ts";
import type { ExtendedRun, ReactOutcome, ReactTask, UsageAdded } from "../../reasoning/index.ts";
import type { ToolCallContext } from "../../tools/index.ts";
import { AgentGrants } from "../sub-agents/agent-grants.ts";
import { AgentPlaces } from "../sub-agents/agent-places.ts";
import { type CutOffWork, cutOffWork } from "../sub-agents/cut-off-work.ts";
import { type DelegationReport, reportOf, reportOfFailure } from "../sub-agents/delegation-report.ts";
import type { PlanSettings } from "../sub-agents/planning-settings.ts";
import { type PlanningMemory, RunPlan } from "./run-plan.ts";
import type { MadeAgent } from "../sub-agents/sub-agent.ts";
import { tooDeepError } from "../sub-agents/sub-agent-errors.ts";
import type { SubAgentRoster } from "../sub-agents/sub-agent-roster.ts";

/** The name under which tools find the run that they plan for. */
export const PLANNED_RUN = "aitor/planned-run";
/** The name under which a sub-agent is handed its level, the last level that there may be, and the places of its planner. */
const LEVELS = "aitor/levels";

interface Levels {
  /** 0 at the top. */
  readonly level: number;
  readonly last: number;
  /** Absent at the top. */
  readonly places?: AgentPlaces;
}

/** What all runs of a definition plan with. */
export interface Planner {
  readonly settings: PlanSettings;
  readonly roster: SubAgentRoster;
}

/** A task that a sub-agent is given. A JSON value: it is on record before it begins. */
export interface Start {
  /** The id of a todo, or of a call. */
  readonly id: string;
  readonly agent: string;
  readonly message: ReactTask;
  readonly grant: Amounts;
  /** Why it cannot begin. */
  readonly refused?: string;
}

/** A call that gives tasks to sub-agents. */
export interface DelegatingCall {
  readonly id: string;
  readonly scope: Run;
  readonly budget: Budget;
}

/** Returns a key that tells what a call gave for a todo from what another call gives for a todo of that id. */
export function grantKey(call: DelegatingCall, id: string): string {
  return `${call.id}/${id}`;
}

/** How a sub-agent's run ended. */
type Settled = { readonly outcome: ReactOutcome } | { readonly error: unknown };

/** A run of a planning agent: its plan, and what it has given to sub-agents. */
export class PlannedRun {
  readonly plan: RunPlan;
  readonly planner: Planner;
  readonly places: AgentPlaces;
  readonly grants: AgentGrants;
  readonly #ctx: AgentContext<PlanningMemory>;
  readonly #task: ReactTask;

  constructor({ ctx, task }: Pick<ExtendedRun, "ctx" | "task">, planner: Planner) {
    this.#ctx = ctx as unknown as AgentContext<PlanningMemory>;
    this.#task = task;
    this.planner = planner;
    this.plan = new RunPlan(this.#ctx);
    this.places = new AgentPlaces(planner.settings.parallel, this.#levels.places);
    this.grants = new AgentGrants(planner.settings.reserve);
  }

  get mayDelegate(): boolean {
    const { level, last } = this.#levels;
    return level < last;
  }

  /** The levels. What the top allows counts for everything below it. */
  get #levels(): Levels {
    const { depth } = this.planner.settings;
    const handed = this.#ctx.handed.values?.[LEVELS] as Levels | undefined;
    if (handed === undefined) return { level: 0, last: depth };
    return { ...handed, last: Math.min(handed.last, handed.level + depth) };
  }

  get #below(): Levels {
    const { level, last } = this.#levels;
    return { level: level + 1, last, places: this.places };
  }

  /** The sub-agents that the model made. */
  get made(): readonly MadeAgent[] {
    return this.plan.agents;
  }

  /** Somebody wants to be heard. */
  get steered(): boolean {
    return this.#ctx.memory.value.parts.steering.length > 0;
  }

  /** The problem, as text. */
  get problem(): string {
    const { problem } = this.#task;
    if (typeof problem === "string") return problem;
    return problem.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  }

  /** @throws AitorError `agents-too-deep`. */
  checkLevel(): void {
    if (!this.mayDelegate) throw tooDeepError(this.#levels.last);
  }

  /**
   * Gives a task to the sub-agent, and waits for its end, which a step records. The caller has a place.
   *
   * @param told Called in that step with what came back.
   * @throws What ends this run, and what that step throws. However it ends, what was granted is there for others.
   */
  async delegate(
    call: DelegatingCall,
    start: Start,
    end: StepName,
    told?: (step: StepContext, report: DelegationReport) => unknown,
  ): Promise<DelegationReport> {
    let report: DelegationReport | undefined;
    try {
      const settled = await this.#settled(call, start);
      report = await call.scope.step(end, async (step) => {
        const back = await this.#report(step, call, start, settled);
        await told?.(step, back);
        return back;
      });
      return report;
    } finally {
      this.grants.end(grantKey(call, start.id), report);
    }
  }

  /** @throws What ends this run. */
  async #settled(call: DelegatingCall, { id, agent, message, grant, refused }: Start): Promise<Settled> {
    const { scope, budget } = call;
    if (refused !== undefined) return { error: new Error(refused) };
    try {
      await this.plan.look();
      const handed = {
        budget: this.grants.begin(grantKey(call, id), grant, budget),
        values: { [LEVELS]: this.#below },
      };
      const gone = refusalOf(this, agent);
      if (gone !== undefined) {
        // It was there when this was begun. Its run ends here, and not with this one.
        const none = { name: agent, version: "", execute: () => Promise.reject(new Error(gone)) };
        return { outcome: await scope.child(none, message, { key: id, gone: new Error(gone) }) };
      }
      const { definition } = this.planner.roster.get(agent, this.made);
      const reply = await this.#ctx.delegate(definition, message, { name: id, scope, handed });
      return { outcome: reply as ReactOutcome };
    } catch (error) {
      if (scope.abortSignal.aborted) throw error;
      return { error };
    }
  }

  /** What came back, in short, and on record what it used. */
  async #report(
    step: StepContext,
    call: DelegatingCall,
    { id, agent }: Start,
    settled: Settled,
  ): Promise<DelegationReport> {
    const told =
      "outcome" in settled
        ? reportOf(agent, settled.outcome, this.planner.settings.summary)
        : await reportOfFailure(agent, settled.error, this.#ctx);
    // What its budget counted is nowhere else on record where it has no outcome.
    const report = { ...told, ...this.grants.counted(grantKey(call, id), told) };
    const { usage, spent, run } = report;
    const known = await this.#hasToldUsage(step);
    if (!known && run !== undefined) {
      step.record("usage-added", { usage, steps: spent.steps, agent, run } satisfies UsageAdded);
    }
    return report;
  }

  /** What sub-agents had done in runs that were cut off. */
  cutOffRuns(runs: readonly string[]): Promise<CutOffWork> {
    return cutOffWork(runs, this.#ctx);
  }

  /** Whether a step has already recorded what a sub-agent used, in a process that ended. */
  async #hasToldUsage({ again, key }: StepContext): Promise<boolean> {
    if (!again) return false;
    for await (const event of this.#ctx.events()) if (event.type === "usage-added" && event.key === key) return true;
    return false;
  }
}

/** Returns the run that a tool is called in. @throws AitorError `invalid-option` if it is not a planning agent's. */
export function plannedRun({ values }: Pick<ToolCallContext, "values">): PlannedRun {
  const run = values[PLANNED_RUN];
  if (run instanceof PlannedRun) return run;
  throw invalidOption("the context of a planning tool", "the values of a planning agent's run", run);
}

/** Returns what is wrong with a sub-agent's name; `undefined` if the sub-agent can be asked. */
export function refusalOf(run: PlannedRun, agent: string): string | undefined {
  try {
    run.planner.roster.get(agent, run.made);
    return undefined;
  } catch (error) {
    const { expected = "" } = error as { readonly expected?: string };
    return `${messageOf(error)}; ${expected}`;
  }
}
