// A plan:
// - is a value: commands give another one with the events that lead there, and change nothing
// - gives what can begin, by priority, depth and place
// - accounts for every todo: a failure blocks what depends on it and nothing else, what is blocked says what it waits for
// - makes the status of a todo with children of theirs
// - refuses cycles, unknown ids, statuses that do not follow, more than its limits, and changes nothing then
import { describe, expect, test } from "vitest";
import { isAitorError } from "../../base/index.ts";
import {
  applyPlanEvent,
  type NewTodo,
  type PlanChange,
  type PlanCommands,
  type PlanEvent,
  type TodoEdit,
  TodoPlan,
} from "../index.ts";

/** A plan of todos that are called by their ids. */
function planOf(...todos: (Omit<NewTodo, "content"> & { readonly id: string })[]): TodoPlan {
  return TodoPlan.empty()
    .at(1)
    .add(todos.map((todo) => ({ content: `do ${todo.id}`, ...todo }))).plan;
}

/** The plan after commands, each a millisecond after the one before. */
function after(plan: TodoPlan, ...commands: ((plan: PlanCommands<PlanChange>) => PlanChange)[]): TodoPlan {
  return commands.reduce((before, command, index) => command(before.at(10 + index)).plan, plan);
}

function refusal(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (isAitorError(error)) return { code: error.code, message: error.message, got: error.got, data: error.data };
    throw error;
  }
  throw new Error("it was not refused");
}

const ids = (todos: readonly { readonly id: string }[]): string => todos.map(({ id }) => id).join(" ");
const statuses = (plan: TodoPlan): string =>
  plan
    .todos()
    .map(({ id, status }) => `${id} ${status}`)
    .join(", ");

describe("a change", () => {
  test("gives the events, the plan after them, and the todos, and leaves the plan as it was", () => {
    const empty = TodoPlan.empty();
    const { events, plan, ids, todos } = empty.at(5).add([{ content: "look" }, { content: "buy", dependsOn: ["t1"] }]);
    expect(empty.size).toBe(0);
    expect(ids).toEqual(["t1", "t2"]);
    expect(events).toEqual([
      {
        type: "todos-added",
        at: 5,
        todos: [
          { id: "t1", content: "look", priority: "medium" },
          { id: "t2", content: "buy", priority: "medium", dependsOn: ["t1"] },
        ],
      },
    ]);
    expect(todos[0]).toEqual({
      id: "t1",
      content: "look",
      priority: "medium",
      status: "pending",
      dependsOn: [],
      childCount: 0,
      depth: 0,
      attempts: 0,
      createdAt: 5,
    });
    expect(events.reduce(applyPlanEvent, empty).toJSON()).toEqual(plan.toJSON());
  });

  test("keeps what was said of a todo, with its times", () => {
    const done = after(
      planOf({ id: "a", assignee: "ada", metadata: { url: "x" } }),
      (plan) => plan.start("a"),
      (plan) => plan.fail("a", "no network"),
      (plan) => plan.reopen("a"),
      (plan) => plan.start("a", "bob"),
      (plan) => plan.complete("a", { pages: 3 }),
    );
    expect(done.get("a")).toEqual({
      id: "a",
      content: "do a",
      priority: "medium",
      status: "completed",
      dependsOn: [],
      childCount: 0,
      depth: 0,
      assignee: "bob",
      metadata: { url: "x" },
      attempts: 2,
      result: { pages: 3 },
      createdAt: 1,
      startedAt: 13,
      endedAt: 14,
    });
  });

  test("that changes nothing has no events and gives the same plan", () => {
    const plan = planOf({ id: "a" }, { id: "b" });
    for (const change of [plan.at(2).add([]), plan.at(2).edit("a", {}), plan.at(2).reorder("a", { before: "b" })]) {
      expect(change.events).toEqual([]);
      expect(change.plan.toJSON()).toEqual(plan.toJSON());
    }
  });

  test("of a todo that is dropped gives it as it was", () => {
    const { plan, todos } = planOf({ id: "a" }).at(2).drop("a", { reason: "not needed" });
    expect(plan.size).toBe(0);
    expect(todos).toMatchObject([{ id: "a", content: "do a" }]);
  });

  test("does not give an id twice", () => {
    const first = TodoPlan.empty().at(1).add({ content: "look" }).plan;
    const empty = after(first, (plan) => plan.clear("all new"));
    expect(empty.size).toBe(0);
    expect(empty.at(2).add({ content: "buy" }).ids).toEqual(["t2"]);
    expect(TodoPlan.fromJSON(empty.toJSON()).at(2).add({ content: "buy" }).ids).toEqual(["t2"]);
    expect(planOf({ id: "t2" }).at(2).add({ content: "buy" }).ids).toEqual(["t2_"]);
  });

  test("edits what is said, replaces dependencies, and takes away what is null", () => {
    const plan = after(planOf({ id: "a", assignee: "ada", metadata: { n: 1 } }, { id: "b" }), (before) =>
      before.edit("a", { content: "look twice", dependsOn: ["b"], assignee: null, metadata: null }),
    );
    expect(plan.get("a")).toMatchObject({ content: "look twice", dependsOn: ["b"] });
    expect(Object.keys(plan.get("a") ?? {})).not.toContain("assignee");
    expect(Object.keys(plan.get("a") ?? {})).not.toContain("metadata");
  });

  test("with other content or another assignee makes another todo of it, whose attempts count anew", () => {
    const begun = planOf({ id: "a", assignee: "ann" }).at(2).start("a", "ann").plan;
    const before = (changes: TodoEdit): unknown => begun.at(3).edit("a", changes).plan.get("a")?.attemptsBefore;
    expect(before({ content: "look twice" })).toBe(1);
    expect(before({ assignee: "bob" })).toBe(1);
    expect(before({ assignee: null })).toBe(1);
    expect(before({ content: "do a", assignee: "ann", metadata: { seen: 1 } })).toBe(undefined);
    expect(planOf({ id: "b" }).at(3).edit("b", { content: "do it" }).plan.get("b")?.attemptsBefore).toBe(undefined);
    const { plan } = begun.at(3).edit("a", { content: "look twice" });
    expect(TodoPlan.fromJSON(JSON.parse(JSON.stringify(plan))).toJSON()).toEqual(plan.toJSON());
  });

  test("is one of many in a batch, or nothing", () => {
    const plan = planOf({ id: "a" });
    const { events, ids } = plan.at(2).batch((each) => {
      const [added] = each.add({ id: "b", content: "do b", dependsOn: ["a"] });
      each.complete("a");
      each.start(added as string);
    });
    expect(events.map(({ type }) => type)).toEqual(["todos-added", "todo-completed", "todo-started"]);
    expect(ids).toEqual(["b", "a"]);
    const { code } = refusal(() =>
      plan.at(2).batch((each) => {
        each.complete("a");
        each.complete("c");
      }),
    );
    expect(code).toBe("unknown-todo");
    expect(plan.get("a")?.status).toBe("pending");
  });
});

describe("what can begin", () => {
  test("comes by priority, then the deeper ones, then as it stands in the plan", () => {
    const plan = planOf(
      { id: "low", priority: "low" },
      { id: "first" },
      { id: "second" },
      { id: "group" },
      { id: "part", parent: "group" },
      { id: "urgent", priority: "urgent" },
      { id: "high", priority: "high" },
      { id: "waits", priority: "urgent", dependsOn: ["low"] },
    );
    expect(ids(plan.ready())).toBe("urgent high part first second low");
    expect(ids(plan.ready(2))).toBe("urgent high");
    expect(plan.next()?.id).toBe("urgent");
    expect(ids(after(plan, (before) => before.reorder("second", { before: "first" })).ready())).toBe(
      "urgent high part second first low",
    );
    expect(ids(after(plan, (before) => before.reprioritise("group", "urgent")).ready(2))).toBe("part urgent");
  });

  test("is nothing that waits, also for what a parent depends on", () => {
    const plan = planOf({ id: "a" }, { id: "group", dependsOn: ["a"] }, { id: "part", parent: "group" });
    expect(ids(plan.ready())).toBe("a");
    expect(ids(plan.waitsFor("part"))).toBe("a");
    expect(ids(after(plan, (before) => before.complete("a")).ready())).toBe("part");
    expect(ids(after(plan, (before) => before.skip("a", "known")).ready())).toBe("part");
  });
});

describe("every todo is accounted for", () => {
  const plan = planOf({ id: "a" }, { id: "b", dependsOn: ["a"] }, { id: "c", dependsOn: ["b"] }, { id: "d" });

  test("a failure blocks what depends on it, and that what depends on it, and nothing else", () => {
    const failed = after(plan, (before) => before.fail("a", "no network"));
    expect(statuses(failed)).toBe("a failed, b blocked, c blocked, d pending");
    expect(ids(failed.waitsFor("c"))).toBe("b");
    expect(ids(failed.dependents("a"))).toBe("b");
    expect(failed.progress()).toMatchObject({ total: 4, over: 1, fraction: 0.25, ready: 1, state: "open" });
    const stuck = after(failed, (before) => before.complete("d"));
    expect(stuck.progress()).toMatchObject({ over: 2, ready: 0, state: "stuck" });
  });

  test.each([
    ["opened again", (before: PlanCommands<PlanChange>) => before.reopen("a"), "a pending, b pending, c pending"],
    ["skipped", (before: PlanCommands<PlanChange>) => before.skip("a", "known"), "a skipped, b pending, c pending"],
    [
      "split",
      (before: PlanCommands<PlanChange>) => before.split("a", [{ id: "a1", content: "a smaller one" }]),
      "a pending, a1 pending, b pending, c pending",
    ],
    [
      "dropped, and those go on without it",
      (before: PlanCommands<PlanChange>) => before.drop("a", { reason: "not needed", dependents: "release" }),
      "b pending, c pending",
    ],
    [
      "no longer needed",
      (before: PlanCommands<PlanChange>) => before.edit("b", { dependsOn: [] }),
      "a failed, b pending, c pending",
    ],
  ])("what is blocked goes on when the failed one is %s", (_, command, expected) => {
    const mended = after(plan, (before) => before.fail("a", "no network"), command);
    expect(statuses(mended)).toBe(`${expected}, d pending`);
  });

  test("a cancelled one blocks too, a skipped one does not", () => {
    expect(statuses(after(plan, (before) => before.cancel("a", "given up")))).toMatch(
      "a cancelled, b blocked, c blocked",
    );
    expect(statuses(after(plan, (before) => before.skip("a", "known")))).toMatch("a skipped, b pending, c pending");
  });

  test("statistics count them", () => {
    const done = after(
      planOf(
        { id: "group", priority: "high" },
        { id: "x", parent: "group" },
        { id: "y", parent: "group" },
        { id: "z" },
      ),
      (before) => before.start("x"),
      (before) => before.complete("x"),
      (before) => before.drop("z", { reason: "not needed" }),
    );
    expect(done.statistics()).toMatchObject({
      todos: 3,
      headings: 1,
      total: 2,
      over: 1,
      depth: 2,
      attempts: 1,
      added: 4,
      dropped: 1,
      meanMs: 1,
      longestMs: 1,
      byPriority: { urgent: 0, high: 2, medium: 0, low: 0 },
    });
    expect(TodoPlan.empty().progress()).toMatchObject({ total: 0, fraction: 0, state: "empty" });
  });

  test("statistics of a clock that was set back know no time below nothing", () => {
    const { plan } = planOf({ id: "a" }).at(10).start("a");
    expect(plan.at(5).complete("a").plan.statistics()).toMatchObject({ meanMs: 0, longestMs: 0 });
  });
});

describe("a todo with children", () => {
  const plan = planOf(
    { id: "group", priority: "high" },
    { id: "x", parent: "group" },
    { id: "y", parent: "group" },
    { id: "next", dependsOn: ["group"] },
  );

  test.each([
    ["completes with them", ["complete", "complete"], "completed", "pending"],
    ["is in progress in between", ["complete", undefined], "in-progress", "pending"],
    ["fails with one of them, when nothing else is to be done", ["fail", "complete"], "failed", "blocked"],
    ["goes on while something is to be done", ["fail", undefined], "in-progress", "pending"],
    ["is cancelled with one of them", ["complete", "cancel"], "cancelled", "blocked"],
    ["completes without those that are skipped", ["complete", "skip"], "completed", "pending"],
    ["is skipped where all are", ["skip", "skip"], "skipped", "pending"],
  ] as const)("%s", (_, commands, group, next) => {
    const done = commands.reduce((before, command, index) => {
      const id = index === 0 ? "x" : "y";
      if (command === undefined) return before;
      const at = before.at(10 + index);
      return (command === "complete" ? at.complete(id) : at[command](id, "because")).plan;
    }, plan);
    expect([done.get("group")?.status, done.get("next")?.status]).toEqual([group, next]);
  });

  test("gives them its priority, and has the time of the first start and the last end", () => {
    const done = after(
      plan,
      (before) => before.start("x"),
      (before) => before.complete("x"),
      (before) => before.complete("y"),
    );
    expect(done.get("y")?.priority).toBe("high");
    expect(done.get("group")).toMatchObject({ startedAt: 10, endedAt: 12, childCount: 2 });
    expect(done.tree()).toMatchObject([
      { todo: { id: "group" }, children: [{ todo: { id: "x" } }, { todo: { id: "y" } }] },
      { todo: { id: "next" }, children: [] },
    ]);
    expect(ids(done.children("group"))).toBe("x y");
    expect(ids(done.children())).toBe("group next");
  });

  test("is left with all that is not done: skipped, cancelled, dropped", () => {
    const begun = after(plan, (before) => before.complete("x"));
    expect(statuses(after(begun, (before) => before.cancel("group", "given up")))).toMatch("x completed, y cancelled");
    expect(statuses(after(begun, (before) => before.skip("group", "enough")))).toMatch("x completed, y skipped");
    const dropped = after(begun, (before) => before.drop("group", { reason: "enough", dependents: "release" }));
    expect(statuses(dropped)).toBe("next pending");
  });

  test("is to be done itself when its last child is dropped, unless all of it was done", () => {
    const empty = after(plan, (before) => before.drop(["x", "y"], { reason: "one is enough" }));
    expect(ids(empty.ready())).toBe("group");
    const done = after(
      plan,
      (before) => before.complete("x"),
      (before) => before.complete("y"),
      (before) => before.drop(["x", "y"], { reason: "to make room" }),
    );
    expect(statuses(done)).toBe("group completed, next pending");
  });

  test("is split further", () => {
    const more = after(plan, (before) =>
      before.split("group", [
        { id: "w", content: "one more" },
        { id: "v", content: "and one", dependsOn: ["w"] },
      ]),
    );
    expect(ids(more.children("group"))).toBe("x y w v");
    expect(more.get("v")).toMatchObject({ parent: "group", priority: "high", depth: 1 });
  });
});

describe("what is refused", () => {
  const plan = planOf({ id: "a" }, { id: "b", dependsOn: ["a"] }, { id: "c", dependsOn: ["b"] });

  test.each<[string, () => unknown, string, string | undefined]>([
    ["a cycle of dependencies", () => plan.at(2).edit("a", { dependsOn: ["c"] }), "todo-cycle", "a → b → c → a"],
    ["a todo that depends on itself", () => plan.at(2).edit("a", { dependsOn: ["a"] }), "todo-cycle", "a → a"],
    [
      "a cycle among those that are added",
      () =>
        plan.at(2).add([
          { id: "x", content: "x", dependsOn: ["y"] },
          { id: "y", content: "y", dependsOn: ["x"] },
        ]),
      "todo-cycle",
      undefined,
    ],
    [
      "a part that depends on its own parent",
      () => plan.at(2).add({ id: "x", content: "x", parent: "a", dependsOn: ["a"] }),
      "todo-cycle",
      undefined,
    ],
    [
      "a part that waits for what waits for its parent",
      () => plan.at(2).split("a", [{ id: "x", content: "x", dependsOn: ["c"] }]),
      "todo-cycle",
      undefined,
    ],
    ["a dependency that there is not", () => plan.at(2).edit("a", { dependsOn: ["d"] }), "unknown-todo", '"d"'],
    ["a parent that there is not", () => plan.at(2).add({ content: "x", parent: "d" }), "unknown-todo", '"d"'],
    ["a todo that there is not", () => plan.at(2).start("__proto__"), "unknown-todo", '"__proto__"'],
    ["an id that is taken", () => plan.at(2).add({ id: "a", content: "x" }), "todo-exists", '"a"'],
    ["a todo that waits is started", () => plan.at(2).start("c"), "todo-not-ready", 'one that waits for "b"'],
    ["a todo that waits is completed", () => plan.at(2).complete("c"), "todo-not-ready", undefined],
    [
      "something needed is dropped",
      () => plan.at(2).drop("a", { reason: "x" }),
      "todo-needed",
      'one that "b" depends on',
    ],
    ["no content", () => plan.at(2).add({ content: " " }), "invalid-todo", undefined],
    ["a result that is no JSON", () => plan.at(2).complete("a", new Date()), "not-json", undefined],
    [
      "a level too many",
      () =>
        TodoPlan.empty({ maxDepth: 1 })
          .at(1)
          .add([
            { id: "a", content: "a" },
            { content: "b", parent: "a" },
          ]),
      "plan-too-deep",
      "level 2",
    ],
    [
      "a todo too many",
      () =>
        TodoPlan.empty({ maxTodos: 1 })
          .at(1)
          .add([{ content: "a" }, { content: "b" }]),
      "plan-full",
      "2",
    ],
    ["a limit that is none", () => TodoPlan.empty({ maxTodos: 0 }), "invalid-option", undefined],
    ["a time that is none", () => plan.at(Number.NaN), "invalid-todo", undefined],
  ])("%s", (_, act, code, got) => {
    const error = refusal(act);
    expect(error.code).toBe(code);
    if (got !== undefined) expect(error.got).toBe(got);
  });

  test("what does not follow: a todo that is over is not started, cancelled or edited, a heading not completed", () => {
    const done = after(
      plan,
      (before) => before.complete("a"),
      (before) => before.split("c", [{ content: "x" }]),
    );
    for (const act of [
      () => done.at(20).start("a"),
      () => done.at(20).fail("a", "x"),
      () => done.at(20).cancel("a", "x"),
      () => done.at(20).edit("a", { content: "x" }),
      () => done.at(20).split("a", [{ content: "x" }]),
      () => done.at(20).reopen("b"),
    ]) {
      expect(refusal(act).code).toBe("todo-status");
    }
    for (const act of [() => done.at(20).start("c"), () => done.at(20).complete("c"), () => done.at(20).reopen("c")]) {
      expect(refusal(act).code).toBe("todo-has-children");
    }
  });

  test.each<[string, (plan: PlanCommands<PlanChange>) => unknown]>([
    ["add(null)", (at) => at.add(null as never)],
    ["add of a text", (at) => at.add("x" as never)],
    ["a content of an object", (at) => at.add({ content: {} as never })],
    ["a huge content", (at) => at.add({ content: "x".repeat(10_001) })],
    ["half a surrogate pair", (at) => at.add({ content: "\ud800" })],
    ["another priority", (at) => at.add({ content: "x", priority: "now" as never })],
    ["dependencies that are no list", (at) => at.add({ content: "x", dependsOn: "a" as never })],
    ["an id with signs", (at) => at.add({ id: 'a"]; click', content: "x" })],
    ["an id without an end", (at) => at.add({ id: "x".repeat(65), content: "x" })],
    ["metadata that is a list", (at) => at.add({ content: "x", metadata: [] as never })],
    ["no parts", (at) => at.split("a", [])],
    ["parts that are no list", (at) => at.split("a", "x" as never)],
    ["no reason", (at) => at.skip("a", undefined as never)],
    ["an error that is none", (at) => at.fail("a", undefined as never)],
    ["no changes", (at) => at.edit("a", null as never)],
    ["no place", (at) => at.reorder("a", {} as never)],
    ["a place beside no sibling", (at) => at.reorder("child", { before: "a" })],
    ["drop without options", (at) => at.drop("a", undefined as never)],
    ["dependents of another kind", (at) => at.drop("a", { reason: "x", dependents: "keep" as never })],
  ])("%s", (_, act) => {
    const whole = after(plan, (before) => before.add({ id: "child", content: "x", parent: "c" }));
    const before = JSON.stringify(whole);
    expect(refusal(() => act(whole.at(20))).code).toBe("invalid-todo");
    expect(JSON.stringify(whole)).toBe(before);
  });

  test("10,000 todos in a ring are refused, and the cycle is named in few words", () => {
    const ring = Array.from({ length: 10_000 }, (_, n) => ({
      id: `n${n}`,
      content: "x",
      dependsOn: [`n${(n + 1) % 10_000}`],
    }));
    const { code, message, got, data } = refusal(() => TodoPlan.empty().at(1).add(ring));
    expect(code).toBe("todo-cycle");
    expect(message).toMatch(/^todo "n\d+" would wait for itself$/m);
    expect((got as string).length).toBeLessThan(150);
    expect((data as { readonly cycle: readonly string[] }).cycle).toHaveLength(100);
  });

  test("keys of prototypes are keys like others", () => {
    const metadata = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<string, unknown>;
    const { plan: odd } = TodoPlan.empty()
      .at(1)
      .add([
        { id: "__proto__", content: "x", metadata },
        { id: "constructor", content: "y", dependsOn: ["__proto__"] },
      ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(ids(odd.ready())).toBe("__proto__");
    expect(ids(odd.dependents("__proto__"))).toBe("constructor");
    expect(JSON.stringify(odd.get("__proto__")?.metadata)).toBe(JSON.stringify(metadata));
    expect(TodoPlan.fromJSON(JSON.parse(JSON.stringify(odd))).toJSON()).toEqual(odd.toJSON());
  });
});

describe("readings", () => {
  const plan = after(
    planOf({ id: "a", priority: "high", assignee: "ada" }, { id: "b" }, { id: "c", assignee: "ada" }),
    (before) => before.reorder("c", { before: "a" }),
    (before) => before.complete("b"),
  );

  test("todos by status, priority and assignee come in the order of the plan", () => {
    expect(ids(plan.todos())).toBe("c a b");
    expect(ids(plan.todos({ status: "pending" }))).toBe("c a");
    expect(ids(plan.todos({ status: ["completed", "pending"], assignee: "ada" }))).toBe("c a");
    expect(ids(plan.todos({ priority: "medium" }))).toBe("c b");
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "invalid-plan"],
    ["another version", { version: 2, added: 0, dropped: 0, todos: [] }, "invalid-plan"],
    ["todos that are no list", { version: 1, added: 0, dropped: 0, todos: {} }, "invalid-plan"],
    ["fewer added than there are", { ...plan.toJSON(), added: 1 }, "invalid-plan"],
    ["a status that there is not", changed({ status: "done" }), "invalid-plan"],
    ["times that are none", changed({ createdAt: "today" }), "invalid-plan"],
    ["attempts below none", changed({ attempts: -1 }), "invalid-plan"],
    ["a todo without an id", changed({ id: undefined }), "invalid-todo"],
    ["a cycle", changed({ dependsOn: ["c"] }), "todo-cycle"],
    ["a dependency that there is not", changed({ dependsOn: ["x"] }), "unknown-todo"],
    ["a child before its parent", changed({ parent: "b" }), "unknown-todo"],
    ["a result that is no JSON", changed({ status: "completed", result: new Map() }), "not-json"],
  ])("JSON with %s is refused", (_, json, code) => {
    expect(refusal(() => TodoPlan.fromJSON(json)).code).toBe(code);
  });

  function changed(change: object): object {
    const json = plan.toJSON();
    return { ...json, todos: json.todos.map((todo, index) => (index === 0 ? { ...todo, ...change } : todo)) };
  }
});

test("events of a newer version are passed over", () => {
  const plan = planOf({ id: "a" });
  expect(applyPlanEvent(plan, { type: "todo-painted", at: 2, id: "a" } as unknown as PlanEvent)).toBe(plan);
});
