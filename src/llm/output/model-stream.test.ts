// - a stream tells the same to its reader and to `onEvent`, to the end; as `generate` does
// - calls of `next` that wait at once are answered in their order; none waits for ever
import { describe, expect, test } from "vitest";
import { MockProvider, type MockReply } from "../../testing/index.ts";
import { LLMManager, type ModelEvent, type ModelRequestOptions, userMessage } from "../index.ts";

const messages = [userMessage("hi")];
const managerOf = (reply: MockReply): LLMManager => new LLMManager({ models: [new MockProvider([reply])], retry: 1 });
const failing: MockReply = { fault: { kind: "status", status: 400, at: "start" } };

describe("whoever listens by onEvent", () => {
  test("is told what the reader of a stream is told", async () => {
    const heard: ModelEvent[] = [];
    const read: ModelEvent[] = [];
    const stream = managerOf("hello").stream({ messages, onEvent: (event) => heard.push(event) });
    for await (const event of stream) read.push(event);
    expect(read.length).toBeGreaterThan(1);
    expect(heard).toEqual(read);
  });

  test.each<[string, Partial<ModelRequestOptions>]>([
    ["a text", {}],
    ["an object", { output: { schema: jsonTexts(), jsonSchema: { type: "string" } } }],
  ])("is told the end of what generate gives: %s", async (_, options) => {
    const heard: ModelEvent[] = [];
    const reply = await managerOf('"hello"').generate({ messages, ...options, onEvent: (event) => heard.push(event) });
    expect(heard.at(-1)).toEqual({ type: "finished", reply });
    expect(heard.filter(({ type }) => type === "finished")).toHaveLength(1);
  });

  test("may throw, and the reader is told all the same", async () => {
    const read: string[] = [];
    const onEvent = (): void => {
      throw new Error("mine");
    };
    for await (const { type } of managerOf("hello").stream({ messages, onEvent })) read.push(type);
    expect(read.at(-1)).toBe("finished");
  });
});

describe("calls of next at once", () => {
  test("are answered in their order", async () => {
    const iterator = managerOf({ text: "hello", pause: 1 }).stream({ messages })[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 9 }, () => iterator.next()));
    const told = results.flatMap(({ value, done }) => (done === true ? [] : [value]));
    expect(told.map((event) => (event.type === "text-delta" ? event.text : event.type)).join("")).toBe("hellofinished");
    expect(results.at(-1)).toEqual({ done: true, value: undefined });
  });

  test("are told of a failure once, then of the end", async () => {
    const iterator = managerOf(failing).stream({ messages })[Symbol.asyncIterator]();
    const settled = await Promise.allSettled([iterator.next(), iterator.next()]);
    expect(settled).toMatchObject([
      { status: "rejected", reason: { code: "model-refused" } },
      { status: "fulfilled", value: { done: true } },
    ]);
  });

  test("end when the reader leaves", async () => {
    const iterator = managerOf({ text: "hello", pause: 1 }).stream({ messages })[Symbol.asyncIterator]();
    const waiting = [iterator.next(), iterator.next()];
    await iterator.return?.();
    expect(await Promise.all(waiting)).toMatchObject([{ done: true }, { done: true }]);
  });
});

function jsonTexts() {
  return {
    "~standard": { version: 1 as const, vendor: "own", validate: (value: unknown) => ({ value: value as string }) },
  };
}
