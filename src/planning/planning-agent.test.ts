// A planning agent as its users meet it: it makes a plan where there is something to plan, has it worked on by sub-agents, adapts,
// and accounts for every todo.
import { expect, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { LLMManager } from "../llm/index.ts";
import { defineReactAgent } from "../reasoning/index.ts";
import { type MockReply, virtualClock } from "../testing/index.ts";
import { tool, ToolRegistry } from "../tools/index.ts";
import { definePlanningAgent } from "./define-planning-agent.ts";
import { type Asked, isSub, planningScene, scripted, todoOf } from "./planning.fixture.ts";
import { type PlanningDefinition, PlanningReactAgent } from "./planning-agent.ts";
import type { PlanningEvent } from "./planning-event.ts";
import { planningOptions } from "./planning-options.ts";

const call = (name: string, input: unknown = {}) => ({ toolCalls: [{ name, input }] });

const TRIP = {
  todos: [
    { id: "flights", content: "look for flights", priority: "high" },
    { id: "hotels", content: "look for hotels" },
    { id: "book", content: "book both", dependsOn: ["flights", "hotels"] },
  ],
};

/** Plans, works until nothing is left, and answers. */
function traveller(sub: (asked: Asked) => MockReply = (asked) => `done: ${todoOf(asked)}`) {
  return (asked: Asked): MockReply => {
    if (isSub(asked)) return sub(asked);
    const { results } = asked;
    if (results.length === 0) return call("plan_add", TRIP);
    const last = results.at(-1)?.output as { note?: string };
    return last.note?.startsWith("All todos") || last.note?.startsWith("What is left")
      ? "All booked."
      : call("plan_work");
  };
}

test("a problem becomes a plan, which sub-agents work through; each is told what it builds on", async () => {
  const { agent, model } = await planningScene(traveller());
  const result = await agent.solve("A trip to Rome.");
  expect(result).toMatchObject({ status: "answered", answer: "All booked.", steps: 4 });
  expect(result.plan?.todos).toMatchObject([
    { id: "flights", end: "done", result: "done: look for flights", agent: "worker" },
    { id: "hotels", end: "done", result: "done: look for hotels" },
    { id: "book", end: "done", result: "done: book both" },
  ]);
  expect(result.plan?.progress).toMatchObject({ over: 3, total: 3, state: "over" });
  expect(result.plan?.agents).toEqual({ runs: 3, steps: 3 });
  const booking = model.calls.map((each) => JSON.stringify(each.prompt)).find((text) => text.includes("book both\\n"));
  expect(booking).toContain("done: look for hotels");
  expect(booking).toContain("A trip to Rome.");
  // What sub-agents used is a part of what the run used.
  expect(result.usage.calls).toBe(7);
  expect(await agent.progress()).toMatchObject({ over: 3 });
  expect((await agent.todoTree()).map(({ todo }) => todo.id)).toEqual(["flights", "hotels", "book"]);
  expect(await agent.toMermaid()).toContain("look for flights");
  const memory = await agent.read();
  expect(memory.messages({ role: "user" })).toHaveLength(1);
});

test("a simple problem gets no plan", async () => {
  const { agent, model } = await planningScene(() => "Four.");
  const result = await agent.solve("2 + 2?");
  expect(result).toMatchObject({ status: "answered", answer: "Four." });
  expect(result.plan).toBeUndefined();
  expect(model.calls).toHaveLength(1);
  expect(JSON.stringify(model.calls[0]?.prompt)).toContain("without a plan");
});

test("after each end the planner is asked before more is begun; what is under way is finished", async () => {
  const { agent, model } = await planningScene(traveller(), { plan: { parallel: 2 } });
  await agent.solve("A trip.");
  const works = model.calls.filter((each) => !JSON.stringify(each.prompt).includes("part of a larger task"));
  expect(works).toHaveLength(4);
});

test("without review all is worked through in one call, and a failure blocks only what depends on it", async () => {
  const { agent } = await planningScene(
    traveller((asked) =>
      todoOf(asked) === "look for hotels" ? { text: "I found two.", toolCalls: [{ name: "look", input: {} }] } : "ok",
    ),
    {
      plan: { review: "never" },
      subAgents: [{ name: "looker", role: "looks", limits: { steps: 1 }, tools: [looks()] }],
    },
  );
  const result = await agent.solve("A trip.");
  expect(result.steps).toBe(3);
  expect(result.plan?.todos).toMatchObject([
    { id: "flights", end: "done", agent: "looker" },
    { id: "hotels", end: "failed", reason: "steps", result: "I found two." },
    { id: "book", end: "blocked", reason: "it waits for hotels (failed)" },
  ]);
});

function looks() {
  return tool({ name: "look", description: "Looks.", input: z.object({}), access: "read", run: () => "seen" });
}

test("the planner adapts: what failed is split, and its parts are done", async () => {
  const { agent } = await planningScene((asked) => {
    if (isSub(asked)) return todoOf(asked) === "look for hotels" ? call("nothing") : `ok ${todoOf(asked)}`;
    const { results } = asked;
    const [made, ...rest] = results;
    if (made === undefined) return call("plan_add", TRIP);
    const last = rest.at(-1)?.output as { results?: { todo: string; status: string }[]; note?: string } | undefined;
    if (last?.results?.some(({ status }) => status === "failed") === true) {
      return call("plan_split", {
        id: "hotels",
        parts: [{ content: "near the centre" }, { content: "cheap ones" }],
        reason: "too much",
      });
    }
    return last?.note?.startsWith("All todos") === true ? "Booked." : call("plan_work");
  });
  const result = await agent.solve("A trip.");
  expect(result.plan?.todos.map(({ id, end }) => `${id} ${end}`)).toEqual([
    "flights done",
    "hotels split",
    "t4 done",
    "t5 done",
    "book done",
  ]);
});

test("what was tried often enough is begun again once it is changed, and not before", async () => {
  const { agent } = await planningScene(
    (asked) => {
      if (isSub(asked)) return todoOf(asked) === "good" ? "fine" : call("nothing");
      const update = (content: string) => call("plan_update", { todos: [{ id: "x", content }] });
      const reply = [
        call("plan_add", { todos: [{ id: "x", content: "bad" }] }),
        call("plan_work"),
        call("plan_mark", { todos: [{ id: "x", status: "pending" }] }),
        update("bad"),
        call("plan_work"),
        update("good"),
        call("plan_work"),
      ][asked.results.length];
      return reply ?? JSON.stringify(asked.results[4]?.output);
    },
    { plan: { attempts: 1 } },
  );
  const { answer, plan } = await agent.solve("Do it.");
  expect(answer).toContain("x were tried 1 times: split them, change them, or give them up.");
  expect(plan?.todos).toMatchObject([{ content: "good", end: "done", result: "fine" }]);
});

test("where all is over and some failed, the planner is told that it may try another way", async () => {
  const { agent } = await planningScene((asked) => {
    if (isSub(asked)) return todoOf(asked) === "bad" ? call("nothing") : "fine";
    const todos = [{ content: "good" }, { content: "bad" }];
    const reply = [call("plan_add", { todos }), call("plan_work")][asked.results.length];
    return reply ?? JSON.stringify(asked.results[1]?.output);
  });
  const { answer } = await agent.solve("Do it.");
  expect(answer).toContain("All todos are over, 1 failed: try another way, or answer.");
});

test("where what is left is in progress, work on all of the plan says so", async () => {
  const { agent } = await planningScene((asked) => {
    const reply = [
      call("plan_add", { todos: [{ id: "x", content: "look" }] }),
      call("plan_mark", { todos: [{ id: "x", status: "in-progress" }] }),
      call("plan_work"),
      call("plan_work", { todos: ["x"] }),
    ][asked.results.length];
    return reply ?? JSON.stringify(asked.results.map(({ output }) => (output as { note?: string }).note));
  });
  expect(JSON.parse((await agent.solve("Do it.")).answer ?? "")).toEqual([
    null,
    null,
    "Nothing can begin now: what is left is in progress, or waits for that.",
    "Nothing of what you named can begin now.",
  ]);
});

test("a stream tells what happens to the plan, and in the runs of sub-agents", async () => {
  const { agent } = await planningScene(
    traveller((asked) => (asked.results.length === 0 ? call("look") : `done: ${todoOf(asked)}`)),
    { tools: [looks()], plan: { parallel: 1 } },
  );
  const events: PlanningEvent[] = [];
  for await (const event of agent.stream("A trip.")) events.push(event);
  const told = events.flatMap((event) => {
    switch (event.type) {
      case "plan-made":
        return [`made ${event.todos.join()}`];
      case "todo-started":
        return [`started ${event.todo} by ${event.agent}`];
      case "todo-progressed":
        return [`${event.todo}: ${event.note}`];
      case "todo-finished":
        return [`finished ${event.todo}: ${event.result} (${event.progress.over} of 3)`];
      default:
        return [];
    }
  });
  expect(told).toEqual([
    "made flights,hotels,book",
    ...["flights", "hotels", "book"].flatMap((id, index) => {
      const content = TRIP.todos[index]?.content;
      return [
        `started ${id} by worker`,
        `${id}: calls look`,
        `${id}: done: ${content}`,
        `finished ${id}: done: ${content} (${index + 1} of 3)`,
      ];
    }),
  ]);
  const of = events.flatMap((event) => (event.type === "agent-event" ? [event] : []));
  expect(of[0]).toMatchObject({ agent: "worker", task: "flights", level: 1, event: { type: "run-started" } });
  expect(of.map(({ event }) => event.type)).toContain("tool-finished");
  expect(of[0]?.run).toMatch(/^planner\/1\/.*\/worker\[flights\]$/);
  expect(events.at(-1)).toMatchObject({ type: "run-finished", result: { answer: "All booked." } });
});

test("a stream tells why the planner changes its plan, where it says so", async () => {
  const { agent } = await planningScene(({ results }) => {
    const updates = [
      { id: "flights", priority: "urgent" },
      { id: "hotels", content: "look for inns" },
    ];
    const reply = [
      call("plan_add", TRIP),
      call("plan_update", { todos: updates, reason: "hotels are full" }),
      call("plan_update", { todos: [{ id: "hotels", before: "flights" }], reason: "inns first" }),
      call("plan_add", { todos: [{ content: "pack" }], reason: "it was forgotten" }),
      call("plan_update", { todos: [{ id: "flights", priority: "low" }] }),
    ][results.length];
    return reply ?? "planned";
  });
  const reasons: (readonly string[])[] = [];
  for await (const event of agent.stream("A trip.")) if (event.type === "plan-changed") reasons.push(event.reasons);
  expect(reasons).toEqual([["hotels are full"], ["inns first"], ["it was forgotten"], []]);
});

test("a run that waits behind another is told with the plan that the other leaves, also who follows it", async () => {
  const { agent, clock } = await planningScene((asked) => {
    if (isSub(asked)) return { text: `done: ${todoOf(asked)}`, latency: "1m" };
    if (asked.results.length === 0) return { ...call("plan_add", TRIP), latency: "1m" };
    const works = { First: 2, Second: 3 }[asked.last] ?? 0;
    return asked.results.length < works ? { ...call("plan_work"), latency: "1s" } : "enough";
  });
  const first = agent.solve("First");
  const stream = agent.stream("Second", { id: "second" });
  await clock.advance("1s");
  const followed = await agent.follow(stream.id);
  const moving = clock.advance("1h");
  const told = await Promise.all(
    [stream, followed].map(async (each) => {
      const events: PlanningEvent[] = [];
      for await (const event of each) if (/^(plan|todo)-(?!progressed)/.test(event.type)) events.push(event);
      return events;
    }),
  );
  await Promise.all([first, moving]);
  expect(told[0]).toMatchObject([
    { type: "todo-started", todo: "book", content: "book both" },
    { type: "todo-finished", todo: "book", result: "done: book both", progress: { over: 3 } },
  ]);
  expect(told[1]).toEqual(told[0]);
  for (const late of [stream, followed]) {
    for await (const event of late) {
      if (event.type === "snapshot") expect(event.plan).toEqual((await agent.plan()).toJSON());
    }
  }
});

test("the model makes a sub-agent of what it may use, and gives it a task beside the plan", async () => {
  const { agent, model } = await planningScene(
    (asked) => {
      if (isSub(asked)) return `I am ${asked.system}`;
      switch (asked.results.length) {
        case 0:
          return call("subagent_create", { name: "poet", role: "a poet", tools: ["look"], instructions: "Rhyme." });
        case 1:
          return call("subagent_list");
        case 2:
          return call("subagent_delegate", { agent: "poet", task: "Write a line." });
        default:
          return String((asked.results.at(-1)?.output as { answer?: string } | undefined)?.answer);
      }
    },
    { tools: [looks()] },
  );
  const { answer } = await agent.solve("A poem.");
  expect(answer).toBe("I am Your role: a poet\n\nRhyme.");
  const sub = model.calls.find(({ prompt }) => JSON.stringify(prompt).includes("Write a line."));
  expect(sub?.tools?.map(({ name }) => name)).toEqual(["look"]);
  expect((await agent.read()).fields.agents).toMatchObject([{ name: "poet" }]);
});

test("clearPlan empties it, a new problem finds no plan that is over, and one that is not over goes on", async () => {
  const { agent } = await planningScene((asked) => {
    if (isSub(asked)) return "ok";
    if (asked.last === "Plan.") return asked.results.length === 0 ? call("plan_add", TRIP) : "planned";
    return asked.results.length < 5 && asked.last === "Work." ? call("plan_work") : "worked";
  });
  await agent.solve("Plan.");
  expect(await agent.progress()).toMatchObject({ total: 3, over: 0 });
  expect((await agent.solve("Work.")).plan?.progress).toMatchObject({ over: 3 });
  expect((await agent.todos({ status: "completed" })).map(({ id }) => id)).toEqual(["flights", "hotels", "book"]);
  const next = await agent.solve("Something else.");
  expect(next.plan).toBeUndefined();
  expect(await agent.todos()).toEqual([]);
  await agent.clearPlan();
  expect(await agent.progress()).toMatchObject({ state: "empty" });
});

test("the plan is exported and imported with the memory, and a fork has it", async () => {
  const script = (asked: Asked): MockReply => (asked.results.length === 0 ? call("plan_add", TRIP) : "planned");
  const { agent, host } = await planningScene(script);
  await agent.solve("Plan.");
  const file = JSON.parse(JSON.stringify(await agent.exportMemory())) as unknown;
  await agent.clearPlan();
  expect(await agent.todos()).toEqual([]);
  expect(await agent.importMemory(file)).toEqual([]);
  expect((await agent.todos()).map(({ id }) => id)).toEqual(["flights", "hotels", "book"]);
  const fork = await agent.fork("2");
  expect(fork).toBeInstanceOf(PlanningReactAgent);
  expect((await fork.todos()).map(({ id }) => id)).toEqual(["flights", "hotels", "book"]);
  expect((await host.list()).map(({ id }) => id).sort()).toEqual(["1", "2"]);
});

test("of a run that is cancelled, the result has the usage of all that it began, also of what was cut off", async () => {
  const { agent, host, clock } = await planningScene(
    traveller((asked) => (todoOf(asked) === "look for hotels" ? { text: "slowly", latency: "1h" } : "ok")),
    { plan: { parallel: 2, review: "never" } },
  );
  const stream = agent.stream("A trip.");
  await clock.advance("1m");
  await stream.cancel("enough");
  const { status, usage } = await stream.result;
  expect(status).toBe("stopped");
  // Two turns of the planner, a sub-agent's that answered, and one that was cut off.
  expect(usage).toMatchObject({ calls: 4, failed: 1, estimated: 1 });
  expect(await host.usage({ by: "agent" })).toMatchObject([{ usage }]);
});

test("a plan that is larger than a definition allows now is read whole, with what came since; the limits hold for what is added", async () => {
  const script = ({ results }: Asked): MockReply => (results.length === 0 ? call("plan_add", TRIP) : "planned");
  const first = await planningScene(script);
  await first.agent.solve("Plan.");
  await first.agent.importMemory(await first.agent.exportMemory());
  await first.agent.chat("Thanks.");
  await first.host.shutdown();
  const failures: unknown[] = [];
  const second = await planningScene(() => call("plan_add", { todos: [{ content: "pack" }] }), {
    journal: first.journal,
    plan: { maxTodos: 2, maxDepth: 1 },
    limits: { steps: 1 },
    host: { onFailure: (failure) => void failures.push(failure) },
  });
  const memory = await second.agent.read();
  expect(memory.messages({ role: "user" })).toHaveLength(2);
  expect(memory.fields.plan.todos().map(({ id }) => id)).toEqual(["flights", "hotels", "book"]);
  expect(failures).toEqual([]);
  await second.agent.solve("Pack, too.");
  expect(await second.agent.todos()).toHaveLength(3);
  expect(JSON.stringify((await second.agent.read()).messages({ role: "tool" }).at(-1))).toContain("at most 2 todos");
});

test("of fields that cannot be read, each part is new by itself, and is reported", async () => {
  const script = ({ results }: Asked): MockReply => (results.length === 0 ? call("plan_add", TRIP) : "planned");
  const own = { initial: () => ({ n: 0 }) };
  const first = await planningScene(script, { fields: own as never });
  await first.agent.solve("Plan.");
  await first.agent.importMemory(await first.agent.exportMemory());
  await first.agent.chat("Thanks.");
  await first.host.shutdown();
  const failures: unknown[] = [];
  const codec = { encode: (fields: unknown) => fields, decode: (): unknown => JSON.parse("{") };
  const { agent } = await planningScene(() => "ok", {
    journal: first.journal,
    version: "2",
    fields: { ...own, codec, migrate: () => expect.fail("what is new is of this version") } as never,
    host: { onFailure: (failure) => void failures.push(failure) },
  });
  const { fields } = await agent.read();
  expect(fields.own).toEqual({ n: 0 });
  expect(fields.plan.size).toBe(3);
  expect(failures).toMatchObject([{ type: "memory-left-out" }]);
  expect(JSON.stringify(failures)).toContain("JSON");
  const file = (await agent.exportMemory()) as unknown as { value: { fields: object } };
  const damaged = { ...file, value: { ...file.value, fields: { ...file.value.fields, plan: { version: 9 } } } };
  expect(await agent.importMemory(damaged)).toMatchObject([{ at: "fields" }, { at: "fields" }]);
  expect((await agent.read()).fields.plan.size).toBe(0);
});

test("a run is replayed from its record, and forked at a turn, with its plan", async () => {
  const { agent, model, journal } = await planningScene(traveller());
  const { run } = await agent.solve("A trip.");
  const asked = model.calls.length;
  expect(await agent.replay(run)).toEqual({ run, same: true, events: expect.any(Number) as unknown });
  expect(model.calls).toHaveLength(asked);
  const before = JSON.stringify(await Array.fromAsync(journal.read(run)));
  const { agent: fork, stream } = await agent.forkRun(run, { at: 2, as: "fork" });
  expect(await stream.result).toMatchObject({ status: "answered", answer: "All booked." });
  // What was done by then is not done again.
  expect(
    model.calls.slice(asked).filter(({ prompt }) => JSON.stringify(prompt).includes("part of a larger task")),
  ).toHaveLength(1);
  expect(await fork.progress()).toMatchObject({ over: 3 });
  for (const followed of [stream, await agent.follow(run)]) expect((await followed.result).plan?.progress.over).toBe(3);
  expect(JSON.stringify(await Array.fromAsync(journal.read(run)))).toBe(before);
});

test("a class that extends it is a definition, with context and fields of its own", async () => {
  const { host, llm } = await planningScene(traveller());
  class Surveyor extends PlanningReactAgent<{ city?: string }, { messages: number }> {
    override readonly name = "surveyor";
    protected override planning(): PlanningDefinition<{ city?: string }, { messages: number }> {
      return {
        llm,
        fields: {
          initial: () => ({ messages: 0 }),
          apply: (fields, { type }) => (type === "message-received" ? { messages: fields.messages + 1 } : fields),
        },
      };
    }
  }
  const agent = await host.open(Surveyor, "s");
  await agent.setContext({ city: "Rome" });
  expect((await agent.solve("A trip.")).plan?.progress.over).toBe(3);
  const memory = await agent.read();
  expect(memory.context).toEqual({ city: "Rome" });
  expect(memory.fields.own).toEqual({ messages: 2 });
});

test("a fault in fields of one's own keeps nothing out of the plan", async () => {
  const fields = {
    initial: () => ({ messages: 0 }),
    apply: (): never => {
      throw new TypeError("a fault");
    },
  };
  const { agent } = await planningScene(traveller(), { fields: fields as never });
  expect((await agent.solve("A trip.")).plan?.progress.over).toBe(3);
  const memory = await agent.read();
  expect(memory.fields.plan.progress()).toMatchObject({ over: 3 });
  expect(memory.fields.own).toEqual({ messages: 0 });
});

test("who steers is heard before more is begun", async () => {
  const clock = virtualClock(1_000);
  const { agent, model } = await planningScene(
    (asked) => {
      if (isSub(asked)) return { text: "ok", latency: "1m" };
      if (asked.last === "Stop.") return "Stopped.";
      return asked.results.length === 0 ? call("plan_add", TRIP) : call("plan_work");
    },
    { clock, plan: { parallel: 1, review: "never" } },
  );
  const solving = agent.solve("A trip.");
  await clock.advance("30s");
  await agent.steer("Stop.");
  await clock.advance("10m");
  const result = await solving;
  expect(result.answer).toBe("Stopped.");
  expect(result.plan?.todos.map(({ end }) => end)).toEqual(["done", "never-started", "never-started"]);
  expect(model.calls).toHaveLength(4);
});

test("a tree of agents may take 1,000 steps, also where the limit is undefined", () => {
  const llm = new LLMManager({ models: [scripted(() => "ok")] });
  for (const limits of [{}, { steps: undefined }] as object[]) {
    expect(planningOptions({ name: "planner", llm, limits }).limits).toEqual({ steps: 1_000 });
  }
});

test("options that cannot be are refused where it is defined", () => {
  const llm = new LLMManager({ models: [scripted(() => "")] });
  const define = (options: object) => () => definePlanningAgent({ name: "p", llm, ...options });
  const adder = tool({ name: "add", description: "Adds.", input: z.object({}), access: "read", run: () => 1 });
  expect(define({ plan: { parallel: 0 } })).toThrow("plan.parallel");
  expect(define({ plan: { review: "often" } })).toThrow("plan.review");
  expect(define({ plan: { reserve: 1 } })).toThrow("plan.reserve");
  expect(define({ plan: { todos: 3 } })).toThrow(/todos/);
  expect(define({ subAgents: [{ name: "a b" }] })).toThrow("the name of a sub-agent");
  expect(define({ subAgents: [{ name: "a" }, { name: "a" }] })).toThrow('got: a second "a"');
  const elsewhere = definePlanningAgent({ name: "elsewhere", llm: new LLMManager() });
  // It would not hold.
  expect(define({ subAgents: [{ agent: elsewhere, limits: { steps: 5 } } as never] })).toThrow(
    /sub-agent "elsewhere" .*, which is defined elsewhere(.|\n)*expected: agent, description, share\n *got: "limits"/,
  );
  expect(define({ subAgents: [{ name: "a", share: 2 }] })).toThrow("share");
  expect(define({ subAgents: [{ name: "a", wrong: 2 }] })).toThrow(/wrong/);
  expect(define({ createAgents: { models: ["x"] } })).toThrow("createAgents.models");
  expect(define({ createAgents: { tool: ["x"] } })).toThrow(/createAgents[^]*got: "tool"/);
  for (const createAgents of [true, null, 3, "all", []]) {
    expect(define({ createAgents })).toThrow(
      expect.objectContaining({ code: "invalid-option", expected: expect.stringContaining("or false") }),
    );
  }
  expect(define({ createAgents: { tools: "add" } })).toThrow("createAgents.tools");
  expect(define({ createAgents: { models: "gpt" } })).toThrow("createAgents.models");
  expect(define({ createAgents: { tools: ["ad"] } })).toThrow(/createAgents.tools[^]*expected: none[^]*got: "ad"/);
  expect(define({ tools: [adder], createAgents: { tools: ["add", "ad"] } })).toThrow(/expected: add\n[^]*got: "ad"/);
  // A registry may be given it later.
  expect(define({ tools: new ToolRegistry(), createAgents: { tools: ["add"] } })).not.toThrow();
  expect(define({ subAgents: [{ name: "a", limits: { steps: 0 } }] })).toThrow("limits.steps");
  expect(define({ subAgents: [{ name: "a", settings: { temp: 1 } }] })).toThrow(/temp/);
  expect(define({ wrong: 1 })).toThrow(/wrong/);
  expect(define({ subagents: [] })).toThrow(/expected: .*subAgents[^]*got: "subagents"/);
});

test.each([
  ["of the planner's", { limits: { usd: 1 }, own: {} }],
  ["of the sub-agent's own", { limits: {}, own: { limits: { usd: 1 } } }],
])("a limit in dollars %s and a sub-agent without a price are refused before the first message", async (_, given) => {
  const llm = new LLMManager({ models: [scripted(() => "", { model: "priced", price: { input: 1, output: 1 } })] });
  const unpriced = new LLMManager({ models: [scripted(() => "", { model: "free" })] });
  const { limits, own } = given;
  const sub = { name: "a", llm: unpriced, ...own };
  const elsewhere = { agent: defineReactAgent(sub) };
  const planning = { agent: definePlanningAgent({ name: "b", llm, subAgents: [elsewhere] }) };
  for (const [index, subAgent] of [sub, elsewhere, planning].entries()) {
    const Planner = definePlanningAgent({ name: `p${index}`, llm, limits, subAgents: [subAgent] });
    await expect(new AitorHost().open(Planner, "1")).rejects.toMatchObject({ code: "price-unknown" });
  }
});

test("without a limit in dollars a price need not be known", async () => {
  const llm = new LLMManager({ models: [scripted(() => "fine", { model: "free" })] });
  const Planner = definePlanningAgent({ name: "p", llm, subAgents: [{ name: "a", limits: { steps: 2 } }] });
  const planner = await new AitorHost().open(Planner, "1");
  expect(await planner.chat("Well?")).toBe("fine");
});

test.each([{}, { usd: 1 }])("a planner that gives todos to its like opens under the limits %j", async (limits) => {
  const price = { input: 1, output: 1 };
  const llm = new LLMManager({ models: [scripted(() => "fine", { model: "priced", price })] });
  class Planner extends PlanningReactAgent {
    override readonly name = "p";
    protected override planning(): PlanningDefinition<Record<string, unknown>, Record<string, never>> {
      return { llm, limits, subAgents: [{ agent: Planner }] };
    }
  }
  const planner = await new AitorHost().open(Planner, "1");
  expect(await planner.chat("Well?")).toBe("fine");
});
