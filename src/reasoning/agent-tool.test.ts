// An agent as a tool of another one.
import { expect, test } from "vitest";
import { z } from "zod";
import { agentRef, AitorHost } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager } from "../llm/index.ts";
import { crashingJournal, type CrashPoint, MockProvider, virtualClock } from "../testing/index.ts";
import { type AnyTool, tool } from "../tools/index.ts";
import { ReactAgent, type ReactOutcome } from "./index.ts";
import { adder, calling, scene, subject } from "./reasoning.fixture.ts";

async function pair(
  outer: ConstructorParameters<typeof MockProvider>[0],
  inner: ConstructorParameters<typeof MockProvider>[0],
  more = {},
  journal: Journal = memoryJournal(),
) {
  const clock = virtualClock(1_000);
  const price = { input: 0.37, output: 1.13 };
  const models = { outer: new MockProvider(outer, { clock, price }), inner: new MockProvider(inner, { clock, price }) };
  const Helper = subject.define({
    name: "helper",
    llm: new LLMManager({ models: [models.inner], clock }),
    tools: [adder()],
    repetition: Infinity,
  });
  const host = new AitorHost({ clock, journal, agents: [Helper] });
  const helper = await host.open(Helper, "1");
  const Boss = subject.define({
    name: "boss",
    llm: new LLMManager({ models: [models.outer], clock }),
    tools: [helper.asTool({ description: "Helps with sums." })],
    ...more,
  });
  return { boss: await host.open(Boss, "1"), helper, models, clock, host };
}

test("an agent asks another one as a tool, which remembers", async () => {
  const { boss, helper, models } = await pair(
    [calling(["helper", { problem: "2 + 3?" }]), "Five, it says."],
    [calling(["add", { a: 2, b: 3 }]), "Five."],
  );
  expect(await boss.solve("Ask for 2 + 3.")).toMatchObject({ answer: "Five, it says." });
  expect(models.outer.calls[1]?.prompt.at(-1)).toMatchObject({
    role: "tool",
    content: [{ output: { value: "Five." } }],
  });
  expect((await helper.read()).messages()).toHaveLength(4);
});

test.each([
  ["1st agent", "_1st_agent"],
  ["über", "_ber"],
  ["a".repeat(70), "a".repeat(64)],
])("agent %j is a tool without a name of its own", async (name, called) => {
  const llm = new LLMManager({ models: [new MockProvider([])] });
  const agent = new ReactAgent({ name, llm });
  expect(agent.asTool({ description: "Answers." }).name).toBe(called);
});

test("what it spends counts in the caller's budget, which it cannot exceed", async () => {
  const { boss, models } = await pair(
    [calling(["helper", { problem: "Go on for ever." }]), "Enough."],
    [calling(["add", { a: 1, b: 1 }])],
    { limits: { steps: 11 }, repetition: Infinity },
  );
  const result = await boss.solve("Ask.");
  expect(result).toMatchObject({ answer: "Enough.", status: "answered" });
  expect(models.inner.calls.length).toBeLessThanOrEqual(5);
  expect(result.trace.find(({ type }) => type === "observe")?.text).toMatch(/it gave no answer.*limited/);
});

test("calls side by side take what the ones before them gave back, however large a part each may have", async () => {
  const usage = { inputTokens: 100, outputTokens: 100 };
  const { boss, helper, models } = await pair(
    [{ ...calling(["sums", { problem: "1" }], ["sums", { problem: "2" }], ["sums", { problem: "3" }]), usage }, "All."],
    [{ text: "Done.", usage }],
    { limits: { tokens: 5_000, steps: 10 } },
  );
  boss.tools.add(helper.asTool({ name: "sums", description: "Sums.", share: 1, agent: "each-call" }));
  const result = await boss.solve("Ask.");
  expect(result.trace.flatMap(({ type, outcome }) => (type === "observe" ? outcome : []))).toEqual(["ok", "ok", "ok"]);
  expect(models.inner.calls).toHaveLength(3);
  expect(await boss.replay(result.run)).toMatchObject({ same: true });
});

test("a call that had its part before a restart keeps it, whoever waits behind it", async () => {
  const live = async (journal: Journal, point?: CrashPoint) => {
    const crashing = crashingJournal(journal, point);
    const { boss, clock } = await pair(
      [calling(["helper", { problem: "1" }], ["helper", { problem: "2" }])],
      ["Done."],
      { limits: { steps: 2 } },
      crashing,
    );
    const solving = boss.solve("Ask.", { id: "m" });
    solving.catch(() => {});
    if (point === undefined) await clock.advance(0);
    else await crashing.crashed;
    return { appends: crashing.appends, solving, boss };
  };
  const whole = await live(memoryJournal());
  const outcomes = ({ trace }: Awaited<typeof whole.solving>) =>
    trace.flatMap(({ type, outcome }) => (type === "observe" ? outcome : []));
  expect(outcomes(await whole.solving)).toEqual(["ok", "tool-failed"]);
  for (let append = 2; append < whole.appends; append++) {
    const journal = memoryJournal();
    await live(journal, { append, when: "after" });
    const { solving, boss } = await live(journal);
    expect(outcomes(await solving), `a crash after append ${append}`).toEqual(["ok", "tool-failed"]);
    expect(await boss.replay("boss/1/m")).toMatchObject({ same: true });
  }
});

test("an approval in an agent that is a tool is listed and answered as its own", async () => {
  const { boss, helper, clock, host } = await pair(
    [calling(["helper", { problem: "Pay." }]), "Paid."],
    [calling(["add", { a: 1, b: 1 }]), "Done."],
  );
  helper.tools.add({ ...adder(), name: "sum", approval: true });
  void host;
  await helper.tools.remove("add");
  helper.tools.add({ ...adder(), approval: true });
  const solving = boss.solve("Ask.");
  await clock.advance(0);
  const [asked] = await helper.approvals();
  expect(asked).toMatchObject({ tool: "add" });
  await helper.approve(asked!);
  expect(await solving).toMatchObject({ answer: "Paid." });
});

test("the caller's deadline ends the wait for an approval in an agent that is a tool", async () => {
  const script = [calling(["add", { a: 1, b: 1 }]), "Done."];
  const { boss, helper, clock } = await pair([calling(["helper", { problem: "Pay." }])], script, {
    limits: { deadline: 61_000 },
  });
  await helper.tools.remove("add");
  helper.tools.add({ ...adder(), approval: true });
  const solving = boss.solve("Ask.");
  for (let tries = 0; tries < 10; tries++) await clock.advance(0);
  expect(await helper.approvals()).toMatchObject([{ tool: "add", expires: 61_000 }]);
  await clock.advance(60_000);
  const result = await solving;
  expect(result).toMatchObject({ status: "limited", reason: "deadline" });
  expect(await helper.approvals()).toEqual([]);
  expect(await boss.replay(result.run)).toMatchObject({ same: true });
});

test("what it spent is the same in a replay as in a run that went on after a crash, to the last digit", async () => {
  const said = ({ prompt }: { readonly prompt: readonly { readonly role: string }[] }): number =>
    prompt.filter(({ role }) => role === "assistant").length;
  // Sums of these in another order differ in the last digits.
  const inner: ConstructorParameters<typeof MockProvider>[0] = (call) =>
    said(call) < 6
      ? { ...calling(["add", { a: 1, b: said(call) }]), usage: { inputTokens: 8 + said(call), outputTokens: 3 } }
      : "Enough.";
  const outer: ConstructorParameters<typeof MockProvider>[0] = (call) =>
    said(call) === 0 ? calling(["helper", { problem: "Add." }]) : "Done.";
  let kills = 0;
  for (let append = 12; ; append++) {
    const journal = memoryJournal();
    const crashing = crashingJournal(journal, { append, when: "after" });
    const first = await pair(outer, inner, { limits: { usd: 1 } }, crashing);
    const solving = first.boss.solve("Ask.", { id: "m" });
    solving.catch(() => {});
    if ((await Promise.race([solving, crashing.crashed])) !== undefined) break;
    kills++;
    const { boss, helper } = await pair(outer, inner, { limits: { usd: 1 } }, journal);
    const { run, answer } = await boss.solve("Ask.", { id: "m" });
    expect(answer).toBe("Done.");
    expect(await boss.replay(run)).toMatchObject({ same: true });
    const asked = (await helper.read()).trace.at(-1)?.run;
    expect(await helper.replay(asked as string)).toMatchObject({ same: true });
  }
  expect(kills).toBeGreaterThan(10);
});

test("a limit in dollars and an agent without a price that stands as a tool are refused when the agent is opened", async () => {
  const host = new AitorHost();
  const define = (
    name: string,
    tools: readonly AnyTool[],
    more: Partial<Parameters<typeof subject.define>[0]> = {},
  ) => {
    const models = [new MockProvider(["Yes."], name === "free" ? {} : { price: { input: 1, output: 1 } })];
    return subject.define({ name, llm: new LLMManager({ models }), tools, ...more });
  };
  const free = await host.open(define("free", []), "1");
  const between = await host.open(define("between", [free.asTool({ description: "Helps." })]), "1");
  const asks = { ...between.asTool({ description: "Helps." }), approval: true };
  const refused = { code: "price-unknown" };
  await expect(host.open(define("boss", [asks], { limits: { usd: 1 } }), "1")).rejects.toMatchObject(refused);
  const other = await host.open(define("other", [asks]), "1");
  await other.solve("Well?");
  // Each of two may ask the other.
  between.tools.add(other.asTool({ description: "Helps." }));
  await between.tools.remove("free");
  const last = await host.open(define("last", [asks], { limits: { usd: 1 } }), "1");
  expect(await last.chat("Well?")).toBe("Yes.");
});

test("what an agent used that a tool asks by itself counts in the caller's budget where the tool counts it, also after a restart", async () => {
  const live = async (journal: Journal) => {
    const model = new MockProvider(["Here it is."]);
    const Reader = subject.define({ name: "reader", llm: new LLMManager({ models: [model] }) });
    const asks = tool({
      name: "asks",
      description: "Asks the reader.",
      access: "external",
      input: z.object({ n: z.int() }),
      orchestrate: async ({ n }, run, { budget }) => {
        const outcome = await run.ask(agentRef<string, ReactOutcome>("reader"), "1", String(n));
        const { inputTokens, outputTokens, cost } = outcome.usage;
        budget?.count({ spent: { steps: outcome.steps, tokens: inputTokens + outputTokens, usd: cost } });
        return outcome.answer;
      },
    });
    const calls = ({ prompt }: { readonly prompt: readonly unknown[] }) => calling(["asks", { n: prompt.length }]);
    const options = { tools: [asks], limits: { steps: 6 }, clock: virtualClock(1_000), journal };
    const { agent } = await scene(calls, { ...options, host: { agents: [Reader] } });
    return { solving: agent.solve("Ask.", { id: "m" }), agent };
  };
  let kills = 0;
  for (let append = 3; ; append++) {
    const journal = memoryJournal();
    const crashing = crashingJournal(journal, { append, when: "after" });
    const { solving } = await live(crashing);
    solving.catch(() => {});
    if ((await Promise.race([solving, crashing.crashed])) !== undefined) break;
    kills++;
    const next = await live(journal);
    const { run, ...result } = await next.solving;
    expect(result, `a crash after append ${append}`).toMatchObject({ reason: "steps", steps: 3 });
    expect(await next.agent.replay(run)).toMatchObject({ same: true });
  }
  expect(kills).toBeGreaterThan(10);
});
