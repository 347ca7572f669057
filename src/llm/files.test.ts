// Files of a history, whichever model is asked:
// - one without bytes, or with an address that is none, is refused where its message is made, and dropped from a history
import { expect, test } from "vitest";
import { MockProvider } from "../testing/index.ts";
import { type FilePart, LLMManager, type Message, userMessage } from "./index.ts";

const file = (mediaType: string, more: Partial<FilePart> = { base64: "aGk=" }): FilePart => ({
  type: "file",
  mediaType,
  ...more,
});
const user = (...files: FilePart[]): Message => userMessage([{ type: "text", text: "Look." }, ...files]);

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
