// A run as those see it who follow it
// - counts what is told of its plan once, also where the plan before it cannot be read
// - tells the end of a todo once, also where a step records it again after a restart
import { expect, test } from "vitest";
import type { FollowedEvent } from "../agent/index.ts";
import { planLimits } from "./plan/plan-limits.ts";
import { TodoPlan } from "./plan/todo-plan.ts";
import { PlanningView } from "./planning-view.ts";

const run = "planner/1/m";

function recorded(type: string, key: string, data: unknown): FollowedEvent {
  const event = { v: 1, stream: run, seq: 1, at: 1, run, key, type, data };
  return { kind: "recorded", run, event } as unknown as FollowedEvent;
}

test("what is told of a plan counts once, also where the plan before the run cannot be read", async () => {
  const view = new PlanningView(run, planLimits(), () => Promise.reject(new Error("it is gone")));
  const added = { type: "todos-added", at: 1, todos: [{ id: "a", content: "do a", priority: "medium" }] };
  const started = { type: "todo-started", at: 1, id: "a" };
  view.take(recorded("run-started", "", {}));
  view.take(recorded("plan-changed", "add", { key: "add", events: [added] }));
  view.take(recorded("plan-changed", "begin", { key: "begin", events: [started], begun: ["a"] }));
  await view.ready;
  expect(view.snapshot).toMatchObject({ plan: { todos: [{ id: "a", attempts: 1 }] } });
});

test("what a sub-agent ended that the planner had ended itself is told once, also after a restart", async () => {
  const view = new PlanningView(run, planLimits(), () => Promise.resolve(TodoPlan.empty()));
  const added = { type: "todos-added", at: 1, todos: [{ id: "a", content: "do a", priority: "medium" }] };
  const completed = { type: "todo-completed", at: 1, id: "a", result: "by hand" };
  view.take(recorded("run-started", "", {}));
  await view.ready;
  view.take(recorded("plan-changed", "add", { key: "add", events: [added] }));
  view.take(recorded("plan-changed", "mark", { key: "mark", events: [completed] }));
  const ended = recorded("plan-changed", "end", { key: "end", events: [], ended: ["a"] });
  expect(view.take(ended)).toMatchObject([{ type: "todo-finished", todo: "a", result: "by hand" }]);
  expect(view.take(ended)).toEqual([]);
});
