// What is told of a sub-agent whose run failed: why, and what its record says that it used.
import { expect, test } from "vitest";
import type { EventEnvelope } from "../../base/index.ts";
import { StepError } from "../../engine/index.ts";
import { NO_USAGE } from "../../llm/index.ts";
import { reportOfFailure } from "./delegation-report.ts";

test("its own calls and what it delegated count, and an event that has the name of a call and is none does not", async () => {
  const called = { model: "m", outcome: "answered", usage: { inputTokens: 10, outputTokens: 5 }, cost: 1 };
  const delegated = { usage: { ...NO_USAGE, calls: 2, inputTokens: 7, cost: 0.5 }, steps: 3 };
  const recorded: EventEnvelope[] = [
    ["model-called", "react/#1/think", called],
    ["model-called", "react/#1/odd", null],
    ["step-finished", "react/#1/think", {}],
    ["usage-added", "react/#1/work", delegated],
  ].map(([type, key, data], seq) => ({ v: 1, stream: "r", seq, at: 0, run: "r", key, type, data }) as EventEnvelope);
  const ctx = {
    runId: "top",
    async *events(run: string) {
      if (run === "top/worker[1]") yield* recorded;
    },
  };
  const error = Object.assign(new Error("gone"), { stepKey: "worker[1]" });
  expect(await reportOfFailure("worker", error, ctx)).toMatchObject({
    status: "failed",
    reason: "gone",
    spent: { steps: 4, tokens: 22, usd: 1.5 },
    usage: { calls: 3, inputTokens: 17, outputTokens: 5 },
  });
});

test("why it failed is told without the keys of steps that it failed in", async () => {
  const ctx = { runId: "top", async *events() {} };
  const cause = { name: "Error", message: "no network" };
  const told = { expected: "a result", got: "an error", fix: "look at it" };
  const failure = { stepKey: "look", code: "step-failed", message: "no network", retryable: true, cause, ...told };
  const inner = new StepError(failure, new Error("no network"));
  const outer = new StepError({ ...failure, stepKey: "worker[1]", message: inner.message }, inner);
  expect(await reportOfFailure("worker", outer, ctx)).toMatchObject({ run: "top/worker[1]", reason: "no network" });
  expect(await reportOfFailure("worker", new StepError(failure, undefined), ctx)).toMatchObject({
    reason: 'step "look" failed: no network',
  });
});
