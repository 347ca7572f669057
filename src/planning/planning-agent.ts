import type { AgentBehaviour, AgentPlace } from "../agent/index.ts";
import { invalidOption } from "../base/index.ts";
import {
  type ForkedRun,
  type ForkOptions,
  type Problem,
  ReactAgent,
  type ReactResult,
  type ReactStream,
  type ReasoningDefinition,
  type SolveOptions,
  type StreamView,
  type TypedSolveOptions,
} from "../reasoning/index.ts";
import type { PlanChartOptions } from "./plan/plan-chart.ts";
import { planLimits } from "./plan/plan-limits.ts";
import type { PlanOutcome } from "./plan/plan-outcome.ts";
import type { PlanProgress } from "./plan/plan-progress.ts";
import { CLEAR_PLAN, type PlanningFields } from "./sub-agents/planning-fields.ts";
import type { PlanningEvent } from "./planning-event.ts";
import { type PlanningAgentOptions, planningOptions } from "./planning-options.ts";
import { PlanningView } from "./planning-view.ts";
import type { Todo } from "./plan/todo.ts";
import type { TodoFilter, TodoNode, TodoPlan } from "./plan/todo-plan.ts";

/** The result of `solve`. If there was a plan, it includes what became of the plan. */
export interface PlanningResult<Answer = string> extends ReactResult<Answer> {
  readonly plan?: PlanOutcome;
}

/** A run as it goes on. */
export type PlanningStream<Answer = string> = ReactStream<Answer, PlanningEvent> & {
  readonly result: Promise<PlanningResult<Answer>>;
};

/** What `planning` of a class that extends PlanningReactAgent returns. */
export type PlanningDefinition<Context, Fields> = Omit<PlanningAgentOptions<Context, Fields>, "name">;

/**
 * A reasoning agent that plans. A hard problem becomes todos that sub-agents work through side by side, under one budget, while
 * the plan adapts to what they find. The plan is a part of the agent's memory. Work that is done is not done again, whatever
 * happens to the process.
 *
 * `new PlanningReactAgent({ … })` defines an agent and opens it on the process's own host. A class that extends
 * PlanningReactAgent is a definition: give it a `name` and `planning`, and open it with `host.open(Surveyor, "team-7")`.
 */
export class PlanningReactAgent<Context = Record<string, unknown>, Fields = Record<string, never>> extends ReactAgent<
  Context,
  PlanningFields<Fields>,
  PlanningEvent
> {
  /**
   * @param behaviour Only for use by this class itself.
   * @throws AitorError `invalid-option`, `invalid-duration`, and as tools do.
   */
  constructor(
    options: (PlanningAgentOptions<Context, Fields> & AgentPlace) | AgentPlace = {},
    behaviour?: AgentBehaviour,
  ) {
    super(placed(options), behaviour);
  }

  /** Returns the options that the agent is made of. Classes that extend this one override it. */
  protected planning(): PlanningDefinition<Context, Fields> {
    const { name } = this.constructor;
    const expected = "a method planning() that says what it is made of";
    throw invalidOption(`class ${name}`, expected, undefined, "override planning");
  }

  protected override reasoning(): ReasoningDefinition<Context, PlanningFields<Fields>> {
    const { name: _, ...reasoning } = planningOptions({ ...this.planning(), name: this.name });
    return reasoning;
  }

  override solve<Answer>(
    problem: Problem,
    options: TypedSolveOptions<Answer, Context>,
  ): Promise<PlanningResult<Answer>>;
  override solve(problem: Problem, options?: SolveOptions<Context>): Promise<PlanningResult>;
  override solve(problem: Problem, options?: object): Promise<PlanningResult<never>> {
    return super.solve(problem, options as SolveOptions<Context>) as Promise<PlanningResult<never>>;
  }

  override stream<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): PlanningStream<Answer>;
  override stream(problem: Problem, options?: SolveOptions<Context>): PlanningStream;
  override stream(problem: Problem, options?: object): PlanningStream<never> {
    return super.stream(problem, options as SolveOptions<Context>) as unknown as PlanningStream<never>;
  }

  override follow(run: string): Promise<PlanningStream<unknown>> {
    return super.follow(run);
  }

  override forkRun(run: string, options?: ForkOptions): Promise<ForkedRun<this, PlanningStream<unknown>>> {
    return super.forkRun(run, options);
  }

  /** Returns the plan, as it was at the end of the last turn. */
  async plan(): Promise<TodoPlan> {
    return ((await this.read()).fields as PlanningFields<unknown>).plan;
  }

  /** Returns the todos of the plan, in its order. */
  async todos(filter?: TodoFilter): Promise<Todo[]> {
    return (await this.plan()).todos(filter);
  }

  async progress(): Promise<PlanProgress> {
    return (await this.plan()).progress();
  }

  async todoTree(): Promise<TodoNode[]> {
    return (await this.plan()).tree();
  }

  /** Returns a Mermaid flowchart of the plan. */
  async toMermaid(options?: PlanChartOptions): Promise<string> {
    return (await this.plan()).toMermaid(options);
  }

  /** Empties the plan, in its turn among the messages. Usage, conversation and the records of sub-agents stay. */
  async clearPlan(): Promise<void> {
    await this.ask({ tell: { type: CLEAR_PLAN } });
  }

  protected override watched(run: string, isLate: boolean): StreamView<PlanningEvent> {
    return new PlanningView(run, planLimits(), () => (isLate ? this.#planBefore(run) : this.plan()));
  }

  /** Returns the plan as it was before a run. */
  #planBefore(run: string): Promise<TodoPlan> {
    return this.hosted(async ({ runs }) => {
      const { fields } = (await runs.memoryBefore(this, run)) as { readonly fields: PlanningFields<unknown> };
      return fields.plan;
    });
  }
}

function placed<Context, Fields>(
  options: (PlanningAgentOptions<Context, Fields> & AgentPlace) | AgentPlace,
): ConstructorParameters<typeof ReactAgent<Context, PlanningFields<Fields>, PlanningEvent>>[0] {
  if (!("name" in options)) return options;
  const { id, host, ...own } = options;
  return { ...planningOptions(own), ...(id !== undefined && { id }), ...(host && { host }) };
}
