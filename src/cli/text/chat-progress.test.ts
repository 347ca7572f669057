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

test("a call that was open before anybody watched is known by its place among all calls of its turn, those that change the plan too", () => {
  const progress = new ChatProgress(() => 0, true);
  const step = { run: "r", turn: 2 } as const;
  progress.past([
    { ...step, type: "act", tool: "plan_add", input: {} },
    { ...step, type: "act", tool: "pay", input: { n: 80 } },
    { ...step, type: "observe", tool: "plan_add", outcome: "ok" },
  ]);
  progress.waits("react/#2/tool approval[2.2]");
  expect(progress.open).toMatchObject([{ text: "pay(n: 80)", waiting: true }]);
  const told = progress.apply({
    type: "tool-finished",
    turn: 2,
    call: "2.2",
    tool: "pay",
    outcome: "ok",
    durationMs: 1,
  });
  expect(JSON.stringify(told)).toContain("pay(n: 80)");
  expect(progress.open).toEqual([]);
});

test("progress from nothing on is told as such", () => {
  const progress = new ChatProgress(() => 0, false);
  const call = { turn: 1, call: "1.1", tool: "scan" };
  progress.apply({ type: "tool-called", ...call, input: {} });
  progress.apply({ type: "tool-progressed", ...call, done: 0, total: 100 });
  expect(progress.open[0]?.detail).toBe("0 of 100");
});
