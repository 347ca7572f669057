// - an object comes by the provider's own mode where it has one that works, else by instructions
// - what models write around and instead of JSON is understood; what is wrong is shown to the model, so often as allowed
// - partial objects come while it is written; with tools, the object comes once none is called
import * as z from "zod";
import { describe, expect, test } from "vitest";
import { MockProvider, type MockReply } from "../../testing/index.ts";
import {
  isModelError,
  LLMManager,
  type LLMProvider,
  type ModelEvent,
  type OutputOptions,
  systemMessage,
  textOf,
  userMessage,
} from "../index.ts";
import { jsonPart } from "./output.ts";

const City = z.object({ name: z.string(), people: z.number() });
const messages = [systemMessage("Be exact."), userMessage("Which city?")];
const berlin = { name: "Berlin", people: 3_700_000 };
const tools = [{ name: "look_up", inputSchema: { type: "object" } }];

function set(
  script: readonly MockReply[],
  options: ConstructorParameters<typeof MockProvider>[1] = {},
): { llm: LLMManager; mock: MockProvider } {
  const mock = new MockProvider(script, options);
  return { mock, llm: new LLMManager({ models: [mock] }) };
}

test("the provider's own mode is used where it has one", async () => {
  const { llm, mock } = set([{ object: berlin }], { family: "openai" });
  const { object } = await llm.generateObject({ messages, schema: City, name: "city" });
  expect(object).toEqual(berlin);
  expect(mock.calls[0]?.output).toMatchObject({
    name: "city",
    jsonSchema: { type: "object", required: ["name", "people"] },
  });
  expect(JSON.stringify(mock.calls[0]?.prompt)).not.toContain("JSON Schema");
});

test.each([
  ["generic", "single", undefined],
  ["anthropic", "front", tools],
] as const)("instructions are used where %s has none that works", async (family, _, given) => {
  const { llm, mock } = set([{ object: berlin }], { family });
  const reply = await llm.generate({
    messages,
    output: { schema: City, description: "where it is" },
    ...(given && { tools: given }),
  });
  expect(reply.object).toEqual(berlin);
  expect(mock.calls[0]).not.toHaveProperty("output");
  const systems = mock.calls[0]?.prompt.filter(({ role }) => role === "system") ?? [];
  expect(systems.map(({ content }) => content as string).join("\n\n")).toMatch(
    /^Be exact\.\n\n.*\(where it is\)[\s\S]*"required":\["name","people"\]/,
  );
  expect(systems).toHaveLength(family === "generic" ? 1 : 2);
});

test.each(["native", "prompt"] as const)("the mode can be said: %s", async (mode) => {
  const { llm, mock } = set([{ object: berlin }], { family: mode === "native" ? "generic" : "openai" });
  await llm.generateObject({ messages, schema: City, mode });
  expect(mock.calls[0]?.output !== undefined).toBe(mode === "native");
});

describe("what a model writes", () => {
  test.each([
    ["in a fence", 'Here it is:\n```json\n{"name":"Berlin","people":3700000}\n```\nHope it helps {really}.'],
    ["in a fence that is not closed", '```json\n{"name":"Berlin","people":3700000\n```\nHope it helps.'],
    ["in a fence behind a bracket that is not closed", 'As (in {1): ```{"name":"Berlin","people":3700000}```'],
    ["between words", 'Sure! {"name":"Berlin","people":3700000} is the answer.'],
    ["behind words in brackets", 'As in [1] and {this}: {"name":"Berlin","people":3700000} [end].'],
    ["with a comma too many", '{"name":"Berlin","people":3700000,}'],
    ["with single quotes and comments", "{'name': 'Berlin', /* about */ people: 3700000}"],
    ["without the last bracket", '{"name":"Berlin","people":3700000'],
    ["with a bracket in a text", 'x {"people":3700000,"name":"Berlin"} }'],
  ])("is understood %s", async (_, text) => {
    const { llm, mock } = set([text]);
    expect((await llm.generateObject({ messages, schema: City, repairs: 0 })).object).toEqual(berlin);
    expect(mock.calls).toHaveLength(1);
  });

  test.each([
    ["in a fence", (json: string) => `\`\`\`json\n${json}\n\`\`\``],
    ["in a fence behind words", (json: string) => `Here it is:\n\`\`\`json\n${json}\n\`\`\`\nHope it helps.`],
    ["by itself", (json: string) => json],
    ["between words", (json: string) => `Sure: ${json} is it.`],
  ])("is whole where there are fences in its texts, %s", async (_, written) => {
    const Page = z.object({ text: z.string() });
    for (const text of ["Run:\n```bash\nnpm i\n```\nDone.", "```[1]``` and ```json\n{}```"]) {
      const { llm } = set([written(JSON.stringify({ text }))]);
      expect((await llm.generateObject({ messages, schema: Page, repairs: 0 })).object).toEqual({ text });
    }
  });

  test("may be any JSON value", async () => {
    expect((await set(["[1, 2,]"]).llm.generateObject({ messages, schema: z.array(z.number()) })).object).toEqual([
      1, 2,
    ]);
    expect((await set(["42"]).llm.generateObject({ messages, schema: z.number() })).object).toBe(42);
    expect(jsonPart(" ")).toBeUndefined();
    expect(jsonPart("nothing here")).toBeUndefined();
    expect(jsonPart('{"a":"}\\"{"} x')).toBe('{"a":"}\\"{"}');
  });

  test("is what the schema makes of it", async () => {
    const schema = z.object({ at: z.string().transform((text) => text.length) });
    const { object } = await set(['{"at":"four"}']).llm.generateObject({ messages, schema });
    expect(object).toEqual({ at: 4 });
  });
});

describe("what is wrong", () => {
  const wrong = '{"name":"Berlin","people":"many"}';

  test("is shown to the model, which answers again", async () => {
    const { llm, mock } = set(["no idea", wrong, { object: berlin }]);
    const stream = llm.stream({ messages, output: { schema: City } });
    const events: ModelEvent[] = [];
    for await (const event of stream) events.push(event);
    const reply = await stream.reply;
    expect(reply.object).toEqual(berlin);
    expect(reply.calls).toHaveLength(3);
    expect(JSON.stringify(mock.calls[1]?.prompt)).toContain("It holds no JSON value.");
    expect(JSON.stringify(mock.calls[2]?.prompt.at(-1))).toContain(".people: ");
    expect(mock.calls[2]?.prompt.map(({ role }) => role).join(" ")).toBe("system user assistant user assistant user");
    expect(events.flatMap((event) => (event.type === "output-invalid" ? [event.round] : []))).toEqual([1, 2]);
    expect(events.filter(({ type }) => type === "reset")).toMatchObject([{ why: "repaired" }, { why: "repaired" }]);
    expect(reply.usage.outputTokens).toBe(
      reply.calls.reduce((sum, { usage }) => sum + (usage.outputTokens ?? Number.NaN), 0),
    );
    expect(reply.rejected?.map(({ message }) => textOf(message))).toEqual(["no idea", wrong]);
    expect(reply.rejected?.map(({ issues }) => issues)).toEqual([
      "It holds no JSON value.",
      expect.stringContaining(".people: "),
    ]);
  });

  test("may be a number beyond all numbers, where the schema takes any", async () => {
    const { llm } = set(['{"a":1e999}', '{"a":1}']);
    const { object, rejected } = await llm.generateObject({ messages, schema: z.object({ a: z.any() }) });
    expect(object).toEqual({ a: 1 });
    expect(rejected).toMatchObject([{ issues: expect.stringContaining(".a is not a JSON value") as string }]);
  });

  test("takes back what was shown as repaired, also where the model had failed before", async () => {
    const mock = new MockProvider([{ fault: { kind: "status", status: 500, at: "start" } }, wrong, { object: berlin }]);
    const llm = new LLMManager({ models: [mock], retry: { attempts: 2, initialDelay: 1 } });
    const told: ModelEvent[] = [];
    for await (const event of llm.stream({ messages, output: { schema: City } })) told.push(event);
    expect(told.filter(({ type }) => type === "retried")).toHaveLength(1);
    expect(told.filter(({ type }) => type === "reset")).toMatchObject([{ why: "repaired" }]);
  });

  test("is an error after the last round, with the answer", async () => {
    const { llm, mock } = set([wrong]);
    const error = await llm.generateObject({ messages, schema: City, repairs: 1 }).catch((thrown: unknown) => thrown);
    if (!isModelError(error)) throw error;
    expect(error.code).toBe("output-invalid");
    expect(error.data.partial && textOf(error.data.partial)).toBe(wrong);
    expect(error.data.rejected?.map(({ message }) => textOf(message))).toEqual([wrong]);
    expect(error.data.calls).toHaveLength(2);
    expect(error.message).toContain("also after 1 repair");
    expect(mock.calls).toHaveLength(2);
  });
});

describe("an answer that was cut off", () => {
  const Bill = z.object({ to: z.string(), euros: z.number().optional(), lines: z.array(z.string()).optional() });
  const reason = "length" as const;

  test.each([
    ["in a number", '{"to":"Ada","euros":10'],
    ["in a text", '{"to":"Ad'],
    ["in a list", '{"to":"Ada","lines":["lamp","chair"'],
    ["in a fence", '```json\n{"to":"Ada","euros":100'],
  ])("%s is not taken for a whole one", async (_, text) => {
    const bill = { to: "Ada", euros: 1000, lines: ["lamp", "chair", "desk"] };
    const { llm, mock } = set([{ text, finishReason: reason }, { object: bill }]);
    expect((await llm.generateObject({ messages, schema: Bill })).object).toEqual(bill);
    expect(JSON.stringify(mock.calls[1]?.prompt.at(-1))).toContain("It was cut off before its end");
  });

  test("is an error that says so, after the last round", async () => {
    const { llm } = set([{ text: '{"to":"Ada","euros":10', finishReason: reason }]);
    const error = await llm.generateObject({ messages, schema: Bill, repairs: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "output-invalid", expected: expect.stringContaining("cut off") });
    expect((error as Error).message).toContain("maxOutputTokens");
  });

  test("behind the value is whole", async () => {
    const { llm } = set([{ text: '{"to":"Ada"} is what I', finishReason: reason }]);
    expect((await llm.generateObject({ messages, schema: Bill, repairs: 0 })).object).toEqual({ to: "Ada" });
  });

  test("may end within a number, and be held back by a filter", async () => {
    for (const finishReason of [reason, "filtered"] as const) {
      const { llm, mock } = set([{ text: "12", finishReason }, "1234"]);
      expect((await llm.generateObject({ messages, schema: z.number() })).object).toBe(1234);
      expect(mock.calls).toHaveLength(2);
    }
  });
});

test("partial objects come while it is written, the whole one at last", async () => {
  const object = { name: "Berlin", people: 3_700_000, districts: ["Mitte", "Pankow", "Spandau", "Neukölln"] };
  const schema = City.extend({ districts: z.array(z.string()) });
  const { llm } = set([{ object, pause: 1 }], { chunk: 4 });
  const partial: unknown[] = [];
  for await (const event of llm.stream({ messages, output: { schema } }))
    if (event.type === "object-delta") partial.push(event.object);
  expect(partial.length).toBeGreaterThan(4);
  expect(partial.at(-1)).toEqual(object);
  expect(partial[1]).not.toEqual(object);
  for (const each of partial) expect(["name", undefined]).toContain(Object.keys(each as object)[0]);
});

test.each<[string, (object: unknown) => string]>([
  ["", (object) => JSON.stringify(object)],
  [" over several lines", (object) => JSON.stringify(object, undefined, 2)],
])("partial objects%s have no key before its value begins, and no number or word before its end", async (_, write) => {
  const Visit = z.object({
    due: z.string().nullable(),
    paid: z.boolean(),
    visit: z.object({ guests: z.number(), none: z.null(), marks: z.array(z.union([z.boolean(), z.number()])) }),
    by: z.string(),
  });
  const visit = { guests: -1_250, none: null, marks: [true, 4.25, false] };
  const object = { due: "a: {", paid: true, visit, by: 'Ada, "the first"' };
  const { llm } = set([{ text: write(object), pause: 1 }], { chunk: 1 });
  const partial: unknown[] = [];
  for await (const event of llm.stream({ messages, output: { schema: Visit } }))
    if (event.type === "object-delta") partial.push(event.object);
  const begins = (part: unknown, whole: unknown): void => {
    if (typeof part === "string") expect(whole).toEqual(expect.stringMatching(`^${RegExp.escape(part)}`));
    else if (typeof part !== "object" || part === null) expect(part).toBe(whole);
    else for (const [name, each] of Object.entries(part)) begins(each, (whole as Record<string, unknown>)[name]);
  };
  expect(partial.length).toBeGreaterThan(3);
  for (const each of partial) begins(each, object);
});

test("a partial object is told again once what was shown was taken back, also where it is the same", async () => {
  let requests = 0;
  const own: LLMProvider = {
    provider: "own",
    model: "m",
    async *stream() {
      requests++;
      await new Promise(setImmediate);
      yield { type: "text-delta", text: '{"name":"Berlin' };
      if (requests === 1) return;
      yield { type: "text-delta", text: '","people":1}' };
      yield { type: "finish", reason: "stop" };
    },
  };
  await import("jsonrepair");
  const told: unknown[] = [];
  await new LLMManager({ models: [own], retry: { attempts: 2, initialDelay: 1 } }).generate({
    messages,
    output: { schema: City },
    onEvent: (event) => {
      if (event.type === "reset") told.push("reset");
      if (event.type === "object-delta") told.push(event.object);
    },
  });
  const [begun, whole] = [{ name: "Berlin" }, { name: "Berlin", people: 1 }];
  expect(told).toEqual([begun, "reset", begun, whole, whole]);
});

test("with tools, the object comes once none is called", async () => {
  const { llm } = set([{ text: "I look it up.", toolCalls: [{ name: "look_up", input: {} }] }, { object: berlin }]);
  const first = await llm.generate({ messages, tools, output: { schema: City } });
  expect(first).not.toHaveProperty("object");
  expect(first.finishReason).toBe("tool-calls");
  expect((await llm.generate({ messages, tools, output: { schema: City } })).object).toEqual(berlin);
});

test.each<[Record<string, unknown>, string]>([
  [{ schema: {} }, "standardschema.dev"],
  [
    { schema: { "~standard": { version: 1, vendor: "own", validate: () => ({ value: 1 }) } } },
    "got: a schema of own that does not",
  ],
  [
    { schema: { "~standard": { vendor: "own", validate: () => ({}), jsonSchema: { input: () => null } } } },
    "got: a schema of own that does not",
  ],
  [{ schema: z.object({ at: z.date() }) }, "a schema that has a JSON Schema"],
  [{ schema: City, repairs: -1 }, "a whole number"],
  [{ schema: City, mode: "magic" }, '"native" or "prompt"'],
  [{ schema: City, name: "" }, "at least one character"],
])("%# is refused", (output, expected) => {
  const { llm } = set(["ok"]);
  expect(() => llm.stream({ messages, output: output as unknown as OutputOptions })).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(expected) as string }),
  );
});

test("a schema that tells no JSON Schema is taken with one beside it", async () => {
  const schema = {
    "~standard": { version: 1 as const, vendor: "own", validate: (value: unknown) => ({ value: value as number }) },
  };
  const { object } = await set(["7"]).llm.generateObject({ messages, schema, jsonSchema: { type: "number" } });
  expect(object).toBe(7);
});
