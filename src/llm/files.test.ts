// Files of a history, whichever model is asked:
// - one that a model does not take is no reason to refuse the history: words say that it was there, and a repair tells it
// - what a package refused is left out at once from then on, and asking again without it is no attempt more
// - an assistant's file that the next model cannot be sent is told as a repair; what becomes empty is not sent
// - one without bytes, or with an address that is none, is refused where its message is made, and dropped from a history
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { isError } from "../base/index.ts";
import { MockProvider } from "../testing/index.ts";
import {
  assistantMessage,
  type FileKind,
  type FilePart,
  LLMManager,
  type Message,
  type ModelEvent,
  type ModelReply,
  type ModelSource,
  textOf,
  userMessage,
} from "./index.ts";

const file = (mediaType: string, more: Partial<FilePart> = { base64: "aGk=" }): FilePart => ({
  type: "file",
  mediaType,
  ...more,
});
const user = (...files: FilePart[]): Message => userMessage([{ type: "text", text: "Look." }, ...files]);
const audio = [user(file("audio/mpeg"))];
const repaired = ({ repairs }: Pick<ModelReply, "repairs">): string[] =>
  repairs.map(({ kind, about }) => `${kind} ${about}`);

/** A model of the AI SDK whose package takes images and nothing else, and says so in these words. */
function picky(words = (mediaType: string) => `'media type: ${mediaType}' functionality not supported.`) {
  const asked: string[] = [];
  const doStream = async ({ prompt }: LanguageModelV4CallOptions): Promise<object> => {
    asked.push(JSON.stringify(prompt));
    for (const { content } of prompt) {
      for (const part of typeof content === "string" ? [] : content) {
        if (part.type !== "file" || part.mediaType === "image/png") continue;
        throw Object.assign(new Error(words(part.mediaType)), { name: "AI_UnsupportedFunctionalityError" });
      }
    }
    const finish = { type: "finish", usage: {}, finishReason: { unified: "stop" } };
    return { stream: ReadableStream.from([{ type: "text-delta", id: "1", delta: "Seen." }, finish]) };
  };
  const model = { specificationVersion: "v4", provider: "acme.chat", modelId: "picky", doStream } as never;
  return { model: model as ModelSource, asked };
}

test("a history with a file that the next model does not take goes on with it", async () => {
  const first = new MockProvider(["You said hello.", { fault: { kind: "status", status: 503, at: "start" } }]);
  const { model } = picky();
  const llm = new LLMManager({ models: [first, model], retry: 1 });
  const { message } = await llm.generate({ messages: audio });
  const reply = await llm.generate({ messages: [...audio, message, userMessage("And 1 + 1?")] });
  expect(textOf(reply.message)).toBe("Seen.");
  expect(repaired(reply)).toEqual(["file-told audio/mpeg"]);
});

test("what a package refused is told in words at once from then on, and the refusal costs no attempt", async () => {
  const { model, asked } = picky();
  const llm = new LLMManager({ models: [model], retry: 1 });
  const events: ModelEvent[] = [];
  const messages = [user(file("image/png"), file("audio/mpeg", { base64: "aGk=", name: "memo.mp3" }))];
  const first = await llm.generate({ messages, onEvent: (event) => events.push(event) });
  expect(first.calls.map(({ outcome, usage }) => [outcome, usage.inputTokens])).toEqual([
    ["failed", 0],
    ["answered", undefined],
  ]);
  expect(events[0]).toMatchObject({ type: "retried", failure: "refused", delayMs: 0 });
  expect(asked[1]).toContain("image/png");
  expect(asked[1]).toContain('The file \\"memo.mp3\\" of audio/mpeg is not shown: this model does not take it.');
  const second = await llm.generate({ messages: [...messages, first.message, user(file("audio/mpeg"))] });
  expect(second.calls).toHaveLength(1);
  expect(repaired(second)).toEqual(["file-told audio/mpeg", "file-told audio/mpeg"]);
});

test("requests at once that are refused for the same file are each asked again", async () => {
  const llm = new LLMManager({ models: [picky().model], retry: 1 });
  const replies = await Promise.all([1, 2, 3].map(() => llm.generate({ messages: audio })));
  for (const reply of replies) expect(repaired(reply)).toEqual(["file-told audio/mpeg"]);
});

test.each([
  ["of files in general", () => "File content parts in user messages are not supported"],
  ["of what is taken", () => "Only images are supported"],
  ["of addresses", (type: string) => `${type.split("/")[1]?.toUpperCase()} file parts with URLs`],
])("a history of many files is answered, though its package speaks only %s", async (_, words) => {
  const { model, asked } = picky(words);
  const messages = [
    user(file("image/png"), file("application/pdf", { url: "https://example.com/a.pdf" })),
    user(file("text/csv", { url: "https://example.com/a.csv" })),
  ];
  const reply = await new LLMManager({ models: [model], retry: 1 }).generate({ messages });
  expect(textOf(reply.message)).toBe("Seen.");
  expect(asked.at(-1)).toContain("image/png");
  expect(repaired(reply)).toEqual(["file-told application/pdf", "file-told text/csv"]);
});

test("a refusal that is about no file is told as before", async () => {
  const { model, asked } = picky(() => "'tool choice type: auto' functionality not supported.");
  const failing = new LLMManager({ models: [model], retry: 1 }).generate({ messages: audio });
  await expect(failing).rejects.toMatchObject({ code: "model-refused" });
  expect(asked).toHaveLength(1);
});

test("a provider of one's own says what it takes", async () => {
  const takesFile = ({ role, mediaType, given }: FileKind): boolean =>
    role === "assistant" ? mediaType === "audio/mpeg" : given === "bytes";
  const model = new MockProvider(["ok"], { takesFile });
  const messages = [
    user(file("image/png"), file("image/png", { url: "https://example.com/a.png" })),
    assistantMessage([file("audio/mpeg"), file("image/png")]),
    userMessage("Well?"),
  ];
  const reply = await new LLMManager({ models: [model] }).generate({ messages });
  expect(repaired(reply)).toEqual(["file-told image/png", "file-removed image/png"]);
  expect(model.calls[0]?.prompt).toMatchObject([
    { content: [{ type: "text" }, { type: "file" }, { type: "text", text: expect.stringContaining("is not shown") }] },
    { content: [{ type: "file", mediaType: "audio/mpeg" }] },
    { content: [{ text: "Well?" }] },
  ]);
});

/** Each package, and what it sends. */
function packages(): readonly (readonly [string, ModelSource, string[]])[] {
  const made = (name: string, model: (fetch: typeof globalThis.fetch) => ModelSource) => {
    const bodies: string[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      bodies.push(init?.body as string);
      return new Response("{}", { status: 400 });
    };
    return [name, model(fetch), bodies] as const;
  };
  const apiKey = "a-key-for-tests";
  return [
    made("Anthropic", (fetch) => createAnthropic({ apiKey, fetch })("claude-haiku-4-5")),
    made("OpenAI's Responses", (fetch) => createOpenAI({ apiKey, fetch })("gpt-5-mini")),
    made("OpenAI's chat", (fetch) => createOpenAI({ apiKey, fetch }).chat("gpt-4.1")),
    made("what is like OpenAI", (fetch) =>
      createOpenAICompatible({ name: "groq", baseURL: "http://localhost/v1", apiKey, fetch })("llama"),
    ),
  ];
}

const kinds = ["image/png", "audio/mpeg", "audio/flac", "application/pdf", "application/zip", "text/csv", "video/mp4"];
const each = kinds.flatMap((type) => [file(type), file(type, { url: "https://example.com/a" })]);

test.each(packages())("%s is sent every history, whatever files are in it", async (_, model, bodies) => {
  const llm = new LLMManager({ models: [model], retry: 1, breaker: false });
  const histories = [...each.map((one) => [user(one)]), [user(...each)]];
  for (const messages of histories) {
    const error: unknown = await llm.generate({ messages }).catch((thrown: unknown) => thrown);
    // The server's answer, and not the package's.
    expect(isError(error) && error.message).toContain("HTTP 400");
  }
  expect(bodies).toHaveLength(histories.length);
});

test.each(packages())("%s is sent no assistant's message that files were all of", async (_, model, bodies) => {
  const mine = assistantMessage([file("image/png")]);
  const drawn = { ...assistantMessage([file("image/png")]), from: { provider: "google", model: "gemini-image" } };
  const messages = [userMessage("Draw a cat."), mine, userMessage("Another one."), drawn, userMessage("Which colour?")];
  await expect(new LLMManager({ models: [model] }).generate({ messages })).rejects.toThrow("HTTP 400");
  expect(bodies[0]).toContain("Which colour?");
  expect(bodies[0]).not.toContain('"assistant"');
});

test.each([
  ["without data", {}, "one of base64, url and blob, not empty", "an object with type, mediaType"],
  ["of no bytes", { base64: "" }, "one of base64, url and blob, not empty", '""'],
  ["of an empty blob", { blob: { blob: "b1", size: 0 } }, "not empty", "an object with blob, size"],
  ["whose address is none", { url: "not a url" }, "a URL, such as https://example.com/a.png", '"not a url"'],
])("a file %s is refused where its message is made, and dropped from a history", async (_, given, expected, got) => {
  const part = file("image/png", given);
  expect(() => user(part)).toThrow(
    expect.objectContaining({ code: "invalid-option", got, expected: expect.stringContaining(expected) }),
  );
  const model = new MockProvider(["ok"]);
  const kept: Message = { v: 1, id: "m1", role: "user", parts: [{ type: "text", text: "Look." }, part] };
  const { repairs } = await new LLMManager({ models: [model] }).generate({ messages: [kept] });
  expect(repairs).toEqual([{ kind: "empty-removed", message: "m1" }]);
  expect(model.calls[0]?.prompt).toEqual([{ role: "user", content: [{ type: "text", text: "Look." }] }]);
});
