// Runs are gone through again offline, and forked at a turn; the original is never touched.
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import type { EventEnvelope } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { tool } from "../tools/index.ts";
import type { ReactOutcome } from "./result/react-result.ts";
import { adder, calling, scene } from "./reasoning.fixture.ts";

const SCRIPT = [
  calling(["add", { a: 1, b: 1 }], ["add", { a: 2, b: 2 }]),
  calling(["nosuch", {}]),
  { text: "2 and 4." },
];

test("a finished run is replayed from its record: the same, with no model asked and no tool called", async () => {
  const add = adder();
  const { agent, model } = await scene(["Hello.", ...SCRIPT], { tools: [add], memory: { maxMessages: 3 } });
  await agent.chat("Hi.");
  const { run, steps } = await agent.solve("Add.");
  expect(steps).toBe(3);
  expect(await agent.replay(run)).toMatchObject({ run, same: true });
  expect(model.calls).toHaveLength(4);
  expect(add.calls).toHaveLength(2);
});

test("a replay asks nothing again that is on record, and calls again what decides and what is told", async () => {
  const told: string[] = [];
  const tell = (text: string) => () => void told.push(text);
  const orchestrated = tool({
    name: "both",
    description: "Adds.",
    input: z.object({}),
    access: "write",
    orchestrate: (_args, run) => {
      told.push("body");
      return run.step("inner", () => told.push("step"));
    },
  });
  const { agent } = await scene([calling(["both", {}]), "Done."], {
    tools: [orchestrated],
    stopWhen: () => (told.push("stopWhen"), false),
    hooks: {
      prepareTurn: tell("prepareTurn"),
      afterModel: tell("afterModel"),
      beforeTool: tell("beforeTool"),
      afterTool: tell("afterTool"),
      afterTurn: tell("afterTurn"),
    },
  });
  const { run } = await agent.solve("Add.");
  told.length = 0;
  expect(await agent.replay(run)).toMatchObject({ same: true });
  expect(told).toEqual(["body", "afterTool", "afterTurn", "stopWhen", "afterTurn"]);
});

test("a replay tells the first difference where the code decides otherwise", async () => {
  const { agent, journal, host } = await scene(SCRIPT, { tools: [adder()] });
  const { run } = await agent.solve("Add.");
  await host.shutdown();
  const other = await scene(SCRIPT, { tools: [adder()], journal, limits: { steps: 2 } });
  const report = await other.agent.replay(run);
  expect(report).toMatchObject({
    same: false,
    difference: { recorded: 'step "react/#3/think"', replayed: "the end of what it is in" },
  });
});

test("a run from before its record said that a loop is its last is replayed, too", async () => {
  const journal = memoryJournal();
  const read = journal.read.bind(journal);
  journal.read = async function* (stream, from) {
    for await (const event of read(stream, from)) {
      const { closes: _, ...data } = event.data as { readonly closes?: unknown };
      yield event.type === "loop-finished" ? { ...event, data } : event;
    }
  };
  const { agent } = await scene(["Done."], { journal });
  const { run } = await agent.solve("Well?");
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("a run from before thoughts left the count of repetition as it is is replayed, too", async () => {
  const counts = [1, 2, 0, 1, 0];
  const journal = memoryJournal();
  const read = journal.read.bind(journal);
  journal.read = async function* (stream, from) {
    for await (const event of read(stream, from)) {
      const data = event.data as { next?: { turns: number }; result?: { same?: number } };
      const { next, result } = data;
      if (event.type === "turn-finished" && next !== undefined) {
        yield { ...event, data: { ...data, next: { ...next, same: counts[next.turns - 1] } } };
      } else if (result?.same !== undefined) {
        const { same: _, ...before } = result;
        yield { ...event, data: { ...data, result: before } };
      } else yield event;
    }
  };
  const use = '{"action":"use_tool","calls":[{"tool":"add","input":{"a":1,"b":1}}]}';
  const think = '{"action":"think","thought":"Hm."}';
  const script = [use, use, think, use, think, '{"action":"result","answer":"2"}'];
  const { agent } = await scene(script, { journal, tools: [adder()], dialect: "json", repetition: Infinity });
  const { run } = await agent.solve("Add.");
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("steering and approvals are replayed where they were", async () => {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    access: "money",
    approval: true,
    run: () => "paid",
  });
  const { agent, clock } = await scene([calling(["pay", {}], ["pay", {}]), "Done."], { tools: [pay] });
  const solving = agent.solve("Pay.");
  await clock.advance(0);
  const [first, second] = await agent.approvals();
  await agent.reject(first!, "no");
  await agent.steer("Be brief.");
  await agent.approve(second!);
  const { run } = await solving;
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("a steering message that came while the model was writing is replayed there", async () => {
  const { agent, clock } = await scene([calling(["add", { a: 1, b: 1 }]), { text: "2", latency: "1s" }, "deux"], {
    tools: [adder()],
  });
  const solving = agent.solve("1 + 1?");
  await clock.advance(500);
  await agent.steer("In French.");
  await clock.advance(1_000);
  const { run, steps } = await solving;
  expect(steps).toBe(3);
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("a steering message that came between two turns is read in the next, and replayed there", async () => {
  // A journal that says that the first turn's end is durable when somebody steers.
  const steered = Promise.withResolvers<void>();
  let steering: Promise<void> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const journal = memoryJournal();
  const append = journal.append.bind(journal);
  journal.append = async (batch, options) => {
    const before = last;
    const appended = append(batch, options);
    if (batch.some(({ type }) => type === "message-steered")) steered.resolve();
    const isTurn = batch.some(({ type }) => type === "turn-finished");
    if (isTurn) steering ??= setImmediate().then(() => agent.steer("In French. ".repeat(400)));
    last = Promise.all([before, appended, isTurn && steered.promise]);
    await last;
  };
  const { agent, host, model } = await scene([calling(["add", { a: 1, b: 1 }]), "deux"], {
    tools: [adder()],
    compaction: {},
    memory: { contextTokens: 400 },
    journal,
  });
  const { run, answer } = await agent.solve("1 + 1?");
  await steering;
  expect(answer).toBe("deux");
  expect(JSON.stringify(model.calls[1]?.prompt.at(-1))).toContain("In French. ");
  const recorded = await Array.fromAsync(host.runs.events(run), ({ type, key }) => `${type} ${key}`);
  expect(recorded.slice(recorded.indexOf("turn-finished react")).slice(0, 3)).toEqual([
    "turn-finished react",
    "message-steered ",
    "step-started react/#2/think",
  ]);
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test.each(["native", "json"] as const)(
  "what the system said counts for a summary, in a replay too (%s)",
  async (dialect) => {
    const adds =
      dialect === "native"
        ? calling(["add", { a: 1, b: 1 }])
        : { text: '{"action": "use_tool", "tool": "add", "input": {"a": 1, "b": 1}}' };
    const end = dialect === "native" ? "2" : '{"action": "result", "answer": "2"}';
    const { agent, model } = await scene(
      ({ prompt }, n) => (JSON.stringify(prompt[0]).includes("Sum up") ? "A summary." : n < 16 ? adds : end),
      {
        dialect,
        tools: [adder()],
        compaction: {},
        repetition: Infinity,
        memory: { contextTokens: dialect === "native" ? 300 : 700 },
        instructions: "Add. ".repeat(100),
      },
    );
    const { run, status } = await agent.solve("1 + 1?");
    expect(status).toBe("answered");
    expect(model.calls.some(({ prompt }) => JSON.stringify(prompt[0]).includes("Sum up"))).toBe(true);
    expect(await agent.replay(run)).toMatchObject({ same: true });
  },
);

test("a prompt that was longer than the model reads is shortened in a replay too", async () => {
  const overflow = {
    fault: { at: "start", kind: "status", status: 400, message: "maximum context length exceeded" },
  } as const;
  const add = calling(["add", { a: 1, b: 1 }]);
  const { agent } = await scene([add, add, add, overflow, "2"], { tools: [adder()], repetition: Infinity });
  const result = await agent.solve("1 + 1?");
  expect(result).toMatchObject({ status: "answered", answer: "2", steps: 5 });
  expect(await agent.replay(result.run)).toMatchObject({ same: true });
});

test("what was spent of a budget is replayed", async () => {
  const { agent } = await scene(SCRIPT, { tools: [adder()], limits: { tokens: 100_000 } });
  const { run } = await agent.solve("Add.");
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("so is what of it is an estimate, where a provider does not say what it used", async () => {
  const script = SCRIPT.map((reply) => ({ ...reply, usage: "unknown" as const }));
  const { agent, host } = await scene(script, { tools: [adder()], limits: { tokens: 100_000 } });
  const { run } = await agent.solve("Add.");
  const turns = (await Array.fromAsync(host.runs.events(run))).filter(({ type }) => type === "turn-finished");
  const { next } = turns.at(-1)!.data as { readonly next: { readonly budget: { readonly estimated: unknown } } };
  expect(next.budget.estimated).toMatchObject({ tokens: expect.toSatisfy((tokens: number) => tokens > 0) });
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("a run within another one's budget in which no model answered is replayed: what failed calls used is on no record", async () => {
  const { agent } = await scene([{ text: "Half of it.", fault: { kind: "disconnect", at: "text" } }]);
  const { run, status, usage } = (await agent.ask({ problem: "Go.", grant: { tokens: 50_000 } })) as ReactOutcome;
  expect(status).toBe("failed");
  expect(usage.outputTokens).toBeGreaterThan(0);
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("a run that has not finished cannot be replayed, and one that is not there is unknown", async () => {
  const { agent, clock } = await scene([{ text: "Late.", latency: "1h" }]);
  const stream = agent.stream("Go.");
  await clock.advance(0);
  await expect(agent.replay(stream.id)).rejects.toMatchObject({ code: "run-not-finished" });
  await expect(agent.replay("solver/1/none")).rejects.toMatchObject({ code: "run-unknown" });
});

test("a replay in which nothing ends what was cut off tells that, and does not wait for ever", async () => {
  let guarded = 0;
  const slow = tool({
    name: "slow",
    description: "Takes long.",
    input: z.object({}),
    access: "read",
    run: (_args, { abortSignal }) => new Promise((_, reject) => abortSignal.addEventListener("abort", reject)),
  });
  const { agent } = await scene([calling(["add", { a: 1, b: 1 }], ["slow", {}])], {
    tools: [adder(), slow],
    hooks: {
      afterTool: () => {
        if (guarded++ === 0) throw new Error("That is enough.");
      },
    },
  });
  const { run, reason } = await agent.solve("Go.");
  expect(reason).toBe("code");
  expect(await agent.replay(run)).toMatchObject({
    same: false,
    difference: { replayed: 'code that waits for step "react/#1/slow[1.2]"' },
  });
});

test("a fork goes on from the end of a turn, in an agent of its own", async () => {
  const add = adder();
  const journal = memoryJournal();
  const { agent, model } = await scene(["Hello.", ...SCRIPT, "Another end."], { tools: [add], journal });
  await agent.chat("Hi.");
  const { run } = await agent.solve("Add.");
  const before = await Array.fromAsync(journal.read(run));
  const { agent: forked, stream } = await agent.forkRun(run, { at: 1, as: "fork" });
  expect(forked.id).toBe("fork");
  expect(await stream.result).toMatchObject({ status: "answered", answer: "Another end.", steps: 2 });
  expect(await Array.fromAsync(journal.read(run))).toEqual(before);
  expect(model.calls.at(-1)?.prompt.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "user",
    "assistant",
    "tool",
  ]);
  expect(add.calls).toHaveLength(2);
  expect((await forked.read()).messages().map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "user",
    "assistant",
    "tool",
    "tool",
    "assistant",
  ]);
  expect(await forked.chat("And now?")).toBe("Another end.");
  expect((await agent.read()).messages().at(-1)).toMatchObject({ parts: [{ text: "2 and 4." }] });
});

test("a fork of an agent or of its run is of its class", async () => {
  const { agent } = await scene(["4", "5"]);
  const { run } = await agent.solve("2 + 2?");
  const { agent: forked, stream } = await agent.forkRun(run, { at: 0 });
  await stream.result;
  for (const fork of [await agent.fork("2"), forked]) {
    expect(fork.constructor).toBe(agent.constructor);
    expect((await fork.getMemoryStats()).runs).toBe(1);
  }
});

test("a fork at a turn that there is not says how many there are", async () => {
  const { agent, host } = await scene(SCRIPT, { tools: [adder()] });
  const { run } = await agent.solve("Add.");
  await expect(agent.forkRun(run, { at: 3 })).rejects.toMatchObject({
    code: "invalid-option",
    expected: `at most 2, the turns of run "${run}" that have ended`,
  });
  for (const at of [-1, 1.5, NaN, Infinity]) {
    await expect(agent.forkRun(run, { at })).rejects.toMatchObject({ code: "invalid-option" });
  }
  expect(await host.list()).toHaveLength(1);
});

test("a fork asks before a once step beyond the turn is done again", async () => {
  const sent: string[] = [];
  const send = tool({
    name: "send",
    description: "Sends.",
    input: z.object({}),
    access: "write",
    run: () => (sent.push("x"), "sent"),
  });
  const { agent, clock, journal } = await scene([calling(["send", {}]), "Sent.", calling(["send", {}]), "Hm."], {
    tools: [send],
  });
  const { run } = await agent.solve("Send.");
  const { agent: forked, stream } = await agent.forkRun(run, { at: 0 });
  await clock.advance(0);
  expect(sent).toEqual(["x"]);
  const events: EventEnvelope[] = await Array.fromAsync(journal.read(stream.id));
  expect(events.some(({ type }) => type === "step-abandoned")).toBe(true);
  const result = await stream.result;
  // In memory nobody could answer: the call fails, and is not made again.
  expect(result.trace.find(({ type }) => type === "observe")).toMatchObject({ outcome: "in-doubt" });
  expect(sent).toEqual(["x"]);
  expect(await forked.getMemoryStats()).toMatchObject({ runs: 1 });
});
