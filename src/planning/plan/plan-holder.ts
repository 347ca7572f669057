import type { StepContext } from "../../base/index.ts";
import type { PlanCommands } from "./plan-commands.ts";
import type { PlanChange, TodoPlan } from "./todo-plan.ts";

/** Holds a plan that tools change: a TodoManager, or an agent that has its plan on record. */
export interface PlanHolder {
  /** The current plan. */
  readonly plan: TodoPlan;
  /**
   * Makes a change to the current plan and keeps it: `plan` is the plan after it before another change is made.
   *
   * A holder with a journal records the events of the change before the step ends (`step.record`). If a step comes again after a
   * crash, and the holder has a change of it already (`step.idempotencyKey`), it returns that change again.
   *
   * @param command Called once, with commands on the plan. It returns the change to keep. If it throws, `change` throws the same,
   *   and nothing has changed.
   * @param step The step that asks for the change, if there is one.
   */
  change(
    command: (plan: PlanCommands<PlanChange>) => PlanChange,
    step?: StepContext,
  ): PlanChange | PromiseLike<PlanChange>;
}
