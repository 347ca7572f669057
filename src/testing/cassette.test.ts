// - a replayed call gives the events that were recorded for its prompt, without the model
// - a prompt that was not recorded fails, and the error says which part of it changed
// - a failure is judged as it was when it was recorded, and what follows from it is the same
// - both are the model that is recorded: what it takes, how much, and for what price
// - no secret reaches a cassette, nor what looks like a key
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Secret } from "../base/index.ts";
import {
  assistantMessage,
  type FileKind,
  LLMManager,
  type LLMProvider,
  type Message,
  type ModelEvent,
  type ProviderCall,
  type ProviderEvent,
  systemMessage,
  toolMessage,
  userMessage,
} from "../llm/index.ts";
import { MockProvider, type MockReply, record, replay, virtualClock } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "aitor-cassette-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.jsonl`);

const call = { type: "tool-call", id: "call_1_1", name: "add", input: { a: 1, b: 2 } } as const;
const start = [systemMessage("Be exact."), userMessage("1 + 2?")];
const later = [
  ...start,
  assistantMessage([call]),
  toolMessage([{ id: "call_1_1", name: "add", output: { type: "json", value: 3 } }]),
];
const tools = [{ name: "add", inputSchema: { type: "object" } }];

async function ask(manager: LLMManager, messages: readonly Message[]): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of manager.stream({ messages, tools, settings: { temperature: 0 } })) events.push(event);
  return events.filter(({ type }) => type !== "finished");
}

async function recorded(
  script: readonly MockReply[],
  file = newFile(),
): Promise<{ file: string; events: ModelEvent[][] }> {
  const manager = new LLMManager({ models: [record(new MockProvider(script, { family: "openai" }), file)], retry: 1 });
  const events = [];
  for (const messages of [start, later]) events.push(await ask(manager, messages).catch(() => []));
  return { file, events };
}

test("a run is replayed without the model, in any order", async () => {
  const { file, events } = await recorded([
    { reasoning: "hm", toolCalls: [{ name: "add", input: { a: 1, b: 2 } }] },
    "3",
  ]);
  const manager = new LLMManager({ models: [replay(file)] });
  expect(await ask(manager, later)).toEqual(events[1]);
  expect(await ask(manager, start)).toEqual(events[0]);
});

test("the same prompt gives what was recorded first, then second, then an error", async () => {
  const file = newFile();
  const recording = new LLMManager({ models: [record(new MockProvider(["one", "two"]), file)] });
  const [one, two] = [await ask(recording, start), await ask(recording, start)];
  const manager = new LLMManager({ models: [replay(file)] });
  expect([await ask(manager, start), await ask(manager, start)]).toEqual([one, two]);
  await expect(ask(manager, start)).rejects.toMatchObject({
    cause: { code: "cassette-drift", expected: "at most 2 requests with this prompt", got: "one more" },
  });
});

test("a failure is replayed as a failure", async () => {
  const { file } = await recorded([
    { fault: { kind: "status", status: 400, at: "start", message: "no such tool" } },
    "3",
  ]);
  await expect(ask(new LLMManager({ models: [replay(file)] }), start)).rejects.toMatchObject({
    code: "model-refused",
    message: expect.stringContaining("no such tool (HTTP 400)") as string,
  });
});

const saying = (message: string, more: object): Error => Object.assign(new Error(message), more);

test.each<[string, unknown]>([
  [
    "a provider that asks for a rest",
    saying("slow", { statusCode: 429, isRetryable: true, responseHeaders: { "retry-after": "3000", "x-token": "t" } }),
  ],
  ["one that asks so by a date", saying("slow", { status: 429, responseHeaders: { "Retry-After": inAnHour() } })],
  ["a connection that broke", new TypeError("fetch failed", { cause: saying("closed", { code: "ECONNRESET" }) })],
  [
    "a reply that broke off",
    saying("Failed to process successful response", { statusCode: 200, cause: new TypeError("terminated") }),
  ],
  ["what a provider says in its stream", { type: "odd_error", message: "No luck." }],
  ["nothing at all", undefined],
  ["a text", "no capacity"],
  [
    "an account without money, by the words of its body",
    saying("Bad", { statusCode: 429, responseBody: '{"code":"insufficient_quota"}' }),
  ],
  ["one that is not to be tried again", saying("overloaded", { isRetryable: false })],
])("what comes of the failure of %s is the same when it is replayed", async (_, thrown) => {
  const file = newFile();
  const failing: LLMProvider = {
    provider: "odd",
    model: "m",
    stream: () => {
      throw thrown;
    },
  };
  const calls = async (provider: LLMProvider): Promise<unknown[]> => {
    const clock = virtualClock(Date.now());
    const models = [{ name: "first", model: provider }, new MockProvider(["two"])];
    const asking = new LLMManager({ models, clock, retry: 2 }).generate({ messages: start });
    await clock.advance("1m");
    return (await asking).calls.map(({ model, outcome, failure }) => ({ model, outcome, failure }));
  };
  const recordedCalls = await calls(record(failing, file));
  expect(recordedCalls.length).toBeGreaterThan(1);
  expect(await calls(replay(file))).toEqual(recordedCalls);
  expect(readFileSync(file, "utf8")).not.toContain("x-token");
});

function inAnHour(): string {
  return new Date(Date.now() + 3_600_000).toUTCString();
}

test.each<[string, Message[], string, string]>([
  ["the system's text", [systemMessage("Be brief."), ...start.slice(1)], "message 1 (system): ", "Be brief"],
  ["the user's text", [...start.slice(0, 1), userMessage("1 + 3?")], "message 2 (user): ", "1 + 3?"],
  [
    "a result",
    [...later.slice(0, 3), toolMessage([{ id: "call_1_1", name: "add", output: { type: "json", value: 4 } }])],
    "message 4 (tool): ",
    "4",
  ],
  ["a message more", [...later, userMessage("And?")], "message 5 (user): ", "And?"],
])("an error says what changed: %s", async (_, messages, place, text) => {
  const { file } = await recorded([{ toolCalls: [{ name: "add", input: { a: 1, b: 2 } }] }, "3"]);
  const error = await ask(new LLMManager({ models: [replay(file)] }), messages).catch((thrown: unknown) => thrown);
  const fix = expect.stringContaining("record again") as string;
  expect(error).toMatchObject({ code: "model-refused", fix, cause: { code: "cassette-drift", fix } });
  const { got, expected } = error as { got: string; expected: string };
  expect(error).toMatchObject({ cause: { got, expected } });
  expect(got).toContain(place);
  expect(got).toContain(text);
  expect(expected).toContain(place);
  expect(got.split("; ")).toHaveLength(1);
});

test("an error says which tool and which settings changed", async () => {
  const { file } = await recorded(["a", "b"]);
  const stream = new LLMManager({ models: [replay(file)] }).generate({
    messages: start,
    tools: [{ name: "add", inputSchema: { type: "object", required: ["a"] } }],
    settings: { temperature: 1 },
  });
  const error = await stream.catch((thrown: unknown) => thrown);
  expect((error as { cause: { got: string } }).cause.got).toMatch(/tool "add": .*required.*; settings: .*1/);
});

test("no secret reaches a cassette", async () => {
  new Secret("registered-secret-value");
  const file = newFile();
  const key = `sk-proj-${"abcdef0123456789".repeat(2)}`;
  const mock = new MockProvider([
    { text: `registered-secret-value and ${key}`, headers: { "set-cookie": "session=1" } },
  ]);
  const manager = new LLMManager({ models: [record(mock, file)] });
  await manager.generate({
    messages: [userMessage(`use registered-secret-value and ${key}`)],
    settings: { headers: { authorization: "Bearer abcdefghijklmnopqrstuvwxyz" } },
  });
  const written = readFileSync(file, "utf8");
  expect(written).toContain("[secret]");
  const said = (JSON.parse(written.trim().split("\n")[1] as string) as { events: { text?: string }[] }).events;
  expect(said.map(({ text = "" }) => text).join("")).toBe("[secret] and [secret]");
  for (const part of ["registered-secret", key, "Bearer", "session"]) expect(written).not.toContain(part);
  const again = new LLMManager({ models: [replay(file)] });
  const { message } = await again.generate({ messages: [userMessage(`use registered-secret-value and ${key}`)] });
  expect(JSON.stringify(message)).toContain("[secret] and [secret]");
});

test("a secret in pieces between those of another part reaches no cassette", async () => {
  const key = `sk-proj-${"abcdef0123456789".repeat(2)}`;
  const two: LLMProvider = {
    provider: "two",
    model: "m",
    async *stream() {
      for (let at = 0; at < key.length; at += 8) {
        yield { type: "text-delta", text: key.slice(at, at + 8), part: "a" };
        yield { type: "text-delta", text: `${at} `, part: "b" };
        yield { type: "tool-call-delta", id: "c", name: "add", text: key.slice(at, at + 8) };
      }
      yield { type: "tool-call", id: "c", name: "add", input: key };
      yield { type: "finish", reason: "tool-calls" };
    },
  };
  const file = newFile();
  await ask(new LLMManager({ models: [record(two, file)] }), start);
  expect(readFileSync(file, "utf8")).not.toContain("abcdef");
  const told = await ask(new LLMManager({ models: [replay(file)] }), start);
  expect(told.filter(({ type }) => type === "text-delta").map((event) => "text" in event && event.text)).toEqual([
    "[secret]",
    "0 ",
    "8 ",
    "16 ",
    "24 ",
    "32 ",
  ]);
});

test("a secret at the beginning of a line of a prompt reaches no cassette", async () => {
  const file = newFile();
  const manager = new LLMManager({ models: [record(new MockProvider(["ok"]), file)] });
  await manager.generate({ messages: [userMessage(`it is\nsk-proj-${"abcdef0123456789".repeat(2)}`)] });
  expect(readFileSync(file, "utf8")).not.toContain("abcdef");
});

// In pieces, so that this file has none.
const letters = "Ab1".repeat(20);
test.each([
  ["hf", `_${letters.slice(0, 34)}`],
  ["csk", `-${letters.slice(0, 48)}`],
  ["github_pat", `_${letters}`],
  ["xoxb", "-1234567890-abcdefghijklmn"],
  ["npm", `_${letters.slice(0, 36)}`],
  ["AKIA", "ABCDEFGHIJKLMNOP"],
  ["eyJ", `${letters}.eyJ${letters}.${letters}`],
  ["-----BEGIN RSA PRIVATE", ` KEY-----\nProc-Type: 4\n\n${letters}\n${letters}==\n-----END RSA PRIVATE KEY-----`],
])("what looks like a key, such as %s…, reaches no cassette", async (start, rest) => {
  const file = newFile();
  const manager = new LLMManager({ models: [record(new MockProvider([`"${start}${rest}" it is`]), file)] });
  await manager.generate({ messages: [userMessage(`my key is "${start}${rest}".`)] });
  const written = readFileSync(file, "utf8");
  expect(written).not.toContain(rest.slice(-12));
  expect(written).not.toContain(letters);
  const again = new LLMManager({ models: [replay(file)] });
  const { message } = await again.generate({ messages: [userMessage(`my key is "${start}${rest}".`)] });
  expect(JSON.stringify(message)).toContain('\\"[secret]\\" it is');
});

test("of a secret where a long response is cut, nothing reaches a cassette", async () => {
  const key = `acme.team1.${"Q7w9".repeat(20)}`;
  new Secret(key);
  const responseBody = JSON.stringify({ error: { message: "bad request", echo: "y".repeat(1_940) + key } });
  const refusing: LLMProvider = {
    provider: "acme",
    model: "m",
    // oxlint-disable-next-line require-yield
    async *stream() {
      throw Object.assign(new Error("bad request"), { status: 400, responseBody });
    },
  };
  const file = newFile();
  const manager = new LLMManager({ models: [record(refusing, file)] });
  await expect(manager.generate({ messages: start })).rejects.toThrow("bad request");
  const written = readFileSync(file, "utf8");
  expect(written).toContain("yyyy[secr");
  expect(written).not.toContain("acme.team1");
});

const DEAR = { input: 100, output: 100 };

test("what is recorded, and what is replayed, is the same model", async () => {
  const file = newFile();
  const price = { input: 1, output: 2 };
  const about = { toolCalls: false, nativeOutput: true, contextWindow: 1_000, maxOutputTokens: 100, price } as const;
  const model = new MockProvider(["one"], { ...about, family: "openai", takes: ["seed"] });
  const same = {
    ...about,
    provider: "mock",
    model: "scripted",
    family: "openai",
    takes: ["seed"],
    stream: expect.any(Function),
  };
  expect(record(model, file)).toEqual(same);
  expect(replay(file)).toEqual(same);
});

test("a recorded provider takes the files that it took, and a replay is told them again", async () => {
  const file = newFile();
  const takesFile = ({ mediaType }: FileKind): boolean => mediaType === "image/png";
  const messages = [userMessage([{ type: "file", mediaType: "audio/mpeg", base64: "aGk=" }])];
  const ask = async (model: LLMProvider) => (await new LLMManager({ models: [model] }).generate({ messages })).repairs;
  const repairs = await ask(record(new MockProvider(["one"], { takesFile }), file));
  expect(repairs).toMatchObject([{ kind: "file-told", about: "audio/mpeg" }]);
  expect(await ask({ ...replay(file), takesFile })).toEqual(repairs);
});

test("what a package refused is refused in the replay, and left out again", async () => {
  const file = newFile();
  const real = {
    provider: "acme",
    model: "rocket",
    async *stream({ prompt }: ProviderCall): AsyncGenerator<ProviderEvent> {
      if (JSON.stringify(prompt).includes("aGk=")) {
        const name = "AI_UnsupportedFunctionalityError";
        throw Object.assign(new Error("'media type: audio/mpeg' functionality not supported."), { name });
      }
      yield { type: "text-delta", text: "one" };
      yield { type: "finish", reason: "stop" };
    },
  };
  const messages = [userMessage([{ type: "file", mediaType: "audio/mpeg", base64: "aGk=" }])];
  const ask = async (model: LLMProvider) => (await new LLMManager({ models: [model] }).generate({ messages })).repairs;
  const repairs = await ask(record(real, file));
  expect(repairs).toMatchObject([{ kind: "file-told", about: "audio/mpeg" }]);
  expect(await ask(replay(file))).toEqual(repairs);
});

test.each<[string, (file: string) => void]>([
  ["of a model at another price", (file) => void record(new MockProvider(["one"], { price: DEAR }), file)],
  ["of something else", (file) => writeFileSync(file, "a letter\n")],
])("nothing is added to a file %s", (_, written) => {
  const file = newFile();
  written(file);
  const before = readFileSync(file, "utf8");
  expect(() => record(new MockProvider(["one"]), file)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  expect(readFileSync(file, "utf8")).toBe(before);
});

test("a cassette that holds no price is looked up in the price data", () => {
  const file = newFile();
  record(new MockProvider([]), file);
  expect(replay(file).price).toBe("listed");
});

test("nothing is recorded of a call that is aborted", async () => {
  const file = newFile();
  const clock = virtualClock();
  const manager = new LLMManager({
    models: [record(new MockProvider([{ text: "slow", latency: "1h" }], { clock }), file)],
    clock,
  });
  const controller = new AbortController();
  const reply = manager.generate({ messages: start, abortSignal: controller.signal });
  await clock.advance("1s");
  controller.abort();
  await reply.catch(() => {});
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
});

test.each([
  ["", "no such file"],
  ["hello", "a line that is no JSON"],
  ["{}\n", "another file"],
])("a file with %j is refused", (text, got) => {
  const file = newFile();
  if (text !== "") writeFileSync(file, text);
  expect(() => replay(file)).toThrow(expect.objectContaining({ code: "invalid-option", got }));
});
