// The accounting of a run has every todo, whatever became of it: what was dropped, and why, what was begun before it was split, and what
// was cut off, each with who was at it and in which run.
import { expect, test } from "vitest";
import { z } from "zod";
import { type MockReply, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { type Asked, isSub, planningScene, todoOf } from "./planning.fixture.ts";

const call = (name: string, input: unknown = {}): MockReply => ({ toolCalls: [{ name, input }] });

const BILL = {
  todos: [
    { id: "pay", content: "pay the bill" },
    { id: "file", content: "file it" },
    { id: "tell", content: "tell Ada", dependsOn: ["file"] },
  ],
};

/** Adds the todos, makes these calls, and answers. Paying fails half-way. */
function clerk(calls: readonly (readonly [name: string, input?: unknown])[]) {
  return (asked: Asked): MockReply => {
    if (isSub(asked)) {
      const fails = todoOf(asked) === "pay the bill";
      return fails ? { text: "half of it is paid", ...(call("nothing") as object) } : `did ${todoOf(asked)}`;
    }
    const [name, input] = [["plan_add", BILL] as const, ...calls][asked.results.length] ?? [];
    return name === undefined ? "That is all." : call(name, input);
  };
}

const below = (run: string, turn: number, todo: string): string =>
  `${run}/react/#${turn}/plan_work[${turn}.1]/worker[${todo}]`;

test("what was dropped is there with the reason, what came of it by then, and the run that was at it", async () => {
  const drop = { ids: ["pay", "tell"], reason: "Ada knows" };
  const { agent } = await planningScene(clerk([["plan_work"], ["plan_drop", drop]]));
  const { run, plan } = await agent.solve("The bill.");
  expect(plan?.todos).toEqual([
    expect.objectContaining({ id: "file", end: "done" }),
    {
      id: "pay",
      content: "pay the bill",
      end: "dropped",
      result: "half of it is paid",
      reason: expect.stringMatching(/^Ada knows; it had failed: errors/) as unknown,
      agent: "worker",
      run: below(run, 2, "pay"),
      tokens: expect.any(Number) as unknown,
    },
    { id: "tell", content: "tell Ada", end: "dropped", reason: "Ada knows" },
  ]);
  expect(plan?.agents.runs).toBe(2);
  expect(plan?.progress.total).toBe(1);
});

test("what was dropped is kept with the memory, and gone with the plan", async () => {
  const drop = { ids: ["pay"], reason: "no" };
  const { agent } = await planningScene((asked) => {
    if (asked.last === "Another one.") return "Fine.";
    return clerk([["plan_drop", drop]])(asked);
  });
  await agent.solve("The bill.");
  await agent.importMemory(JSON.parse(JSON.stringify(await agent.exportMemory())));
  expect((await agent.solve("Another one.")).plan?.todos.map(({ id, end }) => `${id} ${end}`)).toEqual([
    "file never-started",
    "tell never-started",
    "pay dropped",
  ]);
  await agent.clearPlan();
  expect((await agent.solve("Another one.")).plan).toBeUndefined();
});

test("where all was dropped it is told, and the next problem begins anew", async () => {
  const drop = { ids: ["pay", "file", "tell"], reason: "no" };
  const { agent } = await planningScene((asked) => {
    return asked.last === "Another one." ? "Fine." : clerk([["plan_drop", drop]])(asked);
  });
  const { plan } = await agent.solve("The bill.");
  expect(plan?.todos.map(({ end }) => end)).toEqual(["dropped", "dropped", "dropped"]);
  expect((await agent.solve("Another one.")).plan).toBeUndefined();
});

test("what failed before it was split is there beside its parts; a heading that was never begun is not", async () => {
  const split = { id: "pay", parts: [{ id: "rest", content: "pay the rest" }] };
  const other = { id: "tell", parts: [{ id: "write", content: "write to Ada" }] };
  const { agent } = await planningScene(clerk([["plan_work"], ["plan_split", split], ["plan_split", other]]));
  const { run, plan } = await agent.solve("The bill.");
  expect(plan?.todos).toMatchObject([
    { id: "pay", end: "split", result: "half of it is paid", run: below(run, 2, "pay") },
    { id: "rest", end: "never-started" },
    { id: "file", end: "done" },
    { id: "write", end: "never-started" },
  ]);
  expect(plan?.todos[0]?.reason).toContain("errors");
});

test("what is dropped while a sub-agent is at it has its run", async () => {
  const clock = virtualClock(1_000);
  const { agent } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) return { text: "late", latency: "1h" };
      const drop = { name: "plan_drop", input: { ids: ["a"], reason: "too slow" } };
      const turn = asked.results.length;
      if (turn === 0) return call("plan_add", { todos: [{ id: "a", content: "do a" }] });
      if (turn === 1) return { toolCalls: [{ name: "plan_work", input: {} }, drop], latency: "1s" };
      return "over";
    },
    { clock },
  );
  const solving = agent.solve("Do it.");
  await clock.advance("2h");
  const { run, plan } = await solving;
  expect(plan?.todos).toMatchObject([
    { id: "a", end: "dropped", reason: "too slow", agent: "worker", run: below(run, 2, "a") },
  ]);
});

test("what was cut off has who was at it, and the run", async () => {
  const clock = virtualClock(1_000);
  const { agent } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) return { text: "late", latency: "1h" };
      return asked.results.length === 0
        ? call("plan_add", { todos: [{ id: "a/b", content: "do it" }] })
        : call("plan_work");
    },
    { clock },
  );
  const stream = agent.stream("Do it.");
  await clock.advance("1m");
  await stream.cancel("enough");
  const { run, plan } = await stream.result;
  expect(plan?.todos).toMatchObject([
    {
      id: "a/b",
      end: "unfinished",
      reason: "it was cut off: the run ended",
      agent: "worker",
      run: below(run, 2, "a%2Fb"),
    },
  ]);
});

test("who begins a todo again at which another was cut off is told what that one had called, and the plan says that it was cut off", async () => {
  const clock = virtualClock(1_000);
  const paid: string[] = [];
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ to: z.string() }),
    access: "money",
    run: ({ to }) => (paid.push(to), `paid <${to}>`),
  });
  const told: string[] = [];
  const { agent } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) {
        if (asked.results.length > 0) return { text: "late", latency: "1h" };
        told.push(asked.task);
        return told.length === 1 ? { text: "I pay.", ...(call("pay", { to: "Ada" }) as object) } : "It was paid.";
      }
      if (asked.last === "Go on.") {
        const shown = asked.results.find(({ tool: name }) => name === "plan_show");
        if (shown === undefined) return call("plan_show");
        const hasWorked = asked.results.at(-1)?.tool === "plan_work";
        return hasWorked ? String(shown.output) : call("plan_work");
      }
      return asked.results.length === 0 ? call("plan_add", BILL) : call("plan_work", { todos: ["pay"] });
    },
    { clock, tools: [pay] },
  );
  const stream = agent.stream("The bill.");
  while (paid.length === 0) await clock.advance("1s");
  await clock.advance("1m");
  await stream.cancel("enough");
  await stream.result;
  const { answer, plan } = await agent.solve("Go on.");
  expect(answer).toContain("pay ready: pay the bill (by worker; reason: it was cut off: the run ended)");
  expect(plan?.todos[0]).toMatchObject({ end: "done", result: "It was paid." });
  expect(paid).toEqual(["Ada"]);
  expect(told[0]).not.toContain("cutOffBefore");
  expect(JSON.parse(/<material>\n(.*)\n/.exec(told[1] ?? "")?.[1] ?? "")).toEqual({
    cutOffBefore: {
      called: [{ tool: "pay", input: '{"to":"Ada"}', outcome: "ok", result: "paid <Ada>" }],
      said: "I pay.",
    },
  });
});

test("who begins a todo at which several were cut off, one after the other, is told what each of them had called", async () => {
  const clock = virtualClock(1_000);
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    access: "money",
    run: () => "paid",
  });
  const told: string[] = [];
  const { agent } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) {
        if (asked.results.length > 0) return { text: "late", latency: "1h" };
        told.push(asked.task);
        if (told.length === 1) return { text: "I pay.", ...(call("pay") as object) };
        return told.length === 2 ? { text: "late", latency: "1h" } : "It was paid.";
      }
      if (asked.results.length === 0) return call("plan_add", BILL);
      const { role } = asked.call.prompt.at(-1) ?? {};
      return role === "user" || asked.results.at(-1)?.tool === "plan_add"
        ? call("plan_work", { todos: ["pay"] })
        : "over";
    },
    { clock, tools: [pay] },
  );
  for (const times of [1, 2]) {
    const stream = agent.stream("Pay the bill.");
    while (told.length < times) await clock.advance("1s");
    await clock.advance("1m");
    await stream.cancel("enough");
    await stream.result;
  }
  await agent.solve("Pay the bill.");
  expect(JSON.parse(/<material>\n(.*)\n/.exec(told[2] ?? "")?.[1] ?? "")).toEqual({
    cutOffBefore: { called: [{ tool: "pay", input: "{}", outcome: "ok", result: "paid" }], said: "I pay." },
  });
});

test.each([
  ["not made", "nobody had approved", { input: '{"to":"Ada"}', outcome: "not made: nobody had approved it" }],
  ["made with other arguments", "a person changed", { input: '{"to":"Eve"}', outcome: "not known: it was cut off" }],
])("a call is told as %s to who begins a todo again, where %s it when it was cut off", async (_, how, called) => {
  const clock = virtualClock(1_000);
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ to: z.string() }),
    access: "money",
    approval: true,
    run: () => new Promise(() => {}),
  });
  const told: string[] = [];
  const { agent } = await planningScene(
    (asked): MockReply => {
      if (isSub(asked)) return told.push(asked.task) === 1 ? call("pay", { to: "Ada" }) : "It was seen to.";
      if (asked.results.length === 0) return call("plan_add", BILL);
      const { role } = asked.call.prompt.at(-1) ?? {};
      const works = role === "user" || asked.results.at(-1)?.tool === "plan_add";
      return works ? call("plan_work", { todos: ["pay"] }) : "over";
    },
    { clock, tools: [pay] },
  );
  const stream = agent.stream("Pay the bill.");
  await clock.advance("1m");
  for (const asked of how === "a person changed" ? await agent.approvals() : []) await agent.edit(asked, { to: "Eve" });
  await clock.advance("1m");
  await stream.cancel("enough");
  await stream.result;
  await agent.solve("Pay the bill.");
  expect(JSON.parse(/<material>\n(.*)\n/.exec(told[1] ?? "")?.[1] ?? "")).toEqual({
    cutOffBefore: { called: [{ tool: "pay", ...called }] },
  });
});

test("a memory in which neither runs nor dropped todos were known is read", async () => {
  const { agent } = await planningScene(clerk([]));
  await agent.solve("The bill.");
  const file = await agent.exportMemory();
  const { fields } = file.value as { readonly fields: Record<string, unknown> };
  const { dropped: _, ...rest } = fields;
  const older = { ...rest, underWay: ["pay"] };
  expect(await agent.importMemory({ ...file, value: { ...(file.value as object), fields: older } })).toEqual([]);
  expect((await agent.read()).fields).toMatchObject({ underWay: [{ todo: "pay" }], dropped: [] });
});
