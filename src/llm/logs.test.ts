// What is logged of requests to models: each failure, with the error that it came of
// - of a provider, though the request is answered in the end
// - what a provider does not take, once for each model
// - of who listens to a request, which is nobody else's
import { afterEach, beforeEach, expect, test } from "vitest";
import { configureLogging, type LogRecord } from "../base/index.ts";
import { MockProvider } from "../testing/index.ts";
import { LLMManager, userMessage } from "./index.ts";

const messages = [userMessage("hi")];

let records: LogRecord[];
beforeEach(async () => {
  records = [];
  await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
});
afterEach(() => configureLogging({ level: "off" }));

test("a model that fails is a warning", async () => {
  const fault = { kind: "status", status: 500, at: "start" } as const;
  const mocks = [new MockProvider([{ fault }], { model: "broken" }), new MockProvider(["ok"], { model: "whole" })];
  await new LLMManager({ models: mocks, retry: { attempts: 1 } }).generate({ messages });
  expect(records).toMatchObject([
    {
      level: "warning",
      rawMessage: expect.stringMatching(/^model "mock\/broken" failed: /) as string,
      properties: { model: "mock/broken", failure: "server", error: { message: expect.any(String) as string } },
    },
  ]);
});

test("a setting that a provider does not take is a warning, once for each model", async () => {
  const mocks = ["a", "b"].map((model) => new MockProvider(["ok", "ok"], { model, takes: [] }));
  const manager = new LLMManager({ models: mocks });
  for (const model of ["mock/a", "mock/a", "mock/b"])
    await manager.generate({ messages, model, settings: { seed: 3 } });
  const warned = (model: string): object => ({
    level: "warning",
    rawMessage: `model "${model}": seed is not supported and was left out`,
    properties: { model, setting: "seed" },
  });
  expect(records).toMatchObject([warned("mock/a"), warned("mock/b")]);
});

test("a listener that throws is an error", async () => {
  const failing = (): never => {
    throw new TypeError("full disk");
  };
  await new LLMManager({ models: [new MockProvider(["ok"])] }).generate({ messages, onCall: failing });
  expect(records).toMatchObject([
    {
      level: "error",
      rawMessage: "a listener of a request failed: full disk",
      properties: { error: { name: "TypeError", stack: expect.stringContaining("logs.test.ts") as string } },
    },
  ]);
});
