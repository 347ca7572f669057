import { expectTypeOf, test } from "vitest";
import { type PlanEvent, type PlanHolder, type PlanChange, type Todo, TodoManager, TodoPlan } from "./index.ts";

const manager = new TodoManager();

test("a manager holds the plan of tools, and its commands give a change", () => {
  expectTypeOf(manager).toExtend<PlanHolder>();
  expectTypeOf(manager.add({ content: "look" })).toEqualTypeOf<PlanChange>();
  expectTypeOf(manager.plan.at(1).skip("t1", "known")).toEqualTypeOf<PlanChange>();
  expectTypeOf(manager.next()).toEqualTypeOf<Todo | undefined>();
});

test("statuses and priorities are known, and a plan's todos cannot be changed", () => {
  // @ts-expect-error  there is no such status
  manager.todos({ status: "done" });
  // @ts-expect-error  there is no such priority
  manager.add({ content: "look", priority: "now" });
  // @ts-expect-error  a reason is needed
  manager.drop("t1", {});
  const todo = manager.get("t1") as Todo;
  // @ts-expect-error  it is read-only
  todo.status = "completed";
  // @ts-expect-error  plans are made by empty, fromJSON and commands
  new TodoPlan();
});

test("one switch tells the events apart", () => {
  const textOf = (event: PlanEvent): string => {
    switch (event.type) {
      case "todos-added":
        return event.todos.map(({ content }) => content).join();
      case "todo-failed":
        return event.error;
      case "plan-cleared":
        // @ts-expect-error  it is of no todo
        return String(event.id);
      default:
        return event.id;
    }
  };
  expectTypeOf(textOf).returns.toEqualTypeOf<string>();
});
