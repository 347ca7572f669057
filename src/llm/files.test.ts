// Files of a history, whichever model is asked:
// - words say that one was there which a model does not take, and a repair tells it
// - an assistant's file that the next model cannot be sent is told as a repair; what becomes empty is not sent
// - one without bytes, or with an address that is none, is refused where its message is made, and dropped from a history
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { expect, test } from "vitest";
import { MockProvider } from "../testing/index.ts";
import {
  assistantMessage,
  type FileKind,
  type FilePart,
  LLMManager,
  type Message,
  type ModelReply,
  type ModelSource,
  userMessage,
} from "./index.ts";

const file = (mediaType: string, more: Partial<FilePart> = { base64: "aGk=" }): FilePart => ({
  type: "file",
  mediaType,
  ...more,
});
const user = (...files: FilePart[]): Message => userMessage([{ type: "text", text: "Look." }, ...files]);
const repaired = ({ repairs }: Pick<ModelReply, "repairs">): string[] =>
  repairs.map(({ kind, about }) => `${kind} ${about}`);

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
