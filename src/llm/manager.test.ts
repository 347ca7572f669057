// - a model's answer comes as events and as one reply; reading it is not needed for it to go on
import { expect, test } from "vitest";
import { MockProvider, virtualClock } from "../testing/index.ts";
import { LLMManager, type ModelEvent, textOf, userMessage } from "./index.ts";

const hi = [userMessage("hi")];

test("a text comes in pieces, then as a reply", async () => {
  const manager = new LLMManager({ models: [new MockProvider(["hello world, how are you?"])] });
  const events: ModelEvent[] = [];
  const stream = manager.stream({ messages: hi });
  for await (const event of stream) events.push(event);
  const text = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  expect(text).toBe("hello world, how are you?");
  const reply = await stream.reply;
  expect(textOf(reply.message)).toBe(text);
  expect(events.at(-1)).toEqual({ type: "finished", reply });
  expect(reply).toMatchObject({
    finishReason: "stop",
    model: "mock/scripted",
    calls: [{ outcome: "answered", key: "default" }],
  });
});

test("a failure is tried again", async () => {
  const clock = virtualClock();
  const mock = new MockProvider([{ fault: { kind: "status", status: 500, at: "start" } }, "ok"], { clock });
  const manager = new LLMManager({ models: [mock], clock });
  const reply = manager.generate({ messages: hi });
  await clock.advance("1s");
  expect(textOf((await reply).message)).toBe("ok");
});
