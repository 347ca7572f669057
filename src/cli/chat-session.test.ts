// What is said while an answer is under way is read at its next turn; what came too late for that is said again after it.
import { expect, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { LLMManager } from "../llm/index.ts";
import { defineReactAgent } from "../reasoning/index.ts";
import { MockProvider } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { ChatSession } from "./chat-session.ts";
import type { AnyReactAgent } from "./hosted-agent.ts";

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
  const view = {
    said: (text: string) => void said.push(text),
    event: () => {},
    past: () => {},
    ended: () => Promise.resolve(),
    failed: (error: unknown) => expect.unreachable(String(error)),
    note: () => {},
    ask: () => {},
  };
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
