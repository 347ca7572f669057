// A TodoManager holds the plan of now, takes the times from its clock, and tells listeners, who record.
import { afterEach, describe, expect, test } from "vitest";
import { configureLogging, type LogRecord } from "../../base/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { type PlanChange, type PlanCommands, type PlanEvent, TodoManager, TodoPlan } from "../index.ts";

afterEach(() => configureLogging({ level: "off" }));

test("a plan is made, worked off, and read", () => {
  const clock = virtualClock();
  const manager = new TodoManager({ clock });
  const [look, buy] = manager.add([
    { content: "look" },
    { content: "buy", dependsOn: ["t1"], priority: "urgent" },
  ]).todos;
  expect([look?.id, buy?.id]).toEqual(["t1", "t2"]);
  expect(look?.createdAt).toBe(clock.now());
  expect(manager.next()?.id).toBe("t1");
  manager.start("t1");
  manager.complete("t1", "two shops");
  expect(manager.get("t1")).toMatchObject({ status: "completed", result: "two shops" });
  expect(manager.ready().map(({ id }) => id)).toEqual(["t2"]);
  expect(manager.todos({ status: "completed" })).toHaveLength(1);
  expect(manager.progress()).toMatchObject({ total: 2, over: 1 });
  expect(manager.statistics()).toMatchObject({ attempts: 1 });
  expect(manager.tree()).toHaveLength(2);
  expect(manager.toText()).toMatch("1 of 2 over, 1 ready");
  expect(manager.toMermaid()).toMatch("flowchart TD");
  expect(manager.size).toBe(2);
});

test("its plan of a moment stays as it is", () => {
  const manager = new TodoManager();
  const { plan } = manager;
  manager.add({ content: "look" });
  expect([plan.size, manager.plan.size]).toEqual([0, 1]);
});

test("its JSON is read again, with limits of now", () => {
  const manager = new TodoManager({ maxTodos: 2 });
  manager.add([{ content: "look" }, { content: "buy" }]);
  const read = TodoManager.fromJSON(JSON.parse(JSON.stringify(manager)), { maxTodos: 3 });
  expect(read.toJSON()).toEqual(manager.toJSON());
  expect(read.plan.limits).toEqual({ maxTodos: 3, maxDepth: 8 });
  expect(read.add({ content: "eat" }).ids).toEqual(["t3"]);
  expect(() => read.add({ content: "sleep" })).toThrow("no room");
});

test("limits beside a plan are refused: the plan has its own", () => {
  expect(() => new TodoManager({ plan: TodoPlan.empty(), maxTodos: 5 })).toThrow("maxTodos");
  expect(new TodoManager({ plan: TodoPlan.empty({ maxTodos: 5 }) }).plan.limits.maxTodos).toBe(5);
});

describe("a batch", () => {
  const listened = (): { manager: TodoManager; heard: string[] } => {
    const manager = new TodoManager();
    manager.add({ content: "there before" });
    const heard: string[] = [];
    manager.observe(({ events }) => void heard.push(...events.map(({ type }) => type)));
    return { manager, heard };
  };

  test("refuses commands on the manager, as does a change: they would be lost", () => {
    const { manager, heard } = listened();
    const refused = expect.objectContaining({ code: "plan-changing" });
    expect(() => manager.batch(() => void manager.add({ content: "look" }))).toThrow(refused);
    expect(() =>
      manager.change((plan) => {
        manager.add({ content: "look" });
        return plan.add({ content: "buy" });
      }),
    ).toThrow(refused);
    expect([manager.size, heard]).toEqual([1, []]);
    manager.add({ content: "eat" });
    expect([manager.size, heard]).toEqual([2, ["todos-added"]]);
  });

  test("cannot wait: nothing of one that does is done", async () => {
    const { manager, heard } = listened();
    let late: Promise<void> | undefined;
    const adding = async (plan: PlanCommands<unknown>): Promise<void> => {
      plan.add({ content: "look" });
      await Promise.resolve();
      plan.add({ content: "buy" });
    };
    const commands: (plan: PlanCommands<unknown>) => unknown = (plan) => (late = adding(plan));
    const batch = (): unknown => manager.batch(commands);
    expect(batch).toThrow(expect.objectContaining({ code: "plan-changing", got: "a function that gives a promise" }));
    await expect(late).rejects.toMatchObject({ code: "plan-changing", got: "a command after that" });
    expect([manager.size, heard]).toEqual([1, []]);
    // Without types a change may be one, too.
    const change = async (plan: PlanCommands<PlanChange>): Promise<PlanChange> => plan.add({ content: "buy" });
    expect(() => manager.change(change as never)).toThrow(expect.objectContaining({ code: "plan-changing" }));
    expect([manager.size, heard]).toEqual([1, []]);
  });
});

describe("listeners", () => {
  test("are told each change once, with events that make the same plan", () => {
    const manager = new TodoManager();
    const events: PlanEvent[] = [];
    const end = manager.observe((change) => {
      expect(change.plan).toBe(manager.plan);
      events.push(...change.events);
    });
    manager.add([{ content: "look" }, { content: "buy" }]);
    manager.batch((plan) => {
      plan.start("t1");
      plan.complete("t1");
    });
    manager.change((plan) => plan.skip("t2", "too dear"));
    expect(TodoPlan.empty().apply(events).toJSON()).toEqual(manager.toJSON());
    end();
    manager.clear("all new");
    expect(events).toHaveLength(4);
  });

  test("are told nothing of what was refused or changed nothing", () => {
    const manager = new TodoManager();
    manager.add({ content: "look" });
    manager.observe(() => expect.unreachable());
    expect(() => manager.start("t2")).toThrow("t2");
    expect(() =>
      manager.batch((plan) => {
        plan.start("t1");
        plan.start("t2");
      }),
    ).toThrow("t2");
    manager.add([]);
    manager.edit("t1", {});
    expect(manager.get("t1")?.status).toBe("pending");
  });

  test("that change the plan are heard after all have heard what was before", () => {
    const manager = new TodoManager();
    const heard: string[] = [];
    manager.observe(({ events }) => {
      heard.push(`first ${events[0]?.type}`);
      if (events[0]?.type === "todos-added") manager.start("t1");
    });
    manager.observe(({ events }) => void heard.push(`second ${events[0]?.type}`));
    manager.add({ content: "look" });
    expect(heard).toEqual(["first todos-added", "second todos-added", "first todo-started", "second todo-started"]);
    expect(manager.get("t1")?.status).toBe("in-progress");
  });

  test("that are no functions are refused", () => {
    const refused = expect.objectContaining({ code: "invalid-option", expected: "a function of changes" });
    expect(() => new TodoManager().observe(undefined as never)).toThrow(refused);
  });

  test("that throw or reject are logged, and the others hear it", async () => {
    const records: LogRecord[] = [];
    await configureLogging({ level: "error", sink: (record) => void records.push(record) });
    const manager = new TodoManager();
    const heard: string[] = [];
    manager.observe(() => {
      throw new Error("full disk");
    });
    manager.observe(() => Promise.reject(new Error("no network")));
    manager.observe(({ ids }) => void heard.push(...ids));
    manager.add({ content: "look" });
    manager.add({ content: "buy" });
    await Promise.resolve();
    expect(heard).toEqual(["t1", "t2"]);
    expect(records.map(({ rawMessage }) => rawMessage).sort()).toEqual([
      "a listener of a TodoManager failed: full disk",
      "a listener of a TodoManager failed: full disk",
      "a listener of a TodoManager failed: no network",
      "a listener of a TodoManager failed: no network",
    ]);
    const place = expect.stringContaining("todo-manager.test.ts") as string;
    for (const { properties } of records) expect(properties).toMatchObject({ error: { name: "Error", stack: place } });
  });
});
