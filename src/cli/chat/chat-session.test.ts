// What is said while an answer is under way is read at its next turn; what came too late for that is said again after it. What a
// conversation used is what its answers used.
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { AitorHost } from "../../agent/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { LLMManager } from "../../llm/index.ts";
import { defineReactAgent } from "../../reasoning/index.ts";
import { MockProvider } from "../../testing/index.ts";
import { tool } from "../../tools/index.ts";
import { definePlanningAgent } from "../../planning/index.ts";
import { ChatSession } from "./chat-session.ts";
import type { ChatView } from "./chat-view.ts";
import type { AnyReactAgent } from "../watch/hosted-agent.ts";

const VIEW: ChatView = {
  said: () => {},
  event: () => {},
  past: () => {},
  waits: () => {},
  ended: () => Promise.resolve(),
  failed: (error: unknown) => expect.unreachable(String(error)),
  note: () => {},
  ask: () => {},
};

test("what no turn read is said again, once", async () => {
  const said: string[] = [];
  const look = tool({
    name: "look",
    description: "Looks.",
    input: z.object({}),
    access: "read",
    run: async () => {
      await session.say("and hurry");
      return "seen";
    },
  });
  const model = new MockProvider([{ toolCalls: [{ name: "look", input: {} }] }, "I hurry."]);
  // The run ends behind its first turn, whatever is said during that.
  const limits = { steps: 1 };
  const Looker = defineReactAgent({ name: "looker", llm: new LLMManager({ models: [model] }), tools: [look], limits });
  await using host = new AitorHost({ agents: [Looker] });
  const agent = await host.open(Looker, "1");
  const view = { ...VIEW, said: (text: string) => void said.push(text) };
  const session = new ChatSession(
    { agent: agent as unknown as AnyReactAgent, host, origin: { module: import.meta.url } },
    view,
  );
  await session.say("look");
  await session.idle();
  expect(said).toEqual(["look", "and hurry"]);
  expect(session.last).toMatchObject({ status: "answered", answer: "I hurry." });
  expect(session.counts).toEqual({ answered: 1, failed: 1 });
});

test.each([
  ["before", true],
  ["while it waits", false],
])("what a message from elsewhere asks %s is asked here, and then comes the next one", async (_, isAsked) => {
  const paid: string[] = [];
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ to: z.string() }),
    access: "money",
    approval: true,
    run: ({ to }) => {
      paid.push(to);
      return "paid";
    },
  });
  const may = Promise.withResolvers<string>();
  const look = tool({
    name: "look",
    description: "Looks.",
    input: z.object({}),
    access: "read",
    run: () => may.promise,
  });
  const model = new MockProvider([
    { toolCalls: [{ name: "look", input: {} }] },
    { toolCalls: [{ name: "pay", input: { to: "Eve" } }] },
    "Eve is paid.",
    "Hello.",
  ]);
  const Payer = defineReactAgent({ name: "payer", llm: new LLMManager({ models: [model] }), tools: [look, pay] });
  await using host = new AitorHost({ agents: [Payer] });
  const agent = (await host.open(Payer, "1")) as unknown as AnyReactAgent;
  const elsewhere = agent.solve("pay Eve");
  if (isAsked) {
    may.resolve("seen");
    await vi.waitUntil(async () => (await agent.approvals()).length > 0);
  }
  const shown: string[] = [];
  const view: ChatView = {
    ...VIEW,
    note: (text) => void shown.push(text),
    ask: (question) => void shown.push(question?.lines[0] ?? "nothing"),
  };
  const session = new ChatSession({ agent, host, origin: { module: import.meta.url } }, view);
  await session.say("hello");
  may.resolve("seen");
  await vi.waitUntil(() => session.questions.current !== undefined);
  expect(await session.questions.take("y")).toMatchObject({ isOver: true });
  await session.idle();
  expect(shown).toEqual([
    "a message that was sent from elsewhere comes first, and asks",
    expect.stringContaining('pay(to: "Eve") needs your approval') as string,
    "nothing",
  ]);
  expect(paid).toEqual(["Eve"]);
  expect(await elsewhere).toMatchObject({ answer: "Eve is paid." });
  expect(session.last).toMatchObject({ answer: "Hello." });
});

test("a conversation used what its answers did, also sub-agents that were cut off with one", async () => {
  const begun = Promise.withResolvers<void>();
  const wait = tool({
    name: "wait",
    description: "Waits.",
    input: z.object({}),
    access: "read",
    run: () => {
      begun.resolve();
      return new Promise(() => {});
    },
  });
  const delegated = { name: "subagent_delegate", input: { agent: "worker", task: "wait" } };
  const model = new MockProvider([{ toolCalls: [delegated] }, { toolCalls: [{ name: "wait", input: {} }] }]);
  const Boss = definePlanningAgent({ name: "boss", llm: new LLMManager({ models: [model] }), tools: [wait] });
  await using host = new AitorHost({ agents: [Boss] });
  const agent = (await host.open(Boss, "1")) as unknown as AnyReactAgent;
  const session = new ChatSession({ agent, host, origin: { module: import.meta.url } }, VIEW);
  expect((await session.usage()).calls).toBe(0);
  await session.say("go");
  await begun.promise;
  await session.cancel("enough");
  await session.idle();
  expect(session.last?.usage.calls).toBe(2);
  expect(await session.usage()).toEqual(session.last?.usage);
});

test("a call that waits for an approval since before is shown as one that waits", async () => {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ to: z.string() }),
    access: "money",
    approval: true,
    run: () => "paid",
  });
  const model = new MockProvider([{ toolCalls: [{ name: "pay", input: { to: "Eve" } }] }, "Eve is paid."]);
  const Payer = defineReactAgent({ name: "payer", llm: new LLMManager({ models: [model] }), tools: [pay] });
  const journal = memoryJournal();
  const before = new AitorHost({ journal, agents: [Payer] });
  const asking = await before.open(Payer, "1");
  const { id: run, result } = asking.stream("pay Eve");
  result.catch(() => {});
  await vi.waitUntil(async () => (await asking.approvals()).length > 0);
  await before.shutdown({ deadline: 0 });
  await using host = new AitorHost({ journal, agents: [Payer] });
  const agent = (await host.open(Payer, "1")) as unknown as AnyReactAgent;
  const shown: string[] = [];
  const view: ChatView = { ...VIEW, past: () => void shown.push("past"), waits: (key) => void shown.push(key) };
  const session = new ChatSession({ agent, host, origin: { module: import.meta.url } }, view);
  session.attach([run]);
  await vi.waitUntil(() => session.questions.current !== undefined && shown.length > 1);
  expect(new Set(shown)).toEqual(new Set(["past", "react/#1/tool approval[1.1]"]));
  expect(await session.questions.take("y")).toMatchObject({ isOver: true });
  await session.idle();
  expect(session.last).toMatchObject({ answer: "Eve is paid." });
});
