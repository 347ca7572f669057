// - what is written as JSON and read back is the same message; what is none is refused with the place and what is expected
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyHistory } from "../history.fixture.ts";
import { toolCallsOf, assistantMessage, textOf, userMessage } from "./message.ts";
import { parseMessage } from "./parse-message.ts";

test("a message survives JSON", () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const message of history) {
        const read = parseMessage(JSON.parse(JSON.stringify(message)));
        expect(JSON.stringify(read)).toBe(JSON.stringify(message));
      }
    }),
  );
});

const base = { v: 1, id: "m" };
test.each<[unknown, string, string]>([
  [null, "it is wrong", "an object"],
  [{ ...base, v: 2, role: "user" }, ".v is wrong", "the version 1"],
  [{ v: 1, id: "", role: "user" }, ".id is wrong", "a text"],
  [{ ...base, role: "bot" }, ".role is wrong", '"system", "user", "assistant" or "tool"'],
  [{ ...base, role: "constructor", parts: [] }, ".role is wrong", '"system", "user", "assistant" or "tool"'],
  [{ ...base, role: "system" }, ".text is wrong", "a text"],
  [{ ...base, role: "user" }, ".parts is wrong", "an array"],
  [{ ...base, role: "user", parts: [{ type: "tool-call" }] }, ".parts[0].type is wrong", '"text" or "file"'],
  [{ ...base, role: "user", parts: ["x"] }, ".parts[0] is wrong", "an object"],
  [
    { ...base, role: "user", parts: [{ type: "file", mediaType: "a/b" }] },
    ".parts[0] is wrong",
    "one of blob, base64 and url",
  ],
  [
    { ...base, role: "user", parts: [{ type: "file", mediaType: "a/b", base64: "data:a/b;base64,aGk=" }] },
    ".parts[0].base64 is wrong",
    'base64 alone, without "data:…;base64," before it',
  ],
  [
    { ...base, role: "assistant", parts: [{ type: "tool-call", id: "1", name: "a" }] },
    ".parts[0].input is wrong",
    "a JSON value",
  ],
  [{ ...base, role: "assistant", parts: [], from: { provider: "a" } }, ".from.model is wrong", "a text"],
  [
    { ...base, role: "assistant", parts: [{ type: "text", text: "", metadata: { a: 1 } }] },
    ".parts[0].metadata is wrong",
    "an object of objects, by provider",
  ],
  [
    { ...base, role: "tool", parts: [{ type: "tool-result", id: "1", name: "a" }] },
    ".parts[0].output is wrong",
    "an object",
  ],
  [
    { ...base, role: "tool", parts: [{ type: "tool-result", id: "1", name: "a", output: { type: "x" } }] },
    ".parts[0].output.type is wrong",
    '"text", "json", "denied" or "parts"',
  ],
  [
    { ...base, role: "tool", parts: [{ type: "tool-result", id: "1", name: "a", output: { type: "toString" } }] },
    ".parts[0].output.type is wrong",
    '"text", "json", "denied" or "parts"',
  ],
  [
    {
      ...base,
      role: "tool",
      parts: [{ type: "tool-result", id: "1", name: "a", output: { type: "parts", parts: [{ type: "text" }] } }],
    },
    ".parts[0].output.parts[0].text is wrong",
    "a text",
  ],
])("%j is refused", (value, message, expected) => {
  expect(() => parseMessage(value)).toThrow(
    expect.objectContaining({ code: "invalid-message", expected, message: expect.stringContaining(message) as string }),
  );
});

test("what is no JSON is refused", () => {
  const date = { ...base, role: "assistant", parts: [{ type: "tool-call", id: "1", name: "a", input: new Date() }] };
  expect(() => parseMessage(date)).toThrow(expect.objectContaining({ code: "not-json" }));
});

test("texts and calls of a message", () => {
  expect(
    textOf(
      userMessage([
        { type: "text", text: "a" },
        { type: "file", mediaType: "b/c", url: "https://example.com/u" },
        { type: "text", text: "d" },
      ]),
    ),
  ).toBe("ad");
  const calls = assistantMessage([
    { type: "tool-call", id: "1", name: "a", input: {} },
    { type: "tool-call", id: "2", name: "b", input: {}, remote: true },
  ]);
  expect(toolCallsOf(calls).map(({ id }) => id)).toEqual(["1"]);
});
