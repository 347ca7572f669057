// What is said of an answer that comes about.
import { expect, test } from "vitest";
import { ChatProgress } from "./chat-progress.ts";

test("a request that is made again says of whom: it may be a model that was not asked before", () => {
  const progress = new ChatProgress(() => 0, false);
  const said = progress.apply({ type: "model-retried", turn: 1, model: "groq/llama", message: "terminated" });
  expect(JSON.stringify(said)).toContain("terminated; groq/llama is asked next");
  expect(JSON.stringify(said)).not.toContain("asked again");
});
