// The fold of plan events is total: whatever events come, in whatever order, also such as no command gives,
// - it ends, throws nothing, and changes nothing that was there
// - what is counted is what is there, and what is ready can begin
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyPlanEvent, type PlanEvent, TodoPlan } from "../index.ts";
import { PRIORITIES, STATUSES } from "./todo.ts";

const id = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "__proto__");
const added = fc.record(
  {
    id,
    content: fc.constant("do it"),
    priority: fc.constantFrom(...PRIORITIES),
    parent: id,
    dependsOn: fc.array(id, { maxLength: 3 }),
  },
  { requiredKeys: ["id", "content", "priority"] },
);
const reason = fc.constant("because");
const at = fc.nat(100);

const event: fc.Arbitrary<PlanEvent> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("todos-added"), at, todos: fc.array(added, { maxLength: 6 }) }),
  },
  fc.record({ type: fc.constant("todo-split"), at, id, parts: fc.array(added, { maxLength: 3 }) }),
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom("todo-started", "todo-completed", "todo-reopened"), at, id }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("todo-failed"), at, id, error: reason }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom("todo-skipped", "todo-cancelled"), at, id, reason }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("todo-edited"),
      at,
      id,
      changes: fc.record({ dependsOn: fc.array(id, { maxLength: 4 }) }),
    }),
  },
  fc.record({ type: fc.constant("todo-reprioritised"), at, id, priority: fc.constantFrom(...PRIORITIES) }),
  fc.record({ type: fc.constant("todo-reordered"), at, id, before: id }, { requiredKeys: ["type", "at", "id"] }),
  fc.record({ type: fc.constant("todo-dropped"), at, id, reason }),
);

test("events that no command gives are folded too, and the counts are right", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: "max" }), (events) => {
      let plan = TodoPlan.empty();
      for (const each of events) {
        const before = JSON.stringify(plan);
        const next = applyPlanEvent(plan, each);
        expect(JSON.stringify(plan)).toBe(before);
        plan = next;
      }
      const todos = plan.todos();
      const known = new Set(todos.map((todo) => todo.id));
      expect(known.size).toBe(plan.size);
      const leaves = todos.filter(({ childCount }) => childCount === 0);
      const { byStatus, ready } = plan.progress();
      for (const status of STATUSES) {
        expect(byStatus[status]).toBe(leaves.filter((todo) => todo.status === status).length);
        expect(plan.todos({ status }).map((todo) => todo.id)).toEqual(
          todos.filter((todo) => todo.status === status).map((todo) => todo.id),
        );
      }
      const canBegin = leaves.filter((todo) => todo.status === "pending" && plan.waitsFor(todo.id).length === 0);
      expect(ready).toBe(canBegin.length);
      expect(new Set(plan.ready())).toEqual(new Set(canBegin));
      for (const todo of todos) {
        for (const on of todo.dependsOn) expect(plan.dependents(on)).toContain(todo);
        if (todo.parent !== undefined) expect(plan.children(todo.parent)).toContain(todo);
        expect(plan.children(todo.id)).toHaveLength(todo.childCount);
        expect(todo.dependsOn.every((on) => known.has(on))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test("a place between two siblings is found however often something is put there", () => {
  const names = Array.from({ length: 5 }, (_, n) => `n${n}`);
  let plan = TodoPlan.empty()
    .at(1)
    .add(names.map((name) => ({ id: name, content: "x" }))).plan;
  // Each time half of what is left between n0 and what stands behind it.
  for (let turn = 0; turn < 500; turn++) {
    const second = plan.children()[1]?.id as string;
    const moved = plan.children()[2]?.id as string;
    plan = plan.at(2).reorder(moved, { before: second }).plan;
    expect(
      plan
        .children()
        .map(({ id }) => id)
        .slice(0, 3),
    ).toEqual(["n0", moved, second]);
  }
});

test("a failure at one end of a long chain blocks all of it, and mended frees all of it", () => {
  const length = 20_000;
  const chain = Array.from({ length }, (_, n) => ({
    id: `n${n}`,
    content: "x",
    ...(n > 0 && { dependsOn: [`n${n - 1}`] }),
  }));
  const plan = TodoPlan.empty({ maxTodos: length }).at(1).add(chain).plan;
  const failed = plan.at(2).fail("n0", "it broke").plan;
  expect(failed.progress().byStatus).toMatchObject({ failed: 1, blocked: length - 1 });
  expect(failed.at(3).reopen("n0").plan.progress()).toMatchObject({ ready: 1, byStatus: { pending: length } });
  expect(failed.at(3).skip("n0", "known").plan.next()?.id).toBe("n1");
});
