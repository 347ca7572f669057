// A provider of one's own, whose code breaks what the interface promises:
// - an event that is not as it should be is a reply that cannot be read, told with the field, and asked for again
// - what it says of itself is checked where it is given
// - a `stream` that gives no events is told as that, and not asked again
// - what it throws is tried again where that may help, and never where it says that it does not
// - what breaks behind the end of an answer does not take it back, and what comes there is not added to it
import { expect, test } from "vitest";
import { virtualClock } from "../testing/index.ts";
import { familyNamed } from "./format/prompt-family.ts";
import {
  assistantMessage,
  isModelError,
  LLMManager,
  type LLMProvider,
  type ModelReply,
  textOf,
  userMessage,
} from "./index.ts";

const messages = [userMessage("hi")];
const hello = { type: "text-delta", text: "Hello" };
const stop = { type: "finish", reason: "stop" };

/** As code in JavaScript writes it, or what was `any` there. */
function asked(...replies: readonly unknown[]): Promise<ModelReply> {
  let requests = 0;
  const stream = (): unknown => replies[Math.min(requests++, replies.length - 1)];
  const own = { provider: "own", model: "m", stream } as never;
  const retry = { attempts: 2, initialDelay: 1, maxDelay: 2 };
  return new LLMManager({ models: [own], retry }).generate({ messages });
}

async function* giving(...events: readonly unknown[]): AsyncGenerator<unknown, void> {
  yield* events;
}

test.each<[string, unknown, string, string]>([
  ["a text without one", { type: "text-delta", text: undefined }, '"text" of an event "text-delta"', "undefined"],
  ["a text that is null", { type: "text-delta", text: null }, '"text" of an event "text-delta"', "null"],
  ["reasoning without a text", { type: "reasoning-delta" }, '"text" of an event "reasoning-delta"', "undefined"],
  [
    "a piece of a call without a text",
    { type: "tool-call-delta", id: "1", name: "a" },
    '"text" of an event',
    "undefined",
  ],
  [
    "a call that begins without a name",
    { type: "tool-call-delta", id: "1", text: "" },
    '"name" of an event',
    "undefined",
  ],
  ["a call without an id", { type: "tool-call", name: "add", input: {} }, '"id" of an event "tool-call"', "undefined"],
  [
    "a call whose name is no text",
    { type: "tool-call", id: "1", name: 5, input: {} },
    '"name" of an event',
    "number 5",
  ],
  ["a call whose input is no JSON", { type: "tool-call", id: "1", name: "add", input: { a: 1n } }, ".a", "bigint 1"],
  ["a result that is no JSON", { type: "tool-result", id: "1", name: "a", value: new Date(0) }, "JSON", "Date"],
  ["a file without its type", { type: "file", url: "https://example.com" }, '"mediaType" of an event', "undefined"],
  [
    "a file whose bytes are no text",
    { type: "file", mediaType: "image/png", base64: new Uint8Array(2) },
    '"base64" of an event "file"',
    "Uint8Array",
  ],
  [
    "a file at a place that is no text",
    { type: "file", mediaType: "image/png", url: new URL("https://example.com") },
    '"url" of an event "file"',
    "URL",
  ],
  [
    "metadata that is no JSON",
    { type: "part-metadata", kind: "text", metadata: { own: { at: new Date(0) } } },
    ".own.at",
    "Date",
  ],
  [
    "metadata of a part that there is not",
    { type: "part-metadata", kind: "summary", metadata: {} },
    '"kind" of an event "part-metadata"',
    '"summary"',
  ],
  [
    "metadata that does not say of which provider",
    { type: "part-metadata", kind: "text", metadata: { signature: "abc" } },
    '"metadata" of an event "part-metadata"',
    "an object with signature",
  ],
  [
    "metadata that there is none of",
    { type: "part-metadata", kind: "text" },
    '"metadata" of an event "part-metadata"',
    "undefined",
  ],
  [
    "a call with metadata that are a text",
    { type: "tool-call", id: "1", name: "add", input: {}, metadata: "abc" },
    '"metadata" of an event "tool-call"',
    "abc",
  ],
  ["a response whose id is no text", { type: "response", id: 5n }, '"id" of an event "response"', "bigint 5"],
  ["a model that is no text", { type: "response", model: new Map() }, '"model" of an event "response"', "Map"],
  [
    "a warning about what is no text",
    { type: "warning", message: "left out", setting: new Map() },
    '"setting" of an event "warning"',
    "Map",
  ],
  ["an end without a reason", { type: "finish" }, '"reason" of an event "finish"', "undefined"],
  ["an end for a reason of its own", { type: "finish", reason: "end_turn" }, '"reason" of an event', '"end_turn"'],
  ["a response without headers", { type: "response", headers: null }, '"headers" of an event "response"', "null"],
  ["a response with headers as a text", { type: "response", headers: "a: b" }, '"headers" of an event', '"a: b"'],
  ["a type that there is not", { type: "text_delta", text: "a" }, '"type" of an event', '"text_delta"'],
  ["a text in the place of an event", "Hello", "an event", '"Hello"'],
  ["no event", null, "an event", "null"],
  ["nothing", undefined, "an event", "undefined"],
])("%s is a reply that cannot be read: it is asked for again", async (_, event, named, got) => {
  const { message, calls } = await asked(giving(hello, event, stop), giving(hello, stop));
  expect(textOf(message)).toBe("Hello");
  expect(calls).toMatchObject([{ failure: { kind: "bad-reply" } }, { outcome: "answered" }]);

  const error: unknown = await asked(giving(hello, event, stop), giving(hello, event, stop)).catch(
    (thrown: unknown) => thrown,
  );
  if (!isModelError(error)) throw new Error("it is no error of a model", { cause: error });
  expect(error).toMatchObject({ code: "model-unavailable", got: expect.stringContaining(got) as string });
  expect(error.message).toContain(named);
  expect(error.data.calls).toHaveLength(2);
});

test("of what only the provider understands, its kind and metadata are kept; null and undefined are none", async () => {
  const more = { type: "opaque", kind: "own.mark", metadata: { own: { id: 1 }, other: undefined }, seen: new Map() };
  const { message } = await asked(giving(hello, more, { type: "opaque", kind: "own.end", metadata: null }, stop));
  const { seen: _, ...kept } = more;
  expect(message.parts).toEqual([{ type: "text", text: "Hello" }, kept, { type: "opaque", kind: "own.end" }]);
});

test.each<[string, unknown, string]>([
  ["nothing", undefined, "undefined"],
  ["a number", 5, "number 5"],
  ["a list of events", [hello, stop], "an array of 2"],
  ["a promise of nothing", Promise.resolve(), "undefined"],
  ["a response", Promise.resolve(new Response("")), "an instance of Response"],
])("a stream that gives %s is told as that, and not asked again", async (_, given, got) => {
  const error: unknown = await asked(given).catch((thrown: unknown) => thrown);
  if (!isModelError(error)) throw new Error("it is no error of a model", { cause: error });
  expect(error).toMatchObject({
    code: "model-refused",
    expected: expect.stringContaining("an async iterable") as string,
    got,
    fix: expect.stringContaining("async *stream(call)") as string,
  });
  expect(error.data.calls).toHaveLength(1);
});

test.each<[object, string]>([
  [{ family: "opnai" }, 'family of "own/m"'],
  [{ family: { ...familyNamed("generic"), callId: /^[0-9]+$/ } }, 'makeCallId of "own/m"'],
  [{ family: { ...familyNamed("generic"), makeCallId: () => "call" } }, 'makeCallId of "own/m"'],
  [{ price: { input: "cheap", output: 1 } }, 'price.input of "own/m"'],
  [{ price: { input: 1 } }, 'price.output of "own/m"'],
  [{ contextWindow: "128k" }, 'contextWindow of "own/m"'],
  [{ maxOutputTokens: 0 }, 'maxOutputTokens of "own/m"'],
])("what it says of itself is refused where it is of no use: %j", (facts, named) => {
  const own = { provider: "own", model: "m", stream: () => giving(hello, stop), ...facts };
  expect(() => new LLMManager({ models: [own as never] })).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(named) }),
  );
});

test("what may be a text may be null, as in the JSON that it was made from", async () => {
  const file = { type: "file", mediaType: "image/png", base64: "aGk=", url: null };
  const { message, calls } = await asked(giving({ type: "response", id: null, model: null }, file, stop));
  expect(message.parts).toEqual([{ type: "file", mediaType: "image/png", base64: "aGk=" }]);
  expect(calls).toHaveLength(1);
});

test("a family of one's own may make ids of what else it has", async () => {
  const family = {
    ...familyNamed("generic"),
    callId: /^own_/,
    prefix: "own_",
    makeCallId(number: number): string {
      return `${this.prefix}${number}`;
    },
  };
  const own: LLMProvider = { provider: "own", model: "m", family, stream: () => giving(hello, stop) as never };
  const call = { type: "tool-call", id: "1", name: "add", input: {} } as const;
  const llm = new LLMManager({ models: [own] });
  const { repairs } = await llm.generate({ messages: [...messages, assistantMessage([call])] });
  expect(repairs).toMatchObject([{ kind: "id-changed", about: "1" }, { kind: "call-answered" }]);
});

test("a family of one's own that says nothing of files takes all", async () => {
  const { takesFile: _, ...family } = familyNamed("generic");
  const own = { provider: "own", model: "m", family, stream: () => giving(hello, stop) } as never;
  const file = { type: "file" as const, mediaType: "image/png", base64: "aGk=" };
  const { repairs } = await new LLMManager({ models: [own] }).generate({ messages: [userMessage([file])] });
  expect(repairs).toEqual([]);
});

test("a provider whose event cannot be read is let go", async () => {
  let returned = false;
  async function* first(): AsyncGenerator<unknown, void> {
    try {
      yield { type: "text-delta", text: undefined };
      yield hello;
    } finally {
      returned = true;
    }
  }
  await asked(first(), giving(hello, stop));
  expect(returned).toBe(true);
});

test("a stream that comes once nobody waits for it is let go, and asked for no event", async () => {
  const asked: string[] = [];
  const { promise: login, resolve } = Promise.withResolvers<void>();
  const late = {
    [Symbol.asyncIterator]: () => ({ next: async () => asked.push("next"), return: async () => asked.push("return") }),
  };
  const own = { provider: "own", model: "m", stream: () => login.then(() => late) } as never;
  const impatient = new AbortController();
  const reply = new LLMManager({ models: [own] }).generate({ messages, abortSignal: impatient.signal });
  setImmediate(() => impatient.abort());
  await expect(reply).rejects.toMatchObject({ code: "cancelled" });
  resolve();
  await new Promise(setImmediate);
  expect(asked).toEqual(["return"]);
});

test("of what it says that was used, the figures of tokens are taken, and nothing else", async () => {
  const figures = { inputTokens: 5, outputTokens: 2 };
  for (const more of [{ raw: new Date(0) }, { cachedTokens: null, reasoningTokens: -1 }]) {
    const { usage } = await asked(giving(hello, { ...stop, usage: { ...figures, ...more } }));
    expect(usage).toEqual(figures);
  }
});

test("behind the end of an answer it does not take the answer back", async () => {
  const { message, calls } = await asked(giving(hello, stop, { type: "text-delta" }));
  expect(textOf(message)).toBe("Hello");
  expect(calls).toHaveLength(1);
});

test.each([
  hello,
  { type: "reasoning-delta", text: "Hm" },
  { type: "tool-call-delta", id: "1", name: "add", text: "" },
  { type: "tool-call", id: "1", name: "add", input: {} },
  { type: "file", mediaType: "text/plain", url: "https://example.com" },
])("behind the end of an answer it adds nothing to it, and is told so: %j", async (event) => {
  const { message, warnings, finishReason } = await asked(giving(hello, stop, event, { type: "ping" }));
  expect(message.parts).toEqual([{ type: "text", text: "Hello" }]);
  expect(finishReason).toBe("stop");
  expect(warnings).toMatchObject([{ message: expect.stringContaining(`"${event.type}" behind "finish"`) as string }]);
});

test("behind the end of an answer it may still tell what was used, and which response it was", async () => {
  const usage = { inputTokens: 5, outputTokens: 2 };
  const reply = await asked(giving(hello, stop, { type: "response", id: "r1" }, { ...stop, usage }));
  expect([reply.usage, reply.calls[0]?.response, reply.warnings]).toMatchObject([usage, "r1", []]);
});

test("one that goes on for ever behind the end of an answer is left behind after a second", async () => {
  const clock = virtualClock();
  const own: LLMProvider = {
    provider: "own",
    model: "m",
    async *stream() {
      yield { type: "text-delta", text: "Hello" };
      for (;;) {
        yield { type: "finish", reason: "stop" };
        await new Promise<void>((resolve) => void clock.timer(400, resolve));
      }
    },
  };
  const asking = new LLMManager({ models: [own], clock }).generate({ messages });
  await clock.advance("1s");
  expect(textOf((await asking).message)).toBe("Hello");
});

test("a call's input that is absent is empty, and one that has absent fields is JSON", async () => {
  const call = { type: "tool-call", id: "1", name: "add" };
  const { message } = await asked(giving(call, { ...call, id: "2", input: { a: undefined } }, stop));
  expect(message.parts).toMatchObject([{ input: {} }, { input: {} }]);
});

test.each([
  ["nests deeper than can be recorded", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ["has a number beyond all numbers", '{"a":1e999}'],
])("a call's input that %s is broken, and its history can be sent", async (_, input) => {
  const stream = (): unknown => giving({ type: "tool-call", id: "1", name: "add", input }, stop);
  const llm = new LLMManager({ models: [{ provider: "own", model: "m", stream } as never] });
  const { message } = await llm.generate({ messages });
  expect(message.parts).toEqual([{ type: "tool-call", id: "1", name: "add", input: {}, broken: input }]);
  const { repairs } = await llm.generate({ messages: [...messages, message] });
  expect(repairs).toMatchObject([{ kind: "call-answered" }]);
});

test.each<[string, unknown, number]>([
  ["says nothing of it", new Error("internal rule 5 violated"), 1],
  ["is final in words", new Error("paid already, do not try again"), 1],
  ["is final beside a status", Object.assign(new Error("x"), { status: 500, retryable: false }), 1],
  ["is a limit that is final", Object.assign(new Error("x"), { status: 429, retryable: false }), 1],
  ["is a lost connection", new TypeError("fetch failed"), 2],
  ["may pass", Object.assign(new Error("x"), { retryable: true }), 2],
  ["is no error", "no such question", 2],
])("an error that %s: %j is asked %i times", async (_, thrown, times) => {
  const failing = async function* (): AsyncGenerator<unknown, void> {
    yield { type: "ping" };
    throw thrown;
  };
  const error: unknown = await asked(failing(), failing(), failing()).catch((caught: unknown) => caught);
  if (!isModelError(error)) throw new Error("it is no error of a model", { cause: error });
  expect(error.data.calls).toHaveLength(times);
});
