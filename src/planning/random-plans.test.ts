// A plan counts what follows from a change. Against a plan that counts nothing and looks everything up:
// - each command does the same, or is refused for the same reason
// - the same todos stand in the same order, with the same statuses, and the same of them are ready
// - the events folded again are the plan, and so is its JSON read back
// - a plan that was changed is itself as it was
import fc from "fast-check";
import { expect, test } from "vitest";
import { isAitorError, systemClock } from "../base/index.ts";
import { applyPlanEvent, type PlanChange, type PlanEvent, TodoManager, type TodoNode, TodoPlan } from "./index.ts";
import { type NaiveNew, NaivePlan } from "./naive-plan.fixture.ts";
import type { PlanCommands } from "./plan/plan-commands.ts";
import { PRIORITIES, STATUSES, type TodoPriority } from "./plan/todo.ts";

const LIMITS = { maxTodos: 14, maxDepth: 3 };

/** Which todo of the plan is meant, or one that there is not. */
const place = fc.nat(10_000);
const priority = fc.constantFrom(...PRIORITIES);
const added = fc.record({
  isKnown: fc.nat(999).map((number) => number % 31 === 30),
  isForward: fc.nat(999).map((number) => number % 11 === 10),
  parent: fc.option(place, { nil: undefined, freq: 2 }),
  priority: fc.option(priority, { nil: undefined }),
  dependsOn: fc.array(place, { maxLength: 2 }),
});

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("add"), todos: fc.array(added, { maxLength: 5 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("split"),
      id: place,
      todos: fc.array(added, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constantFrom("start", "complete", "fail"), id: place, isNext: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("skip", "cancel", "reopen"), id: place }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("depend"), id: place, dependsOn: fc.array(place, { maxLength: 3 }) }),
  },
  fc.record({ type: fc.constant("reprioritise"), id: place, priority }),
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("reorder"),
      id: place,
      place: fc.constantFrom("before", "after"),
      other: fc.option(place, { nil: undefined, freq: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("drop"),
      ids: fc.array(place, { minLength: 1, maxLength: 2 }),
      dependents: fc.constantFrom("refuse", "release", "drop"),
    }),
  },
);
/** Some todos to begin with, and what is done to them. */
const commands = fc
  .tuple(
    fc.array(added, { minLength: 4, maxLength: 8, size: "max" }),
    fc.array(command, { maxLength: 40, size: "max" }),
  )
  .map(([todos, rest]): Drawn[] => [{ type: "add", todos }, ...rest]);

type Drawn = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

type Command =
  | { readonly type: "add"; readonly todos: readonly NaiveNew[] }
  | { readonly type: "split"; readonly id: string; readonly todos: readonly NaiveNew[] }
  | { readonly type: "start" | "complete" | "fail" | "skip" | "cancel" | "reopen"; readonly id: string }
  | { readonly type: "depend"; readonly id: string; readonly dependsOn: readonly string[] }
  | { readonly type: "reprioritise"; readonly id: string; readonly priority: TodoPriority }
  | { readonly type: "reorder"; readonly id: string; readonly place: "before" | "after"; readonly other: string }
  | { readonly type: "drop"; readonly ids: readonly string[]; readonly dependents: "refuse" | "release" | "drop" };

/** A command on the todos that there are. */
function meant(drawn: Drawn, model: NaivePlan, newId: () => string): Command {
  const { todos } = model;
  const at = (place: number, ids = todos.map(({ id }) => id)): string =>
    place % 41 === 40 ? "nobody" : (ids[place % ids.length] ?? "nobody");
  switch (drawn.type) {
    case "add":
    case "split": {
      const ids = drawn.todos.map(({ isKnown }) => (isKnown ? at(1) : newId()));
      const known = [...todos.map(({ id }) => id), ...ids];
      const news = drawn.todos.map(({ parent, dependsOn, isForward, priority }, index): NaiveNew => {
        const before = known.slice(0, todos.length + index);
        return {
          id: ids[index] as string,
          parent: parent === undefined || before.length === 0 ? undefined : at(parent, before),
          dependsOn: before.length === 0 ? [] : dependsOn.map((on) => at(on, isForward ? known : before)),
          priority,
        };
      });
      return drawn.type === "add" ? { type: "add", todos: news } : { type: "split", id: at(drawn.id), todos: news };
    }
    case "start":
    case "complete":
    case "fail":
      return { type: drawn.type, id: drawn.isNext ? (model.ready()[0] ?? at(drawn.id)) : at(drawn.id) };
    case "depend":
      return { ...drawn, id: at(drawn.id), dependsOn: drawn.dependsOn.map((on) => at(on)) };
    case "reorder": {
      const id = at(drawn.id);
      const siblings = model.children(model.get(id)?.parent).map((todo) => todo.id);
      return { ...drawn, id, other: drawn.other === undefined ? at(drawn.id + 1) : at(drawn.other, siblings) };
    }
    case "drop":
      return { ...drawn, ids: drawn.ids.map((id) => at(id)) };
    default:
      return { ...drawn, id: at(drawn.id) };
  }
}

function real(plan: PlanCommands<unknown>, command: Command): unknown {
  switch (command.type) {
    case "add":
      return plan.add(command.todos.map(written));
    case "split":
      return plan.split(
        command.id,
        command.todos.map((todo) => written({ ...todo, parent: undefined })),
      );
    case "start":
      return plan.start(command.id);
    case "complete":
      return plan.complete(command.id, { by: "test" });
    case "fail":
      return plan.fail(command.id, "it broke");
    case "skip":
      return plan.skip(command.id, "not needed");
    case "cancel":
      return plan.cancel(command.id, "given up");
    case "reopen":
      return plan.reopen(command.id, "again");
    case "depend":
      return plan.edit(command.id, { dependsOn: command.dependsOn });
    case "reprioritise":
      return plan.reprioritise(command.id, command.priority);
    case "reorder":
      return plan.reorder(
        command.id,
        command.place === "before" ? { before: command.other } : { after: command.other },
      );
    case "drop":
      return plan.drop(command.ids, { reason: "not needed", dependents: command.dependents });
  }
}

function naive(plan: NaivePlan, command: Command): string | undefined {
  switch (command.type) {
    case "add":
      return plan.add(command.todos);
    case "split":
      if (plan.get(command.id) === undefined) return "unknown-todo";
      return plan.add(command.todos.map((todo) => ({ ...todo, parent: command.id })));
    case "start":
      return plan.mark(command.id, "in-progress");
    case "complete":
      return plan.mark(command.id, "completed");
    case "fail":
      return plan.mark(command.id, "failed");
    case "skip":
      return plan.leave(command.id, "skipped");
    case "cancel":
      return plan.leave(command.id, "cancelled");
    case "reopen":
      return plan.reopen(command.id);
    case "depend":
      return plan.depend(command.id, command.dependsOn);
    case "reprioritise":
      return plan.reprioritise(command.id, command.priority);
    case "reorder":
      return plan.reorder(command.id, command.place, command.other);
    case "drop":
      return plan.drop(command.ids, command.dependents);
  }
}

function written({ id, parent, priority, dependsOn }: NaiveNew) {
  return {
    id,
    content: `do ${id}`,
    dependsOn,
    ...(parent !== undefined && { parent }),
    ...(priority !== undefined && { priority }),
  };
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!isAitorError(error)) throw error;
    return error.code;
  }
}

function expectTheSame(plan: TodoPlan, model: NaivePlan): void {
  const todos = plan.todos();
  expect(
    todos.map(({ id, parent, priority, status, dependsOn, childCount, depth }) => ({
      id,
      parent,
      priority,
      status,
      childCount,
      depth,
      dependsOn: [...dependsOn].sort(),
    })),
  ).toEqual(
    model.inOrder().map((todo) => ({
      id: todo.id,
      parent: todo.parent,
      priority: todo.priority,
      status: model.status(todo),
      childCount: model.children(todo.id).length,
      depth: model.depth(todo),
      dependsOn: [...todo.dependsOn].sort(),
    })),
  );
  expect(plan.ready().map((todo) => todo.id)).toEqual(model.ready());
  expect(plan.next()?.id).toBe(model.ready()[0]);
  const { byStatus, total, over, ready, state } = plan.progress();
  expect(byStatus).toEqual(model.byStatus());
  expect(total).toBe(model.leaves().length);
  const { completed = 0, failed = 0, skipped = 0, cancelled = 0, "in-progress": begun = 0 } = model.byStatus();
  expect(over).toBe(completed + failed + skipped + cancelled);
  expect(ready).toBe(model.ready().length);
  // What is neither over nor open is blocked: nothing is lost.
  if (state === "stuck") expect(byStatus.blocked).toBe(total - over);
  expect(state === "open").toBe(ready + begun > 0);
  for (const todo of model.todos) {
    const waitsFor = model.waitsFor(todo).map((on) => on.id);
    expect(
      plan
        .waitsFor(todo.id)
        .map((on) => on.id)
        .sort(),
    ).toEqual(waitsFor.sort());
    const dependents = model.todos.filter(({ dependsOn }) => dependsOn.includes(todo.id)).map((by) => by.id);
    expect(
      plan
        .dependents(todo.id)
        .map((by) => by.id)
        .sort(),
    ).toEqual(dependents.sort());
  }
  const flat = (nodes: readonly TodoNode[]): string[] =>
    nodes.flatMap(({ todo, children }) => [todo.id, ...flat(children)]);
  expect(flat(plan.tree())).toEqual(todos.map((todo) => todo.id));
}

test("commands, statuses, order and what is ready agree with a plan that looks everything up", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(commands, (drawn) => {
      let [now, ids] = [0, 0];
      const manager = new TodoManager({ ...LIMITS, clock: { ...systemClock, now: () => ++now } });
      const model = new NaivePlan(LIMITS.maxTodos, LIMITS.maxDepth);
      const events: PlanEvent[] = [];
      manager.observe((change) => void events.push(...change.events));
      for (const each of drawn) {
        const command = meant(each, model, () => `n${++ids}`);
        const { plan } = manager;
        const before = JSON.stringify(plan);
        const code = codeOf(() => real(manager, command));
        expect(code, JSON.stringify(command)).toBe(naive(model, command));
        if (code !== undefined) expect(manager.plan).toBe(plan);
        expect(JSON.stringify(plan)).toBe(before);
        expectTheSame(manager.plan, model);
        for (const what of [`${command.type} ${code ?? "done"}`, ...manager.todos().map(({ status }) => status)]) {
          seen.set(what, (seen.get(what) ?? 0) + 1);
        }
      }
      const folded = events.reduce(applyPlanEvent, TodoPlan.empty(LIMITS));
      expect(folded.toJSON()).toEqual(manager.toJSON());
      expectTheSame(folded, model);
      const recorded = JSON.parse(JSON.stringify(events)) as PlanEvent[];
      expect(TodoPlan.empty(LIMITS).apply(recorded).toJSON()).toEqual(manager.toJSON());
      const read = TodoPlan.fromJSON(JSON.parse(JSON.stringify(manager)), LIMITS);
      expect(read.toJSON()).toEqual(manager.toJSON());
      expectTheSame(read, model);
    }),
    { numRuns: 250 },
  );
  // What was drawn did something of everything.
  const types = ["add", "split", "start", "complete", "fail", "skip", "cancel", "reopen", "depend", "reprioritise"];
  const done = [...types, "reorder", "drop"].map((type) => `${type} done`);
  expect([...done, ...STATUSES].filter((each) => !seen.has(each))).toEqual([]);
});

test("commands of a batch come to what they come to one by one, and one that fails leaves nothing", () => {
  fc.assert(
    fc.property(commands, fc.nat(10), (drawn, length) => {
      let ids = 0;
      const model = new NaivePlan(LIMITS.maxTodos, LIMITS.maxDepth);
      const said = drawn.map((each): Command => {
        const command = meant(each, model, () => `n${++ids}`);
        naive(model, command);
        return command;
      });
      let start = TodoPlan.empty(LIMITS);
      for (const command of said.slice(length)) codeOf(() => (start = (real(start.at(7), command) as PlanChange).plan));
      let single = start;
      const failed = codeOf(() => {
        for (const command of said.slice(0, length)) single = (real(single.at(7), command) as PlanChange).plan;
      });
      const batch = (): unknown =>
        start.at(7).batch((plan) => {
          for (const command of said.slice(0, length)) real(plan, command);
        });
      if (failed !== undefined) {
        expect(codeOf(batch)).toBe(failed);
        return;
      }
      const { plan, events } = batch() as PlanChange;
      expect(plan.toJSON()).toEqual(single.toJSON());
      expect(start.apply(events).toJSON()).toEqual(single.toJSON());
    }),
    { numRuns: 100 },
  );
});
