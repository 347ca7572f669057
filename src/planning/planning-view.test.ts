// A run as those see it who follow it
// - counts what is told of its plan once, also where the plan before it cannot be read
import { expect, test } from "vitest";
import type { FollowedEvent } from "../agent/index.ts";
import { planLimits } from "./plan/plan-limits.ts";
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
