// What others are told of a plan is what it is: who follows a run from its beginning, who comes late, who comes after a restart, and
// who reads the record without any code.
import { expect, test } from "vitest";
import { z } from "zod";
import { memoryJournal } from "../../journal/index.ts";
import { recordedPrompt } from "../../reasoning/index.ts";
import type { MockReply } from "../../testing/index.ts";
import { tool } from "../../tools/index.ts";
import { definePlanningAgent } from "../define-planning-agent.ts";
import { hostedPlanningAgent, isPlanningAgent } from "../hosted-planning-agent.ts";
import { type Asked, isSub, planningScene, type PlanningSceneOptions, todoOf } from "../planning.fixture.ts";
import type { PlanningEvent } from "../planning-event.ts";
import { recordedPlanning } from "./recorded-plan.ts";
import { TodoPlan } from "../plan/todo-plan.ts";

const call = (name: string, input: unknown = {}): MockReply => ({ toolCalls: [{ name, input }] });

/** Adds two todos each time, and works on until nothing is left, the first time for one turn. */
function script(asked: Asked): MockReply {
  if (isSub(asked)) {
    if (todoOf(asked) === "fails") return call("nothing");
    return { text: `did ${todoOf(asked)}`, latency: "1m" };
  }
  const begun = asked.call.prompt.findLastIndex(({ role }) => role === "user");
  const turn = asked.call.prompt.slice(begun).filter(({ role }) => role === "assistant").length;
  const problem = asked.last;
  if (turn === 0) {
    const contents = problem === "first" ? ["fails", "later"] : ["more", "most"];
    const after = [{}, { dependsOn: [`${problem}1`] }];
    const todos = contents.map((content, n) => ({ id: `${problem}${n + 1}`, content, ...after[n] }));
    return call("plan_add", { todos });
  }
  const last = asked.results.at(-1)?.output as { note?: string };
  if (problem === "first" && turn === 2) return "Enough for now.";
  return /^(?:All todos|What is left)/.test(last.note ?? "") ? "All." : call("plan_work");
}

const options: PlanningSceneOptions = { subAgents: [{ name: "worker", limits: { errors: 1 } }] };

const run = (message: string): string => `planner/1/${message}`;

test("the changes of the events give the plan, from what there was before on", async () => {
  const { agent, clock } = await planningScene(script, options);
  await agent.solve("first", { id: "a" });
  let plan = await agent.plan();
  expect(plan.progress()).toMatchObject({ total: 2, over: 1, state: "stuck" });
  const stream = agent.stream("second", { id: "b" });
  const told = (async () => {
    for await (const event of stream) if ("changes" in event) plan = plan.apply(event.changes);
  })();
  await clock.advance("1h");
  await told;
  const { plan: outcome } = await stream.result;
  expect(plan.toJSON()).toEqual((await agent.plan()).toJSON());
  expect(outcome?.progress).toEqual(plan.progress());
});

test("who comes late, also after a restart, is shown the plan as it is, with each attempt once", async () => {
  const journal = memoryJournal();
  const before = await planningScene(script, { ...options, journal });
  await before.agent.solve("first", { id: "a" });
  before.agent.solve("second", { id: "b" }).catch(() => {});
  // The second run's first turns are over, one of its todos is done, and a sub-agent is at work on the other one.
  await before.clock.advance("90s");
  const shown = async ({ agent }: Pick<typeof before, "agent">): Promise<unknown> => {
    for await (const event of await agent.follow(run("b"))) return snapshotOf(event);
    throw new Error("nothing was told");
  };
  const seen = await shown(before);
  await Promise.all([before.host.shutdown({ deadline: 0 }), before.clock.advance(0)]);
  const { agent, clock, host } = await planningScene(script, { ...options, journal });
  await host.ready();
  await clock.advance(0);
  expect(seen).toMatchObject({ ids: ["first1", "first2", "second1", "second2"], attempts: [1, 0, 1, 1] });
  expect(await shown({ agent })).toEqual(seen);
  await clock.advance("1h");
  expect(await agent.progress()).toMatchObject({ total: 4, over: 3, state: "stuck" });
});

function snapshotOf(event: PlanningEvent): unknown {
  if (event.type !== "snapshot") throw new Error(`no snapshot: ${event.type}`);
  const todos = TodoPlan.fromJSON(event.plan).todos();
  return {
    ids: todos.map(({ id }) => id),
    statuses: todos.map(({ status }) => status),
    attempts: todos.map(({ attempts }) => attempts),
  };
}

test("the record alone tells the plan at the end of each run, and the runs of sub-agents at any level", async () => {
  const pays = ({ task, results, call: { tools = [] } }: Asked): MockReply => {
    if (!tools.some(({ name }) => name === "plan_work")) return "paid";
    if (results.length === 0) return call("plan_add", { todos: [{ id: "x", content: `${task.slice(0, 3)}x` }] });
    return results.length === 1 ? call("plan_work") : "done";
  };
  const scene = await planningScene(pays, {
    sub: (llm) => [{ agent: definePlanningAgent({ name: "middle", llm }) }],
  });
  await scene.agent.solve("top", { id: "a" });
  const { plan, agents } = await recordedPlanning(scene.journal, run("a"));
  expect(plan?.toJSON()).toEqual((await scene.agent.plan()).toJSON());
  expect(agents).toMatchObject([
    { agent: "middle", task: "x", level: 1, state: "finished", turns: 3, usage: { calls: 3 } },
    { agent: "worker", task: "x", level: 2, state: "finished", turns: 1, usage: { calls: 1 } },
  ]);
  const [middle, worker] = agents.map((agent) => agent.run) as [string, string];
  expect(worker.startsWith(`${middle}/react/`)).toBe(true);
  const below = await recordedPlanning(scene.journal, middle);
  expect(below.plan?.todos()).toMatchObject([{ id: "x", content: "topx", status: "completed", assignee: "worker" }]);
  expect(below.agents.map((agent) => agent.run)).toEqual([worker]);
  // What each was sent can be made again, at every level.
  for (const [of, key] of [
    [run("a"), "react/#2/think"],
    [middle, "react/#1/think"],
    [middle, "react/#3/think"],
    [worker, "react/#1/think"],
  ] as const) {
    const prompt = await recordedPrompt(scene.journal, of, key);
    expect(prompt?.missing).toEqual([]);
    expect(prompt?.calls.map(({ promptHash }) => promptHash)).toEqual([prompt?.hash]);
  }
});

test("the turns of a sub-agent are its replies, also where it has a tool called think", async () => {
  const think = tool({ name: "think", description: "Notes.", input: z.object({}), access: "read", run: () => "noted" });
  const scene = await planningScene(
    (asked) => (isSub(asked) && asked.results.length === 0 ? call("think") : script(asked)),
    { subAgents: [{ name: "worker", tools: [think] }] },
  );
  const solving = scene.agent.solve("second", { id: "a" });
  await scene.clock.advance("1h");
  await solving;
  const { agents } = await recordedPlanning(scene.journal, run("a"));
  expect(agents.map(({ turns }) => turns)).toEqual([2, 2]);
});

test("tokens and cost of a todo are those of its calls on record, also where a call was cut off and its budget counts it", async () => {
  const journal = memoryJournal();
  const limited = { ...options, journal, limits: { usd: 1_000 }, mock: { price: { input: 1, output: 1 } } };
  const before = await planningScene(script, limited);
  before.agent.solve("second", { id: "b" }).catch(() => {});
  await before.clock.advance("30s");
  await Promise.all([before.host.shutdown({ deadline: 0 }), before.clock.advance(0)]);
  const { host, agent, clock } = await planningScene(script, limited);
  await host.ready();
  await clock.advance("1h");
  const { plan, usage, cost } = await agent.solve("second", { id: "b" });
  const { agents } = await recordedPlanning(journal, run("b"));
  expect(agents).toHaveLength(2);
  for (const { run: of, usage: used } of agents) {
    const todo = plan?.todos.find((each) => each.run === of);
    expect(todo).toMatchObject({ end: "done", tokens: used.inputTokens + used.outputTokens, cost: used.cost });
  }
  expect(usage.cost).toBe(cost);
});

test("a result counts all that agents below used, also below one that was cancelled or failed by itself", async () => {
  const looks = (asked: Asked): MockReply => {
    if (!isSub(asked)) {
      if (asked.results.length === 0) return call("plan_add", { todos: [{ id: "x", content: "middle" }] });
      return asked.results.length === 1 ? call("plan_work") : "done";
    }
    if (todoOf(asked) === "middle") return call("subagent_delegate", { agent: "worker", task: "look" });
    return { ...(call("nothing") as object), latency: "1m" };
  };
  const { agent, clock, host, journal } = await planningScene(looks, {
    mock: { price: { input: 1, output: 1 } },
    sub: (llm) => [{ agent: definePlanningAgent({ name: "middle", llm }) }],
  });
  const solving = agent.solve("top", { id: "a" });
  for (let second = 0; second < 90; second++) {
    await clock.advance("1s");
    await new Promise(setImmediate);
  }
  const middle = (await recordedPlanning(journal, run("a"))).agents.find((each) => each.agent === "middle");
  await host.cancel(middle?.run ?? "");
  await clock.advance("1h");
  const { status, usage, steps, plan } = await solving;
  expect({ status, reason: plan?.todos[0]?.end }).toEqual({ status: "answered", reason: "failed" });
  const [counted] = await host.usage();
  expect(counted?.usage.calls).toBeGreaterThan(5);
  // Dollars are added in another order.
  expect(usage).toEqual({ ...counted?.usage, cost: expect.closeTo(counted?.usage.cost ?? 0, 12) as number });
  const { agents } = await recordedPlanning(journal, run("a"));
  expect(plan?.agents.steps).toBe(agents.reduce((sum, { turns }) => sum + turns, 0));
  expect(steps).toBe(3);
});

test("a plan that goes on from what is not kept any more is not shown, and that is said", async () => {
  const { agent, journal, clock } = await planningScene(script, { ...options, host: { history: 1 } });
  for (const [id, problem] of [
    ["a", "first"],
    ["b", "second"],
  ] as const) {
    const solved = agent.solve(problem, { id });
    await clock.advance("1h");
    await solved;
  }
  expect((await agent.plan()).progress()).toMatchObject({ total: 4 });
  const { plan, missing, agents } = await recordedPlanning(journal, run("b"));
  expect(plan).toBeUndefined();
  expect(missing).toBe('what the memory of planner "1" was then is not kept any more');
  expect(agents.length).toBeGreaterThan(0);
});

test("a run without a plan has none on record", async () => {
  const { agent, journal } = await planningScene(() => "Four.");
  await agent.solve("2 + 2?", { id: "a" });
  expect(await recordedPlanning(journal, run("a"))).toEqual({ plan: undefined, agents: [] });
});

test("a planning agent is known as one, whichever way it is defined, and hosted under any id", async () => {
  const { agent, host, llm } = await planningScene(script, options);
  const Defined = definePlanningAgent({ name: "other", llm });
  expect([isPlanningAgent(Defined), isPlanningAgent(agent as never), isPlanningAgent(class {} as never)]).toEqual([
    true,
    true,
    false,
  ]);
  const hosted = hostedPlanningAgent(host, Defined, "7");
  expect((await hosted.solve("2 + 2?", { limits: { steps: 1 } })).run).toMatch(/^other\/7\//);
});
