// What is told of a model's reply: what it says, and its text as it came where that was read otherwise; and the answers before
// it that were not what was asked for.
import { expect, test } from "vitest";
import type { ThinkRecord } from "../../reasoning/index.ts";
import { rejectedLines, replyLines } from "./prompt-text.ts";

const record: ThinkRecord = {
  message: { v: 1, role: "assistant", parts: [{ type: "text", text: "It is five." }], id: "1" },
  model: "mock/scripted",
  finishReason: "stop",
  promptHash: "0",
  usage: {},
};

test("a reply is told as it was read", () => {
  expect(replyLines(record)).toEqual(["It is five."]);
});

test("a reply that was read otherwise than it is written is told as it came, too", () => {
  expect(replyLines({ ...record, raw: "Sure:\n{'answer': 'It is five.'}" })).toEqual([
    "as it came:",
    "  Sure:",
    "  {'answer': 'It is five.'}",
    "as it was read:",
    "  It is five.",
  ]);
});

test("answers that were not what was asked for are told with what was wrong", () => {
  const message = { ...record.message, parts: [{ type: "text", text: '{"n":"bad"}' } as const] };
  expect(rejectedLines({ ...record, rejected: [{ message, issues: ".n: expected a number" }] })).toEqual([
    '{"n":"bad"}',
    "  is not what was asked for: .n: expected a number",
  ]);
  expect(rejectedLines(record)).toEqual([]);
});
