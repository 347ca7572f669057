// Files of messages that are in a store of blobs
// - are loaded within the time-outs and the abort of their request: a store that hangs is left behind
// - come as bytes, or the request ends with why they do not; no model is asked then
import { expect, test } from "vitest";
import { AitorError } from "../base/index.ts";
import { MockProvider, virtualClock } from "../testing/index.ts";
import {
  type BlobSource,
  isModelError,
  isModelUnavailable,
  LLMManager,
  type ModelSettings,
  userMessage,
} from "./index.ts";

const messages = [userMessage([{ type: "file", mediaType: "image/png", blob: { blob: "00ff", size: 1 } }])];

function place(get: () => unknown, settings?: ModelSettings) {
  const mock = new MockProvider(["ok"]);
  const clock = virtualClock();
  const blobs = { get: get as BlobSource["get"] };
  const manager = new LLMManager({ models: [mock], clock, blobs, ...(settings && { settings }) });
  const failed = (abortSignal?: AbortSignal): Promise<unknown> =>
    manager.generate({ messages, ...(abortSignal && { abortSignal }) }).catch((thrown: unknown) => thrown);
  return { mock, clock, manager, failed };
}

const never = (): Promise<never> => new Promise(() => {});

test("a store that never answers is left behind when the request is aborted", async () => {
  const { failed, clock, manager } = place(never);
  const controller = new AbortController();
  const failing = failed(controller.signal);
  await clock.advance(0);
  controller.abort(new Error("enough"));
  expect(await failing).toMatchObject({ code: "cancelled", cause: { message: "enough" }, data: { calls: [] } });
  expect(clock.pending).toBe(0);
  expect(manager.state()[0]?.keys[0]).toMatchObject({ state: "ready", inFlight: 0 });
});

test.each([
  ["timeout.total", { timeout: { total: "2s" } }, 2_000],
  ["timeout.firstToken", { timeout: { firstToken: "3s" } }, 3_000],
  ["five minutes, where nothing else is said", {}, 300_000],
] as const)("a store that never answers is left behind after %s", async (_, settings, ms) => {
  const { failed, clock, mock } = place(never, settings);
  const failing = failed();
  await clock.advance(ms - 1);
  expect(clock.pending).toBe(1);
  await clock.advance(1);
  const error = await failing;
  expect(isModelError(error) && isModelUnavailable(error)).toBe(true);
  expect(error).toMatchObject({ message: expect.stringContaining(`a file did not come within ${ms} ms`) });
  expect(mock.calls).toEqual([]);
});

test("a store that fails is told as a model that cannot be asked, with why; an error of Aitor's own as it is", async () => {
  const down = new Error("the store is down");
  const { failed } = place(() => Promise.reject(down));
  const error = await failed();
  expect(isModelError(error) && isModelUnavailable(error)).toBe(true);
  expect(error).toMatchObject({ message: expect.stringContaining("the store is down"), cause: down });
  const missing = new AitorError({ code: "blob-missing", message: "there is no such blob" });
  expect(await place(() => Promise.reject(missing)).failed()).toBe(missing);
});

test.each([undefined, "text", new ArrayBuffer(2)])("a store that gives no bytes but %s is told so", async (bytes) => {
  const { failed, mock } = place(async () => bytes);
  expect(await failed()).toMatchObject({ code: "invalid-value", expected: expect.stringContaining("a Uint8Array") });
  expect(mock.calls).toEqual([]);
});
