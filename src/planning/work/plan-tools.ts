import { atLeast, type StepContext } from "../../base/index.ts";
import { type AnyTool, tool, type ToolCallContext } from "../../tools/index.ts";
import { invalidTodoError } from "../plan/errors.ts";
import type { PlanCommands } from "../plan/plan-commands.ts";
import type { PlanHolder } from "../plan/plan-holder.ts";
import { planCounts } from "../plan/plan-text.ts";
import { PlanToolInput, type TodoMark, type TodoUpdate } from "./plan-tool-input.ts";
import type { Todo } from "../plan/todo.ts";
import type { PlanChange, TodoPlan } from "../plan/todo-plan.ts";

export interface PlanToolsOptions {
  /** The number of todos in one call. @default 100 */
  readonly maxPerCall?: number;
  /** The number of characters of the plan that `plan_show` returns. @default 6_000 */
  readonly maxCharacters?: number;
}

/** What a tool that changed the plan returns. */
interface ToldChange {
  /** The first of the todos that were added, changed or dropped. */
  readonly ids: readonly string[];
  /** How many more there are. */
  readonly more?: number;
  readonly progress: string;
  /** The todos that can start now: the most urgent. */
  readonly ready: readonly string[];
}

const MOST_IDS = 100;
const MOST_READY = 5;

/**
 * Returns the tools with which a model makes and changes a plan: `plan_add`, `plan_split`, `plan_update`, `plan_mark`,
 * `plan_drop` and `plan_show`. A call does everything that it says, or nothing. If it fails, the failure says what to do instead.
 *
 * @param holder The plan's holder, or a function that returns the holder for a call.
 * @throws AitorError `invalid-option`.
 */
export function planTools(
  holder: PlanHolder | ((context: ToolCallContext) => PlanHolder),
  { maxPerCall = 100, maxCharacters = 6_000 }: PlanToolsOptions = {},
): readonly AnyTool[] {
  const input = new PlanToolInput(atLeast(1, maxPerCall, "maxPerCall"));
  atLeast(100, maxCharacters, "maxCharacters");
  const of = (context: ToolCallContext): PlanHolder => (typeof holder === "function" ? holder(context) : holder);
  const change = async (
    context: ToolCallContext,
    step: StepContext,
    command: (plan: PlanCommands<PlanChange>) => PlanChange,
  ): Promise<ToldChange> => told(await of(context).change(command, step));
  // What a holder has on record of a step counts once, so that it may be repeated.
  const changes = { category: "planning", access: "write", effect: "idempotent" } as const;
  return [
    tool({
      ...changes,
      name: "plan_add",
      description:
        "Adds todos to the plan, many in one call. A todo begins when all that it depends on is completed or skipped; todos that do not depend on each other may be done side by side.",
      input: input.add,
      run: ({ todos, reason }, step, context) => change(context, step, (plan) => plan.add(todos, reason)),
    }),
    tool({
      ...changes,
      name: "plan_split",
      description:
        "Splits a todo that is too large, or that failed, into parts. It is over when all its parts are; what depends on it waits for them.",
      input: input.split,
      run: ({ id, parts, reason }, step, context) => change(context, step, (plan) => plan.split(id, parts, reason)),
    }),
    tool({
      ...changes,
      name: "plan_update",
      description:
        "Changes what todos say, their priorities, dependencies and places, and who does them. What is left out stays.",
      input: input.update,
      run: ({ todos, reason }, step, context) =>
        change(context, step, (plan) =>
          plan.batch((each) => {
            for (const update of todos) applyUpdate(each, update, reason);
          }),
        ),
    }),
    tool({
      ...changes,
      name: "plan_mark",
      description:
        "Says how far todos are: in-progress, completed, failed, skipped (what depends on it goes on), cancelled (what depends on it cannot), or pending, to do it again.",
      input: input.mark,
      run: ({ todos }, step, context) =>
        change(context, step, (plan) =>
          plan.batch((each) => {
            for (const mark of todos) applyMark(each, mark);
          }),
        ),
    }),
    tool({
      ...changes,
      name: "plan_drop",
      description: "Takes todos out of the plan that are not needed, with all their parts.",
      input: input.drop,
      run: ({ ids, ...options }, step, context) => change(context, step, (plan) => plan.drop(ids, options)),
    }),
    tool({
      category: "planning",
      access: "read",
      name: "plan_show",
      description:
        "Shows the plan: each todo's id, how far it is, its content and what it depends on. With ids, all that is known of these todos.",
      input: input.show,
      run: ({ ids }, _step, context) => shown(of(context).plan, ids, maxCharacters),
    }),
  ];
}

function applyUpdate(plan: PlanCommands<unknown>, update: TodoUpdate, reason: string | undefined): void {
  const { id, content, priority, dependsOn, assignee, before, after } = update;
  if (before !== undefined && after !== undefined) {
    throw invalidTodoError(`the place of todo "${id}"`, "before or after", "both");
  }
  const changes = {
    ...(content !== undefined && { content }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(assignee !== undefined && { assignee }),
  };
  plan.edit(id, changes, reason);
  if (priority !== undefined) plan.reprioritise(id, priority, reason);
  if (before !== undefined) plan.reorder(id, { before }, reason);
  if (after !== undefined) plan.reorder(id, { after }, reason);
}

function applyMark(plan: PlanCommands<unknown>, { id, status, note }: TodoMark): void {
  switch (status) {
    case "in-progress":
      if (note !== undefined) throw invalidTodoError(`the note of todo "${id}"`, "none with in-progress", note);
      return void plan.start(id);
    case "completed":
      return void plan.complete(id, note);
    case "pending":
      return void plan.reopen(id, note);
    default:
  }
  if (note === undefined)
    throw invalidTodoError(`the note of todo "${id}"`, `a text that says why it is ${status}`, note);
  if (status === "failed") plan.fail(id, note);
  else if (status === "skipped") plan.skip(id, note);
  else plan.cancel(id, note);
}

function told({ plan, ids }: PlanChange): ToldChange {
  return {
    ids: ids.slice(0, MOST_IDS),
    ...(ids.length > MOST_IDS && { more: ids.length - MOST_IDS }),
    progress: planCounts(plan.progress()),
    ready: plan.ready(MOST_READY).map(({ id }) => id),
  };
}

interface ShownTodo extends Todo {
  readonly waitsFor: readonly string[];
}

/** @throws AitorError `unknown-todo`. */
function shown(plan: TodoPlan, ids: readonly string[] | undefined, maxCharacters: number): string | ShownTodo[] {
  if (ids === undefined) return plan.toText({ maxCharacters });
  return ids.map((id) => {
    const waitsFor = plan.waitsFor(id).map((todo) => todo.id);
    return { ...(plan.get(id) as Todo), waitsFor };
  });
}
