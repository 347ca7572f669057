// - no secret leaves the manager: in events, replies, objects, errors, whatever pieces, escapes or transforms it came by
// - each of text, reasoning and calls is redacted by itself, comes whole, and before what follows it as a rule
// - what has no secret in it is as the model wrote it
import * as z from "zod";
import { describe, expect, test } from "vitest";
import { type AitorError, Secret } from "../base/index.ts";
import { MockProvider } from "../testing/index.ts";
import { LLMManager, type ModelEvent, type ProviderEvent, toolCallsOf, userMessage } from "./index.ts";

const messages = [userMessage("hi")];
const key = 'qz-live-"73/Ünï\\n-1234567890';
new Secret(key);
const inJson = JSON.stringify(key).slice(1, -1);

function managerOf(...answers: (readonly ProviderEvent[] | string)[]): LLMManager {
  let asked = 0;
  const provider = {
    provider: "own",
    model: "m",
    async *stream(): AsyncGenerator<ProviderEvent> {
      const answer = answers[asked++] ?? [];
      if (typeof answer === "string") yield { type: "text-delta", text: answer };
      else yield* answer;
      yield { type: "finish", reason: "stop" };
    },
  };
  return new LLMManager({ models: [provider], retry: 1 });
}

async function eventsOf(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** What a reader has who puts together what belongs together. */
function shown(events: readonly ModelEvent[], type: ModelEvent["type"], id?: string): string {
  return events
    .map((event) => (event.type === type && "text" in event && (!("id" in event) || event.id === id) ? event.text : ""))
    .join("");
}

const text = (piece: string): ProviderEvent => ({ type: "text-delta", text: piece });
const reasoning = (piece: string): ProviderEvent => ({ type: "reasoning-delta", text: piece });
const input = (id: string, piece: string): ProviderEvent => ({ type: "tool-call-delta", id, name: "a", text: piece });
const call = (id: string, json: string): ProviderEvent => ({ type: "tool-call", id, name: "a", input: json });

describe("a secret in pieces", () => {
  test("is not shown", async () => {
    const script = [{ text: `It is ${key}, yes.`, toolCalls: [{ name: "a", input: { key } }] }];
    const stream = new LLMManager({ models: [new MockProvider(script, { chunk: 3 })] }).stream({ messages });
    const events = await eventsOf(stream);
    expect(events.map((event) => ("text" in event ? event.text : "")).join("")).toBe(
      'It is [secret], yes.{"key":"[secret]"}',
    );
    expect(JSON.stringify(events)).not.toContain("live");
  });

  test("is not shown where reasoning comes between the pieces of a text", async () => {
    const pieces = [text(`It is ${key.slice(0, 9)}`), reasoning("hm"), text(`${key.slice(9)}, yes.`), reasoning(" so")];
    const events = await eventsOf(managerOf(pieces).stream({ messages }));
    expect(shown(events, "text-delta")).toBe("It is [secret], yes.");
    expect(shown(events, "reasoning-delta")).toBe("hm so");
  });

  test("is not shown where calls are written side by side", async () => {
    const a = `{"key":"${inJson}"}`;
    const b = '{"key":"qz-lively"}';
    const pieces = [
      input("1", a.slice(0, 14)),
      input("2", b.slice(0, 14)),
      input("1", a.slice(14)),
      input("2", b.slice(14)),
    ];
    const stream = managerOf([...pieces, call("1", a), call("2", b)]).stream({ messages });
    const events = await eventsOf(stream);
    expect(shown(events, "tool-call-delta", "1")).toBe('{"key":"[secret]"}');
    expect(shown(events, "tool-call-delta", "2")).toBe(b);
    expect(toolCallsOf((await stream.reply).message).map((each) => each.input)).toEqual([
      { key: "[secret]" },
      { key: "qz-lively" },
    ]);
  });
});

describe("what may be the beginning of a secret", () => {
  test("comes before what follows it, where it is short", async () => {
    const pieces = [
      reasoning("a quiz q"),
      text("quiz q"),
      input("1", '{"a":"q'),
      input("1", '"}'),
      call("1", '{"a":"q"}'),
    ];
    const events = await eventsOf(managerOf(pieces).stream({ messages }));
    const order = events.map((event) => ("text" in event ? `${event.type}: ${event.text}` : event.type));
    expect(order).toEqual([
      "reasoning-delta: a quiz ",
      "reasoning-delta: q",
      "text-delta: quiz ",
      "text-delta: q",
      'tool-call-delta: {"a":"',
      'tool-call-delta: q"}',
      "tool-called",
      "finished",
    ]);
  });

  test("comes in the end where it was none", async () => {
    const pieces = [reasoning("a qz-live"), text("so qz-li"), input("1", '{"a":"qz-l'), call("2", "{}")];
    const events = await eventsOf(managerOf([...pieces, text("!")]).stream({ messages }));
    expect(shown(events, "reasoning-delta")).toBe("a qz-live");
    expect(shown(events, "text-delta")).toBe("so qz-li!");
    expect(shown(events, "tool-call-delta", "1")).toBe('{"a":"qz-l');
  });

  test("of a call's input comes before the call that is whole", async () => {
    const events = await eventsOf(
      managerOf([input("1", '{"a":"qz-live'), call("1", '{"a":"qz-live"}')]).stream({ messages }),
    );
    expect(events.map(({ type }) => type)).toEqual(["tool-call-delta", "tool-call-delta", "tool-called", "finished"]);
    expect(shown(events, "tool-call-delta", "1")).toBe('{"a":"qz-live');
  });
});

test("what a provider's own tools, files and other parts hold is redacted, their bytes are not touched", async () => {
  const base64 = btoa("some bytes");
  const { message } = await managerOf([
    { type: "tool-call", id: "r", name: "code", input: { run: "env" }, remote: true, metadata: { own: { at: key } } },
    { type: "tool-result", id: "r", name: "code", value: { out: [`K=${key}`], code: 0 }, metadata: { own: { id: 1 } } },
    { type: "file", mediaType: "text/plain", url: `https://example.com/?k=${encodeURIComponent(key)}` },
    { type: "file", mediaType: "text/plain", base64, metadata: { own: { from: key } } },
    { type: "opaque", kind: "own.state", metadata: { own: { state: key } } },
    { type: "part-metadata", kind: "text", metadata: { own: { sources: [`see ${key}`] } } },
    text("done"),
  ]).generate({ messages });
  expect(message.parts).toEqual([
    {
      type: "tool-call",
      id: "r",
      name: "code",
      input: { run: "env" },
      remote: true,
      metadata: { own: { at: "[secret]" } },
    },
    {
      type: "tool-result",
      id: "r",
      name: "code",
      output: { type: "json", value: { out: ["K=[secret]"], code: 0 } },
      remote: true,
      metadata: { own: { id: 1 } },
    },
    { type: "file", mediaType: "text/plain", url: "https://example.com/?k=[secret]" },
    { type: "file", mediaType: "text/plain", base64, metadata: { own: { from: "[secret]" } } },
    { type: "opaque", kind: "own.state", metadata: { own: { state: "[secret]" } } },
    { type: "text", text: "done", metadata: { own: { sources: ["see [secret]"] } } },
  ]);
});

describe("an object", () => {
  const Login = z.object({ user: z.string(), password: z.string(), note: z.string().optional() });

  test("has no secret in its texts and names, and is else as the model wrote it", async () => {
    const schema = z.record(z.string(), z.unknown());
    const written = { a: `say "${key}"\n`, [key]: [1, null, { b: key }], c: 'a "quote", \\ and \u2028', d: "qz-live" };
    const stream = managerOf(JSON.stringify(written)).stream({ messages, output: { schema } });
    const events = await eventsOf(stream);
    const expected = { a: 'say "[secret]"\n', "[secret]": [1, null, { b: "[secret]" }], c: written.c, d: "qz-live" };
    expect((await stream.reply).object).toEqual(expected);
    expect(events.filter(({ type }) => type === "object-delta").at(-1)).toEqual({
      type: "object-delta",
      object: expected,
    });
    expect(JSON.stringify(events)).not.toContain("1234567890");
  });

  test("is shown while it is written without what may be the beginning of a secret", async () => {
    const object = { user: "Jack Q", password: key, note: "no more than this is to be said" };
    const llm = new LLMManager({ models: [new MockProvider([{ object, pause: 1 }], { chunk: 2 })] });
    const passwords = new Set<unknown>();
    for await (const event of llm.stream({ messages, output: { schema: Login } })) {
      if (event.type === "object-delta") passwords.add((event.object as Partial<typeof object>).password);
    }
    expect([undefined, "", "q", "qz", "qz-", "[secret]"]).toEqual(expect.arrayContaining([...passwords]));
    expect(passwords).toContain("[secret]");
  });

  test("is made by the schema of what has no secret", async () => {
    const schema = Login.transform(({ password }) => password.split("-"));
    const { object } = await managerOf(JSON.stringify({ user: "a", password: key })).generateObject({
      messages,
      schema,
      jsonSchema: {},
    });
    expect(object).toEqual(["[secret]"]);
  });

  test("fits a schema that asks for a text such as the secret's", async () => {
    const schema = Login.extend({ password: z.string().length(key.length) });
    const { object, calls } = await managerOf(JSON.stringify({ user: "a", password: key })).generateObject({
      messages,
      schema,
    });
    expect({ object, calls: calls.length }).toEqual({ object: { user: "a", password: "[secret]" }, calls: 1 });
  });

  test("that is not what was asked for shows no secret in events, to the model and in the error", async () => {
    const schema = z.object({
      password: z.string().refine(() => false, { error: ({ input: given }) => `${String(given)} is too weak` }),
    });
    const provider = new MockProvider([JSON.stringify({ padding: "x".repeat(170), password: key })]);
    const stream = new LLMManager({ models: [provider] }).stream({ messages, output: { schema, repairs: 1 } });
    const events: ModelEvent[] = [];
    const error = await (async () => {
      for await (const event of stream) events.push(event);
    })().catch((thrown: unknown) => thrown as AitorError);
    expect(events.find(({ type }) => type === "output-invalid")).toMatchObject({
      issues: ".password: [secret] is too weak",
    });
    expect(error).toMatchObject({ code: "output-invalid", expected: ".password: [secret] is too weak" });
    expect(JSON.stringify([events, error, (error as Error).message, provider.calls])).not.toContain("live");
  });

  test("is the schema's own where no secret is in it", async () => {
    class Account {
      readonly user: string;
      constructor(user: string) {
        this.user = user;
      }
    }
    const schema = Login.transform(({ user }) => new Account(user));
    const { object } = await managerOf('{"user":"a","password":"qz-live"}').generateObject({
      messages,
      schema,
      jsonSchema: {},
    });
    expect(object).toEqual(new Account("a"));
    expect(object).toBeInstanceOf(Account);
  });
});
