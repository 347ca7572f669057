// Sub-agents as their planner has them: each is asked as it was defined, sees its task and nothing else, spends no more than its
// share, stands on record below its planner, and what comes back of it is short, with the whole a look away.
import { expect, test } from "vitest";
import { z } from "zod";
import { LLMManager } from "../llm/index.ts";
import { defineReactAgent } from "../reasoning/index.ts";
import { type MockReply, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { definePlanningAgent } from "./define-planning-agent.ts";
import { type Asked, isSub, planningScene, type PlanningSceneOptions, scripted, todoOf } from "./planning.fixture.ts";
import { recordedPlanning } from "./sub-agents/recorded-plan.ts";
import type { SubAgent } from "./sub-agents/sub-agent.ts";

const call = (name: string, input: unknown = {}): MockReply => ({ toolCalls: [{ name, input }] });
const named = (name: string) =>
  tool({ name, description: `Does ${name}.`, input: z.object({}), access: "read", run: () => `${name} was done` });

/** Adds these todos, works until nothing is left, and answers with what the last work came to. */
function planner(todos: readonly object[], sub: (asked: Asked) => MockReply = () => "ok") {
  return (asked: Asked): MockReply => {
    if (isSub(asked)) return sub(asked);
    const [made, ...works] = asked.results;
    if (made === undefined) return call("plan_add", { todos });
    const last = works.at(-1)?.output as { note?: string } | undefined;
    return /over|blocked|budget/.test(last?.note ?? "")
      ? JSON.stringify(works.map(({ output }) => output))
      : call("plan_work");
  };
}

test("each is asked with its own role, instructions, tools and model, within its limits; what is left out is the planner's", async () => {
  const cheap = scripted((asked) => (asked.results.length < 9 ? call("b") : "never"), { model: "cheap" });
  const todos = [
    { id: "1", content: "by default" },
    { id: "2", content: "by choice", assignee: "special" },
    { id: "3", content: "elsewhere", assignee: "bookkeeper" },
  ];
  const { agent, model, llm } = await planningScene(planner(todos), {
    tools: [named("a"), named("b")],
    instructions: "Plan well.",
    sub: (own) => [
      { name: "usual", role: "a usual one" },
      {
        name: "special",
        role: "a special one",
        instructions: "Be special.",
        tools: [named("b")],
        llm: new LLMManager({ models: [cheap], retry: 1 }),
        limits: { steps: 2 },
      },
      { agent: defineReactAgent({ name: "bookkeeper", llm: own, instructions: "Keep books.", tools: [named("c")] }) },
    ],
  });
  const { plan } = await agent.solve("Do it.");
  const asked = (content: string, of = model) => {
    const found = of.calls.find(({ prompt }) => JSON.stringify(prompt).includes(`"${content}\\n`));
    const [system] = found?.prompt ?? [];
    return {
      system: system?.role === "system" ? system.content : undefined,
      tools: found?.tools?.map(({ name }) => name),
    };
  };
  expect(asked("by default")).toEqual({ system: "Your role: a usual one", tools: ["a", "b"] });
  expect(asked("by choice", cheap)).toEqual({ system: "Your role: a special one\n\nBe special.", tools: ["b"] });
  expect(asked("elsewhere")).toEqual({ system: "Keep books.", tools: ["c"] });
  expect(cheap.calls).toHaveLength(2);
  expect(plan?.todos).toMatchObject([
    { id: "1", end: "done", agent: "usual" },
    { id: "2", end: "failed", agent: "special", reason: "steps" },
    { id: "3", end: "done", agent: "bookkeeper" },
  ]);
  expect(llm.models).toEqual(["mock/scripted"]);
});

test("one that the model makes has the model, the tools and the limit that it may have", async () => {
  const large = scripted((asked) => (asked.results.length < 9 ? call("a") : "never"), { model: "large" });
  const small = scripted((asked): MockReply => {
    switch (asked.results.length) {
      case 0:
        return call("subagent_create", { name: "thinker", role: "thinks", model: "mock/large", tools: ["a"] });
      case 1:
        return call("subagent_delegate", { agent: "thinker", task: "Think." });
      default:
        return JSON.stringify(asked.results.at(-1)?.output);
    }
  });
  const { host } = await planningScene(() => "");
  const Boss = definePlanningAgent({
    name: "boss",
    llm: new LLMManager({ models: [small, large], retry: 1 }),
    tools: [named("a"), named("b")],
    createAgents: { tools: ["a"], steps: 3 },
  });
  const { answer } = await (await host.open(Boss, "1")).solve("Do it.");
  expect(JSON.parse(answer ?? "")).toMatchObject({ agent: "thinker", status: "limited", error: "steps" });
  expect(large.calls).toHaveLength(3);
  expect(large.calls[0]?.tools?.map(({ name }) => name)).toEqual(["a"]);
});

test("what guards the planner's calls guards those of its sub-agents, until one has a guard of its own", async () => {
  const wiped: string[] = [];
  const seen: string[] = [];
  const wipe = tool({
    name: "wipe",
    description: "Wipes.",
    input: z.object({ by: z.string() }),
    access: "exec",
    run: ({ by }) => wiped.push(by),
  });
  const { agent, llm } = await planningScene(
    (asked): MockReply => {
      const turn = asked.results.length;
      if (isSub(asked)) return turn === 0 ? call("wipe", { by: todoOf(asked) }) : "ok";
      if (turn === 0) return call("subagent_create", { name: "made", role: "wipes" });
      const agents = ["made", "plain", "watched", "guarded", "elsewhere"];
      const [next] = agents.slice(turn - 1);
      return next === undefined ? "over" : call("subagent_delegate", { agent: next, task: next });
    },
    {
      tools: [wipe],
      hooks: {
        beforeTool: ({ call: { name } }) => (name === "wipe" ? "never wipe" : undefined),
        afterTool: ({ agent: { name }, call: asked, result }) => {
          if (asked.name === "wipe") seen.push(`${name} ${result.ok}`);
        },
        prepareTurn: () => undefined,
      },
      sub: (own) => [
        { name: "plain" },
        { name: "watched", hooks: { afterTurn: () => undefined } },
        { name: "guarded", hooks: { beforeTool: () => undefined } },
        { agent: defineReactAgent({ name: "elsewhere", llm: own, tools: [wipe] }) },
      ],
    },
  );
  expect(await agent.solve("Do it.")).toMatchObject({ answer: "over" });
  expect(wiped).toEqual(["guarded", "elsewhere"]);
  expect(seen).toEqual(["made false", "plain false", "watched false", "guarded true"]);
  expect(llm.models).toHaveLength(1);
});

test("hooks of a sub-agent's own may be an instance of a class, and one that is undefined leaves the planner's", async () => {
  class Guard {
    readonly #why = "never wipe";
    beforeTool() {
      return this.#why;
    }
  }
  const wiped: string[] = [];
  const wipe = tool({
    name: "wipe",
    description: "Wipes.",
    input: z.object({}),
    access: "exec",
    run: (_args, _step, { agent: by }) => wiped.push(by?.name ?? ""),
  });
  const names = ["instance", "undefined"];
  const todos = names.map((name) => ({ id: name, content: "wipe", assignee: name }));
  const { agent } = await planningScene(
    planner(todos, ({ results }) => (results.length === 0 ? call("wipe") : "ok")),
    {
      tools: [wipe],
      hooks: { beforeTool: ({ call: { name } }) => (name === "wipe" ? "not by the planner's" : undefined) },
      sub: () => [
        { name: "instance", hooks: new Guard() },
        { name: "undefined", hooks: { beforeTool: undefined } as object },
      ],
    },
  );
  expect((await agent.solve("Do it.")).plan?.todos.map(({ end }) => end)).toEqual(["done", "done"]);
  expect(wiped).toEqual([]);
});

test("what is undefined is the planner's, as what is left out", async () => {
  const todos = [{ id: "look", content: "look" }];
  const { agent } = await planningScene(
    planner(todos, ({ results }) => (results.length === 0 ? call("look") : String(results[0]?.output))),
    { tools: [named("look")], sub: () => [{ name: "worker", tools: undefined, llm: undefined } as object as SubAgent] },
  );
  expect((await agent.solve("Do it.")).plan?.todos).toMatchObject([{ result: "look was done" }]);
});

test("hooks that are none are told of the planner or the sub-agent that they were given to", async () => {
  const { llm } = await planningScene(() => "");
  const hooks = 5 as never;
  expect(() => definePlanningAgent({ name: "boss", llm, hooks })).toThrow(/hooks of agent "boss"/);
  const subAgents = [{ name: "scout", hooks }];
  expect(() => definePlanningAgent({ name: "boss", llm, subAgents })).toThrow(/hooks of agent "scout"/);
});

test("memory is each one's own: neither the planner's nor that of another one has anything of it", async () => {
  const todos = [
    { id: "1", content: "find the secret of A" },
    { id: "2", content: "find the secret of B" },
  ];
  const { agent, model } = await planningScene(
    planner(todos, (asked) => (asked.results.length === 0 ? { text: "whispered", ...(call("a") as object) } : "told")),
    { tools: [named("a")], context: () => ({ city: "Rome" }), showContext: true },
  );
  await agent.solve("Do it.");
  await agent.solve("And again.");
  const memory = await agent.read();
  const text = JSON.stringify(memory.messages());
  expect(text).not.toContain("whispered");
  expect(text).not.toContain("a was done");
  expect(memory.context).toEqual({ city: "Rome" });
  expect(memory.stats.toolExecutions).toBe(
    model.calls.filter(({ prompt }) => !JSON.stringify(prompt).includes("part of a larger")).length - 2,
  );
  for (const { prompt } of model.calls) {
    const shown = JSON.stringify(prompt);
    if (!shown.includes("part of a larger task")) expect(shown).not.toContain("whispered");
    else {
      expect(shown.includes("secret of A") && shown.includes("secret of B")).toBe(false);
      expect(shown).not.toContain("Rome");
    }
  }
});

test.each([
  [4, ["done", "never-started", "never-started"]],
  [5, ["done", "done", "never-started"]],
  [6, ["done", "done", "done"]],
])("of %i steps, which are fewer than all could use, some get one each", async (steps, ends) => {
  const todos = ["a", "b", "c"].map((content) => ({ content }));
  const { agent } = await planningScene(planner(todos), { limits: { steps }, plan: { review: "never", parallel: 3 } });
  const result = await agent.solve("All three.");
  expect(result.status).toBe("answered");
  expect(result.plan?.todos.map(({ end }) => end)).toEqual(ends);
});

test("each is granted its share of what is left, without what the planner keeps, and spends no more", async () => {
  const todos = [
    { id: "1", content: "one", assignee: "quarter" },
    { id: "2", content: "two", assignee: "rest", dependsOn: ["1"] },
  ];
  const { agent, journal } = await planningScene(
    planner(todos, () => call("a")),
    {
      tools: [named("a")],
      limits: { steps: 40 },
      repetition: Infinity,
      plan: { reserve: 0.25, review: "never" },
      subAgents: [{ name: "quarter", share: 0.25 }, { name: "rest" }],
    },
  );
  const { run, plan, steps } = await agent.solve("Do it.", { id: "m" });
  const { agents } = await recordedPlanning(journal, run);
  // The planner has taken 2 of 40 turns, and keeps 10: a quarter of 28.
  expect(agents.map(({ turns }) => turns)).toEqual([7]);
  expect(plan?.todos).toMatchObject([{ end: "failed", reason: "steps" }, { end: "blocked" }]);
  expect(steps + (plan?.agents.steps ?? 0)).toBeLessThanOrEqual(40);
});

test("what one leaves of all that there was is there for those that come later, which wait for it", async () => {
  const todos = ["1", "2", "3"].map((id) => ({ id, content: `todo ${id}` }));
  const { agent, model } = await planningScene(planner(todos), {
    limits: { usd: 100 },
    mock: { price: { input: 0.5, output: 0.5 } },
    plan: { review: "never" },
    subAgents: [{ name: "greedy", share: 1 }],
  });
  const { plan, answer } = await agent.solve("All three.");
  expect(plan?.todos.map(({ end }) => end)).toEqual(["done", "done", "done"]);
  expect(answer).not.toContain("no budget left");
  expect(model.inFlight.most).toBe(1);
});

test.each(["answers", "fails", "is cancelled"] as const)(
  "what a sub-agent that %s spent stands in the budget as it did where a replay tells it, with how much of it is an estimate",
  async (ending) => {
    const clock = virtualClock(1_000);
    const hang = tool({
      name: "hang",
      description: "Hangs.",
      input: z.object({}),
      access: "read",
      run: (_args, { abortSignal }) =>
        new Promise((_, reject) => abortSignal.addEventListener("abort", () => reject(abortSignal.reason as Error))),
    });
    const sub = (asked: Asked): MockReply => {
      // Of the first call nobody is told what it used, so all that was reserved counts.
      if (asked.results.length === 0) return { toolCalls: [{ name: "look", input: {} }], usage: "unknown" };
      if (ending === "is cancelled") return call("hang");
      return ending === "fails" ? { fault: { kind: "status", status: 400, at: "start" } } : "found";
    };
    const todos = [{ id: "1", content: "todo 1" }];
    const { agent } = await planningScene(planner(todos, sub), {
      clock,
      tools: [named("look"), hang],
      limits: { tokens: 200_000 },
      settings: { maxOutputTokens: 500 },
    });
    const solving = agent.solve("Do it.", { id: "m" });
    await clock.advance("1m");
    if (ending === "is cancelled") await agent.cancel("planner/1/m/react/#2/plan_work[2.1]/worker[1]", "enough");
    await clock.advance(0);
    const { run, plan } = await solving;
    expect(plan?.todos).toMatchObject([{ end: ending === "answers" ? "done" : "failed" }]);
    expect(await agent.replay(run)).toMatchObject({ same: true });
  },
);

test("calls beside the work on a plan wait for what it leaves, and the work for what they leave", async () => {
  const delegated = (task: string) => ({ name: "subagent_delegate", input: { agent: "worker", task } });
  const clock = virtualClock(1_000);
  const { agent, model } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) return { text: `${todoOf(asked)} is done`, latency: "1s" };
      if (asked.results.length === 0) return call("plan_add", { todos: [{ id: "1", content: "a lone todo" }] });
      if (asked.results.length > 1) return JSON.stringify(asked.results);
      return { toolCalls: [{ name: "plan_work", input: {} }, delegated("one"), delegated("two"), delegated("three")] };
    },
    { clock, limits: { steps: 100 } },
  );
  const solving = agent.solve("Do it.");
  for (let second = 0; second < 10; second++) {
    await clock.advance("1s");
    await new Promise(setImmediate);
  }
  const { answer, run } = await solving;
  expect((await agent.replay(run)).same).toBe(true);
  for (const done of ["a lone todo", "one", "two", "three"]) expect(answer).toContain(`${done} is done`);
  expect(model.calls).toHaveLength(7);
});

test("calls beside the work on a plan share its places: no more are at work than may be, and nobody is left out", async () => {
  const delegated = (task: string) => ({ name: "subagent_delegate", input: { agent: "worker", task } });
  const work = { name: "plan_work", input: {} };
  const clock = virtualClock(1_000);
  const { agent, model } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) return { text: `${todoOf(asked)} is done`, latency: "1s" };
      if (asked.results.length === 0)
        return call("plan_add", { todos: ["a", "b", "c"].map((content) => ({ content })) });
      if (asked.results.length > 1) return JSON.stringify(asked.results);
      return { toolCalls: [delegated("one"), work, delegated("two"), work, delegated("three")] };
    },
    { clock, plan: { parallel: 1, review: "never" } },
  );
  const solving = agent.solve("Do it.");
  for (let second = 0; second < 20; second++) {
    await clock.advance("1s");
    await new Promise(setImmediate);
  }
  const { answer, plan, run } = await solving;
  expect((await agent.replay(run)).same).toBe(true);
  for (const task of ["one", "two", "three"]) expect(answer).toContain(`${task} is done`);
  expect(answer).not.toContain("no budget");
  expect(plan?.todos.map(({ end }) => end)).toEqual(["done", "done", "done"]);
  expect(model.inFlight.most).toBe(1);
});

test.each([
  { top: 1, below: 3 },
  { top: 2, below: 3 },
  { top: 4, below: 2 },
])("of $top places all below have that many, and a planner that waits lends its own", async ({ top, below }) => {
  const clock = virtualClock(1_000);
  let [now, most] = [0, 0];
  const slow = tool({
    name: "slow",
    description: "Takes a minute.",
    input: z.object({}),
    access: "read",
    run: async () => {
      most = Math.max(most, ++now);
      await new Promise<void>((resolve) => clock.timer(60_000, resolve));
      now--;
      return "slept";
    },
  });
  const three = (content: string) => [1, 2, 3].map((n) => ({ id: `${content}${n}`, content: `${content} ${n}` }));
  const { agent } = await planningScene(
    (asked): MockReply => {
      const todo = todoOf(asked);
      if (todo.startsWith("leaf")) return asked.results.length === 0 ? call("slow") : "done";
      return planner(three(todo.startsWith("middle") ? "leaf" : "middle"))({ ...asked, task: "" });
    },
    {
      clock,
      plan: { parallel: top, review: "never" },
      sub: (llm) => {
        const plan = { parallel: below, review: "never" as const };
        return [{ agent: definePlanningAgent({ name: "middle", llm, tools: [slow], plan }) }];
      },
    },
  );
  let isOver = false;
  const solving = agent.solve("Do it.").finally(() => void (isOver = true));
  while (!isOver) {
    await clock.advance("1m");
    await new Promise(setImmediate);
  }
  const { run, plan } = await solving;
  expect(plan?.todos.map(({ end }) => end)).toEqual(["done", "done", "done"]);
  expect(plan?.agents.runs).toBe(3);
  expect(most).toBe(top);
  expect((await agent.replay(run)).same).toBe(true);
});

test("what comes back is cut, and its run has all of it", async () => {
  const whole = `start ${"x".repeat(50_000)} end`;
  const { agent, model, journal } = await planningScene(
    planner([{ id: "1", content: "talk" }], () => whole),
    { plan: { summary: 300 } },
  );
  const { plan, run } = await agent.solve("Do it.", { id: "m" });
  const told = model.calls
    .map(({ prompt }) => JSON.stringify(prompt))
    .findLast((prompt) => !prompt.includes("part of a larger task"));
  expect(told).toMatch(/"result":"start x{293}…"/);
  const below = plan?.todos[0]?.run ?? "";
  expect(told).toContain(below);
  expect(below).toBe(`${run}/react/#2/plan_work[2.1]/worker[1]`);
  const record = await Array.fromAsync(journal.read(below));
  expect(record.at(-1)).toMatchObject({ type: "run-finished", data: { output: { answer: whole } } });
});

test("what one had found when it failed is kept, told to the planner, to the next one, and in the accounting", async () => {
  const sub = (asked: Asked): MockReply => {
    if (asked.task.includes("foundBefore")) return `with ${/"foundBefore":"([^"]*)"/.exec(asked.task)?.[1]}`;
    return { text: `half of ${todoOf(asked)}`, ...(call("a") as object) };
  };
  const options: PlanningSceneOptions = { tools: [named("a")], subAgents: [{ name: "worker", limits: { steps: 1 } }] };
  const first = await planningScene(
    planner(
      [
        { id: "1", content: "it" },
        { id: "2", content: "on", dependsOn: ["1"] },
      ],
      sub,
    ),
    options,
  );
  const { answer, plan } = await first.agent.solve("Do it.");
  // The model is asked to name what there is, and is shown it: this one says all that it was told.
  expect(answer).toContain('"partial":"half of it"');
  expect(JSON.stringify(first.model.calls[0]?.prompt)).toContain("Give what there is, also where not all was done.");
  expect(plan?.todos).toMatchObject([
    { id: "1", end: "failed", reason: "steps", result: "half of it" },
    { id: "2", end: "blocked", reason: "it waits for 1 (failed)" },
  ]);
  const again = await planningScene((asked) => {
    if (isSub(asked)) return sub(asked);
    const turn = asked.results.length;
    if (turn === 2) return call("plan_mark", { todos: [{ id: "1", status: "pending" }] });
    return planner([{ id: "1", content: "it" }])(asked);
  }, options);
  expect((await again.agent.solve("Do it.")).plan?.todos).toMatchObject([{ end: "done", result: "with half of it" }]);
});

test("a run that ends without an answer accounts for all, with what there is", async () => {
  const todos = ["1", "2", "3"].map((id) => ({ id, content: `todo ${id}` }));
  const { agent } = await planningScene(planner(todos), { limits: { steps: 4 }, plan: { parallel: 1 } });
  const result = await agent.solve("Do it.");
  expect(result).toMatchObject({ status: "limited", reason: "steps" });
  expect(result.plan?.todos).toMatchObject([
    { id: "1", end: "done", result: "ok" },
    { id: "2", end: "never-started" },
    { id: "3", end: "never-started" },
  ]);
});

test("a cancel of the planner cancels those at work, and their tools", async () => {
  const clock = virtualClock(1_000);
  const aborted: string[] = [];
  const long = tool({
    name: "long",
    description: "Takes long.",
    input: z.object({}),
    access: "read",
    run: async (_args, step) => {
      const { promise, resolve } = Promise.withResolvers<string>();
      step.abortSignal.addEventListener("abort", () => {
        aborted.push(step.key);
        resolve("over");
      });
      return await promise;
    },
  });
  const todos = ["1", "2"].map((id) => ({ id, content: `todo ${id}` }));
  const { agent, journal } = await planningScene(
    planner(todos, () => call("long")),
    { clock, tools: [long] },
  );
  const solving = agent.solve("Do it.", { id: "m" });
  await clock.advance("1m");
  await agent.cancel("planner/1/m", "enough");
  await clock.advance(0);
  expect(await solving).toMatchObject({ status: "stopped", reason: "aborted" });
  expect(aborted).toHaveLength(2);
  const { agents } = await recordedPlanning(journal, "planner/1/m");
  expect(agents.map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
});

test("a typed answer, a chat and a stream are a planning agent's, too", async () => {
  const { agent } = await planningScene((asked) => {
    if (isSub(asked)) return "ok";
    if (asked.last === "Hello.") return "Good day.";
    return asked.results.length === 0
      ? call("plan_add", { todos: [{ content: "x" }] })
      : asked.results.length === 1
        ? call("plan_work")
        : '{"number": 7}';
  });
  expect(await agent.chat("Hello.")).toBe("Good day.");
  const { answer, plan } = await agent.solve("Which number?", { schema: z.object({ number: z.number() }) });
  expect(answer).toEqual({ number: 7 });
  expect(plan?.progress.over).toBe(1);
});
