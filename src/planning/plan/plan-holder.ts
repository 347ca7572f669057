import type { StepContext } from "../../base/index.ts";
import type { PlanCommands } from "./plan-commands.ts";
import type { PlanChange, TodoPlan } from "./todo-plan.ts";

/** Who holds a plan that tools change: a TodoManager, or an agent that has its plan on record. */
export interface PlanHolder {
  /** The plan as it is. */
  readonly plan: TodoPlan;
  /**
   * Makes a change to the plan as it then is, and keeps it: `plan` is the plan after it before another change is made.
   *
   * A holder with a journal has the events of the change on record before the step ends (`step.record`), and gives the change
   * again where a step comes again, after a crash, of which it has a change already (`step.idempotencyKey`).
   *
   * @param command Called once, with commands on the plan; gives the change that is to be kept. What it throws is thrown, and
   *   nothing has changed.
   * @param step The step that asks for it, where there is one.
   */
  change(
    command: (plan: PlanCommands<PlanChange>) => PlanChange,
    step?: StepContext,
  ): PlanChange | PromiseLike<PlanChange>;
}
