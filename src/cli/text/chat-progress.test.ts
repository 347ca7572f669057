// What is said of an answer that comes about.
import { expect, test } from "vitest";
import { ChatProgress } from "./chat-progress.ts";

test("a request that is made again says of whom: it may be a model that was not asked before", () => {
  const progress = new ChatProgress(() => 0, false);
  const said = progress.apply({ type: "model-retried", turn: 1, model: "groq/llama", message: "terminated" });
  expect(JSON.stringify(said)).toContain("terminated; groq/llama is asked next");
  expect(JSON.stringify(said)).not.toContain("asked again");
});

test("a call whose arguments a person changed is told as it was made", () => {
  const progress = new ChatProgress(() => 0, false);
  const call = { turn: 1, call: "1.1" };
  progress.apply({ type: "tool-called", ...call, tool: "pay", input: { n: 80 } });
  progress.apply({ type: "approval-answered", ...call, edited: { n: 50 } });
  const told = progress.apply({ type: "tool-finished", ...call, tool: "pay", outcome: "ok", durationMs: 1 });
  expect(JSON.stringify(told)).toContain("50");
  expect(JSON.stringify(told)).not.toContain("80");
});
