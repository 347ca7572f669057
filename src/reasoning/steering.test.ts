// What is said into a run in progress: on record, read when the model is asked next, never lost; also while it waits, and from elsewhere.
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { AitorHost, defineAgent } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager } from "../llm/index.ts";
import { MockProvider, virtualClock } from "../testing/index.ts";
import { type AnyTool, tool } from "../tools/index.ts";
import { recordedPrompt } from "./dialect/recorded-prompt.ts";
import { ReasoningEngine } from "./turn/reasoning-engine.ts";
import { adder, calling, scene } from "./reasoning.fixture.ts";

function held(): { tool: AnyTool; open: () => void } {
  const gate = Promise.withResolvers<string>();
  const hold = tool({
    name: "hold",
    description: "Holds.",
    input: z.object({}),
    access: "read",
    run: () => gate.promise,
  });
  return { tool: hold, open: () => gate.resolve("let go") };
}

test("a steering message is read at the next turn, behind what the tools gave", async () => {
  const hold = held();
  const { agent, clock, model } = await scene([calling(["hold", {}]), "In French, then."], { tools: [hold.tool] });
  const solving = agent.solve("Write.");
  while (model.calls.length === 0) await clock.advance(0);
  await agent.steer("In French, please.");
  hold.open();
  expect(await solving).toMatchObject({ answer: "In French, then.", steps: 2 });
  expect(model.calls[1]?.prompt.slice(-2)).toMatchObject([
    { role: "tool" },
    { role: "user", content: [{ text: "In French, please." }] },
  ]);
});

/** A handler that does something before it solves, in which it is steered. */
const solver = (engine: ReasoningEngine, before: () => Promise<unknown>) =>
  defineAgent({
    name: "solver",
    ...engine.memory(),
    onReceive: async (problem: string, ctx) => {
      await ctx.step("before", () => before().then(() => null));
      return engine.solve(ctx, { problem });
    },
  });

test("what is said before the first turn is read in that, and stays behind what was asked", async () => {
  const clock = virtualClock(1_000);
  const journal = memoryJournal();
  const model = new MockProvider(["Done, in French.", "Again."], { clock });
  const engine = new ReasoningEngine({ llm: new LLMManager({ models: [model], clock }) });
  const said = { id: "1", content: "In French, please." };
  const note = (): Promise<unknown> => host.runs.note("solver/1/m", "message-steered", said);
  const Solver = solver(engine, note);
  const host = new AitorHost({ journal, clock, agents: [Solver] });
  const agent = await host.open(Solver, "1");
  expect(await agent.ask("Write.", { id: "m" })).toMatchObject({ answer: "Done, in French.", steps: 1 });
  const shown = [{ role: "user", content: [{ text: "Write." }, { text: "In French, please." }] }];
  expect(model.calls.map(({ prompt }) => prompt)).toMatchObject([shown]);
  const prompt = await recordedPrompt(journal, "solver/1/m", "react/#1/think");
  expect(prompt).toMatchObject({
    messages: [{ role: "user" }, { parts: [{ text: "In French, please." }] }],
    missing: [],
  });
  expect(prompt?.calls[0]?.promptHash).toBe(prompt?.hash);
  expect(await host.runs.replay(agent, "solver/1/m")).toMatchObject({ same: true });
  expect((await agent.read()).messages().map(({ role }) => role)).toEqual(["user", "user", "assistant"]);
});

test("what was said while a model was asked that did not answer before its process ended is read when it is asked again", async () => {
  const hangs = (): Promise<never> => new Promise(() => {});
  const first = await scene(hangs);
  first.agent.solve("Write.", { id: "m" }).catch(() => {});
  while (first.model.calls.length === 0) await first.clock.advance(0);
  await first.agent.steer("In French, please.");
  await first.host.shutdown({ deadline: 0 });
  const second = await scene(hangs, { journal: first.journal });
  await second.host.ready();
  while (second.model.calls.length === 0) await second.clock.advance(0);
  await second.agent.steer("In short.");
  await second.host.shutdown({ deadline: 0 });
  const { agent, model, journal } = await scene(["Oui."], { journal: first.journal });
  expect(await agent.solve("Write.", { id: "m" })).toMatchObject({ answer: "Oui.", steps: 1 });
  const said = [{ text: "Write." }, { text: "In French, please." }, { text: "In short." }];
  expect(model.calls[0]?.prompt).toMatchObject([{ role: "user", content: said }]);
  expect((await recordedPrompt(journal, "solver/1/m", "react/#1/think"))?.messages).toHaveLength(3);
  expect(await agent.replay("solver/1/m")).toMatchObject({ same: true });
  const later = await scene([], { journal });
  expect((await later.agent.read()).messages()).toEqual((await agent.read()).messages());
});

test("the same call counts anew where somebody steered before it, also in the question that led to it", async () => {
  const add = calling(["add", { a: 1, b: 1 }]);
  const options = { tools: [adder()], repetition: 3 };
  const first = await scene((_, n) => (n < 4 ? add : new Promise<never>(() => {})), options);
  first.agent.solve("Add.", { id: "m" }).catch(() => {});
  while (first.model.calls.length < 4) await first.clock.advance(0);
  await first.agent.steer("Add once more, please.");
  await first.host.shutdown({ deadline: 0 });
  const { agent } = await scene([add, "Done."], { ...options, journal: first.journal });
  expect(await agent.solve("Add.", { id: "m" })).toMatchObject({ answer: "Done.", steps: 5 });
  expect(await agent.replay("solver/1/m")).toMatchObject({ same: true });
});

test("what was to be the answer is not, where somebody steered meanwhile", async () => {
  const { agent, clock, model } = await scene([{ text: "Done.", latency: "1s" }, "Done, in French."]);
  const solving = agent.solve("Write.");
  await clock.advance(500);
  await agent.steer("In French, please.");
  await clock.advance(1_000);
  expect(await solving).toMatchObject({ answer: "Done, in French.", steps: 2 });
  expect(model.calls[1]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
});

test("a run that waits for an approval is steered, also by another process", async () => {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    access: "money",
    approval: true,
    run: () => "paid",
  });
  const first = await scene([calling(["pay", {}])], { tools: [pay] });
  void first.agent.solve("Pay.", { id: "m" }).catch(() => {});
  await first.clock.advance(0);
  await first.host.shutdown({ deadline: 0 });
  const second = await scene(["Paid in euros."], { tools: [pay], journal: first.journal });
  await second.host.ready();
  await second.agent.steer("In euros.");
  const [asked] = await second.agent.approvals();
  await second.agent.approve(asked!);
  expect(await second.agent.solve("Pay.", { id: "m" })).toMatchObject({ answer: "Paid in euros." });
  expect(second.model.calls[0]?.prompt.at(-1)).toMatchObject({ role: "user", content: [{ text: "In euros." }] });
});

test("what is said while a run's record is being read is read at the first turn, and stays in memory", async () => {
  const run = "solver/1/m";
  const journal = memoryJournal();
  const read = journal.read.bind(journal);
  let isSaid = false;
  journal.read = async function* (stream, from) {
    yield* read(stream, from);
    if (isSaid || stream !== run) return;
    isSaid = true;
    await agent.steer("In French, please.");
  };
  const { agent, model } = await scene(["Done, in French."], { journal });
  expect(await agent.solve("Write.", { id: "m" })).toMatchObject({ steps: 1 });
  expect(model.calls[0]?.prompt.at(-1)).toMatchObject({ role: "user", content: [{}, { text: "In French, please." }] });
  expect(await agent.replay(run)).toMatchObject({ same: true });
  const later = await scene([], { journal });
  expect((await later.agent.read()).messages()).toEqual((await agent.read()).messages());
});

/** A journal that says later, in order, that such events are durable, and tells when one comes. */
function slow(types: Readonly<Record<string, { readonly ms: number; readonly then?: () => void }>>): Journal {
  const journal = memoryJournal();
  const append = journal.append.bind(journal);
  let last: Promise<unknown> = Promise.resolve();
  journal.append = async (batch, options) => {
    const before = last;
    const appended = append(batch, options);
    const { ms = 0, then } = batch.map(({ type }) => types[type]).find((slowness) => slowness !== undefined) ?? {};
    then?.();
    last = Promise.all([before, appended, ms > 0 && setTimeout(ms)]);
    await last;
  };
  return journal;
}

test("what is being recorded when the model has answered is read before the run ends", async () => {
  let steering: Promise<void> | undefined;
  const journal = slow({
    "step-finished": { ms: 5, then: () => void (steering ??= agent.steer("In French, please.")) },
    "message-steered": { ms: 20 },
  });
  const { agent, model } = await scene(["Done.", "Done, in French."], { journal });
  const { answer, steps, run } = await agent.solve("Write.");
  await steering;
  expect({ answer, steps }).toEqual({ answer: "Done, in French.", steps: 2 });
  expect(model.calls[1]?.prompt.at(-1)).toMatchObject({ role: "user", content: [{ text: "In French, please." }] });
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("who steers while the answer is being recorded is told that the run takes nothing in any more", async () => {
  let steering: Promise<unknown> | undefined;
  const then = (): void => {
    steering ??= agent.steer("In French, please.").catch((error: unknown) => error);
  };
  const { agent, model } = await scene(["Done.", "Twice."], { journal: slow({ "loop-finished": { ms: 5, then } }) });
  const { answer, run } = await agent.solve("Write.");
  expect(answer).toBe("Done.");
  expect(await steering).toMatchObject({ code: "not-under-way", got: "one that is ending" });
  await agent.solve("Again.");
  expect(model.calls[1]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test("there is nothing to steer where no run is under way", async () => {
  const { agent } = await scene(["Yes."], { tools: [adder()] });
  await expect(agent.steer("Stop.")).rejects.toMatchObject({ code: "not-under-way" });
  const { run } = await agent.solve("Well?");
  await expect(agent.steer("Stop.", { run })).rejects.toMatchObject({ code: "not-under-way" });
});
