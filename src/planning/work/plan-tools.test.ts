// The tools of a plan:
// - change it by what a model writes, many todos in a call, all of them or none
// - tell what there is to know of the change in few words
// - refuse with a text that says what to write instead, and change nothing then
// - may be handed the plan of a call, and wait for a holder that records
import { describe, expect, test } from "vitest";
import "../../engine/index.ts";
import { type ToolCallOptions, ToolRegistry } from "../../tools/index.ts";
import { type PlanEvent, type PlanHolder, planTools, type PlanToolsOptions, TodoManager, TodoPlan } from "../index.ts";

function made(options?: PlanToolsOptions, manager = new TodoManager({ maxTodos: 20, maxDepth: 2 })) {
  const registry = new ToolRegistry({ tools: planTools(manager, options) });
  const call = (name: string, args: unknown, given?: ToolCallOptions) => registry.call(name, args, given);
  const value = async (name: string, args: unknown): Promise<unknown> => {
    const result = await call(name, args);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };
  return { manager, registry, call, value };
}

const trip = {
  todos: [
    { id: "look", content: "look for flights" },
    { id: "compare", content: "compare them", dependsOn: ["look"], priority: "high" },
    { content: "pack" },
  ],
};

describe("a model", () => {
  test("adds many todos in one call, and learns their ids and what can begin", async () => {
    const { value, manager } = made();
    expect(await value("plan_add", trip)).toEqual({
      ids: ["look", "compare", "t3"],
      progress: "0 of 3 over, 2 ready",
      ready: ["look", "t3"],
    });
    expect(manager.get("compare")).toMatchObject({ priority: "high", dependsOn: ["look"] });
  });

  test("splits, updates, marks and drops", async () => {
    const { value, manager } = made();
    await value("plan_add", trip);
    expect(
      await value("plan_split", { id: "t3", parts: [{ content: "clothes" }, { content: "books" }] }),
    ).toMatchObject({
      ids: ["t4", "t5"],
    });
    const updates = [
      { id: "t5", content: "a book", priority: "low", before: "t4", assignee: "ada" },
      { id: "t4", dependsOn: ["look"] },
    ];
    expect(await value("plan_update", { todos: updates })).toMatchObject({ ids: ["t5", "t4"] });
    expect(manager.plan.children("t3")).toMatchObject([
      { id: "t5", content: "a book", priority: "low", assignee: "ada" },
      { id: "t4", dependsOn: ["look"] },
    ]);
    const marks = [
      { id: "look", status: "in-progress" },
      { id: "t5", status: "completed", note: "packed" },
      { id: "t4", status: "skipped", note: "summer" },
    ];
    expect(await value("plan_mark", { todos: marks })).toEqual({
      ids: ["look", "t5", "t4"],
      progress: "2 of 4 over, 0 ready, 1 in progress",
      ready: [],
    });
    await value("plan_mark", { todos: [{ id: "look", status: "failed", note: "no network" }] });
    expect(manager.get("compare")?.status).toBe("blocked");
    await value("plan_mark", { todos: [{ id: "look", status: "pending" }] });
    await value("plan_mark", { todos: [{ id: "look", status: "cancelled", note: "by train" }] });
    await value("plan_drop", { ids: ["look"], reason: "by train", dependents: "drop" });
    expect(manager.todos().map(({ id }) => id)).toEqual(["t3", "t5", "t4"]);
    await value("plan_update", { todos: [{ id: "t5", assignee: null }] });
    expect(manager.get("t5")?.assignee).toBeUndefined();
  });

  test("sees the plan, within bounds, or all of some todos", async () => {
    const { value, manager } = made({ maxCharacters: 100 });
    await value("plan_add", trip);
    expect(String(await value("plan_show", {})).length).toBeLessThanOrEqual(100);
    expect(await made({}, manager).value("plan_show", {})).toBe(
      [
        "0 of 3 over, 2 ready",
        "look ready: look for flights",
        "compare waiting: compare them (high; after look)",
        "t3 ready: pack",
      ].join("\n"),
    );
    expect(await value("plan_show", { ids: ["compare"] })).toMatchObject([
      { id: "compare", content: "compare them", waitsFor: ["look"], status: "pending" },
    ]);
  });

  test("is told of the first of many ids only", async () => {
    const manager = new TodoManager();
    manager.add({ id: "all", content: "x" });
    manager.split(
      "all",
      Array.from({ length: 250 }, (_, n) => ({ content: `part ${n}` })),
    );
    const result = await made({}, manager).value("plan_mark", { todos: [{ id: "all", status: "skipped", note: "x" }] });
    expect(result).toMatchObject({ more: 150 });
    expect((result as { ids: string[] }).ids).toHaveLength(100);
  });
});

describe("what a model writes wrongly is refused as a whole", () => {
  const many = Array.from({ length: 101 }, () => ({ content: "x" }));
  test.each<[string, string, unknown, RegExp]>([
    [
      "a cycle",
      "plan_update",
      {
        todos: [
          { id: "t3", content: "y" },
          { id: "look", dependsOn: ["compare"] },
        ],
      },
      /got: look → compare → look.*leave out one/,
    ],
    [
      "an id that there is not",
      "plan_mark",
      {
        todos: [
          { id: "t3", status: "completed" },
          { id: "t9", status: "completed" },
        ],
      },
      /no todo "t9".*one of "compare", "look", "t3"/,
    ],
    [
      "a todo that waits",
      "plan_mark",
      { todos: [{ id: "compare", status: "completed" }] },
      /one that waits for "look"/,
    ],
    ["a todo that is needed", "plan_drop", { ids: ["look"], reason: "x" }, /dependents: "drop"/],
    [
      "no reason for a failure",
      "plan_mark",
      { todos: [{ id: "look", status: "failed" }] },
      /note of todo "look".*why it is failed/,
    ],
    [
      "a note without a place",
      "plan_mark",
      { todos: [{ id: "look", status: "in-progress", note: "x" }] },
      /note of todo "look"/,
    ],
    ["two places", "plan_update", { todos: [{ id: "look", before: "t3", after: "t3" }] }, /before or after/],
    [
      "more levels than there may be",
      "plan_add",
      {
        todos: [
          { id: "a", content: "x", parent: "look" },
          { content: "y", parent: "a" },
        ],
      },
      /at most 2 levels/,
    ],
    ["more todos than there may be", "plan_add", { todos: many.slice(0, 18) }, /at most 20 todos.*got: 21/],
    ["more todos than a call may have", "plan_add", { todos: many }, /at most 100/],
    ["no todos", "plan_add", { todos: [] }, /todos/],
    ["a field that there is not", "plan_add", { todos: [{ title: "x" }] }, /content/],
    ["a priority that there is not", "plan_add", { todos: [{ content: "x", priority: "now" }] }, /priority/],
    ["a status that follows from others", "plan_mark", { todos: [{ id: "look", status: "blocked" }] }, /status/],
    ["a key of prototypes", "plan_add", '{"todos": [{"content": "x", "__proto__": {"content": "y"}}]}', /__proto__/],
    ["a huge text", "plan_add", { todos: [{ content: "x".repeat(20_000) }] }, /10,?000/],
  ])("%s", async (_, name, args, message) => {
    const { value, call, manager } = made();
    await value("plan_add", trip);
    const before = JSON.stringify(manager);
    const result = await call(name, args);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.error.message).toMatch(message);
    expect(JSON.stringify(manager)).toBe(before);
  });

  test("limits that are none", () => {
    expect(() => planTools(new TodoManager(), { maxPerCall: 0 })).toThrow("maxPerCall");
    expect(() => planTools(new TodoManager(), { maxCharacters: 10 })).toThrow("maxCharacters");
  });
});

test("the plan is the one of the call, and its holder has the step, with the key under which it records", async () => {
  class Recorded implements PlanHolder {
    plan = TodoPlan.empty();
    readonly recorded: { readonly key: string; readonly events: readonly PlanEvent[] }[] = [];

    async change(...[command, step]: Parameters<PlanHolder["change"]>) {
      const change = command(this.plan.at(7));
      this.plan = change.plan;
      this.recorded.push({ key: step?.idempotencyKey ?? "", events: change.events });
      step?.record("plan-changed", { events: change.events });
      return change;
    }
  }
  const [mine, other] = [new Recorded(), new Recorded()];
  const tools = planTools(({ values }) => values["plan"] as PlanHolder);
  const registry = new ToolRegistry({ tools });
  const result = await registry.call("plan_add", trip, { values: { plan: mine } });
  expect(result.ok).toBe(true);
  await registry.call("plan_mark", { todos: [{ id: "look", status: "completed" }] }, { values: { plan: mine } });
  expect(other.plan.size).toBe(0);
  expect(mine.recorded.every(({ key }) => key !== "")).toBe(true);
  expect(
    TodoPlan.empty()
      .apply(mine.recorded.flatMap(({ events }) => events))
      .toJSON(),
  ).toEqual(mine.plan.toJSON());
});

test("they only read and write, and say so", () => {
  const tools = planTools(new TodoManager());
  expect(tools.map(({ name, access }) => `${name} ${String(access)}`)).toEqual([
    "plan_add write",
    "plan_split write",
    "plan_update write",
    "plan_mark write",
    "plan_drop write",
    "plan_show read",
  ]);
});
