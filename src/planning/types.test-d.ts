import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { LLMManager } from "../llm/index.ts";
import { defineReactAgent, type ReactResult } from "../reasoning/index.ts";
import {
  definePlanningAgent,
  type PlanningEvent,
  type PlanningReactAgent,
  type PlanningResult,
  type PlanEvent,
  type PlanHolder,
  type PlanChange,
  type Todo,
  TodoManager,
  TodoPlan,
} from "./index.ts";

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

const llm = new LLMManager();
const Helper = defineReactAgent({ name: "helper", llm });
const Planner = definePlanningAgent<{ city: string }>({
  name: "planner",
  llm,
  subAgents: [{ name: "scout", role: "looks" }, { agent: Helper }],
  plan: { review: "never" },
});

test("a planning agent is opened as what it is, and its answers are typed", async () => {
  const agent = await new AitorHost().open(Planner, "1");
  expectTypeOf(agent).toExtend<PlanningReactAgent<{ city: string }>>();
  const result = await agent.solve("x", { schema: z.object({ n: z.number() }), context: { city: "Rome" } });
  expectTypeOf(result).toEqualTypeOf<PlanningResult<{ n: number }>>();
  expectTypeOf(result).toExtend<ReactResult<{ n: number }>>();
  expectTypeOf(await agent.todos({ status: "failed" })).toEqualTypeOf<Todo[]>();
  expectTypeOf((await agent.read()).fields.plan).toEqualTypeOf<TodoPlan>();
  for await (const event of agent.stream("x")) {
    expectTypeOf(event).toEqualTypeOf<PlanningEvent>();
    if (event.type === "agent-event") expectTypeOf(event.level).toEqualTypeOf<number>();
    if (event.type === "tool-called") expectTypeOf(event.tool).toEqualTypeOf<string>();
  }
});

test("a fork and what is followed are a planning agent's, too", async () => {
  const agent = await new AitorHost().open(Planner, "1");
  const { agent: forked, stream } = await agent.forkRun("a run");
  for (const fork of [forked, await agent.fork("2")]) expectTypeOf(fork).toEqualTypeOf<typeof agent>();
  for (const { result } of [stream, await agent.follow("a run")]) {
    expectTypeOf(await result).toEqualTypeOf<PlanningResult<unknown>>();
  }
});

test("options that cannot be do not compile", () => {
  // @ts-expect-error  there is no such review
  definePlanningAgent({ name: "p", llm, plan: { review: "often" } });
  // @ts-expect-error  a sub-agent has a name, or is a definition
  definePlanningAgent({ name: "p", llm, subAgents: [{ role: "looks" }] });
  // @ts-expect-error  a definition has its own limits
  definePlanningAgent({ name: "p", llm, subAgents: [{ agent: Helper, limits: { steps: 5 } }] });
});
