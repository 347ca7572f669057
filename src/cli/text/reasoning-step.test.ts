// What is told of a reasoning agent's step beside what is told of any.
import { expect, test } from "vitest";
import { reasoningText } from "./reasoning-step.ts";
import { style } from "../terminal/style.ts";

const page = { width: 80, style: style(false) };

test("what a provider left out of a request, and what was made legal for it, without what a terminal obeys", () => {
  const { parts } = reasoningText(
    { prompt: { asks: "reply", dialect: "native", messages: [], hash: "h", calls: [], missing: [] } },
    {
      key: "react/#1/think",
      name: "think",
      kind: "step",
      state: "finished",
      result: {
        message: { v: 1, id: "m", role: "assistant", parts: [] },
        model: "mock/a",
        finishReason: "stop",
        promptHash: "h",
        usage: {},
        repairs: [{ kind: "empty-removed", message: "m-1" }],
        warnings: [{ model: "mock/a", setting: "seed", message: "seed \u001b[2J is not supported" }],
      },
    } as unknown as Parameters<typeof reasoningText>[1],
    page,
  );
  const lines = (title: string): unknown => parts.find((part) => part.title === title)?.lines;
  expect(lines("warnings")).toEqual(["mock/a: seed \\x1b[2J is not supported"]);
  expect(lines("made legal for the provider")).toEqual(["empty-removed: message m-1"]);
});
