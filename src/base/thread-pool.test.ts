import { expect, test } from "vitest";
import type { ThreadPool } from "./thread-pool.ts";

/** The module once more: to the one of this process other tests provide a pool. */
const alone: string = "./thread-pool.ts?alone";
const { provideThreadPool, threadPool } = (await import(alone)) as typeof import("./thread-pool.ts");

/*
 * Where the pool of the process comes from: whoever provides one last. Without one, it is said what to import.
 */

const pool: ThreadPool = { run: async () => 1, [Symbol.asyncDispose]: async () => {} };

test("where nothing provides a pool, the error says what to import", async () => {
  await expect(threadPool()).rejects.toMatchObject({
    code: "no-thread-pool",
    expected: expect.stringContaining('"aitor/threads"'),
    got: expect.any(String),
    fix: expect.stringContaining('import "aitor/threads"'),
    retryable: false,
  });
});

test("the provided pool is loaded when it is asked for, and asked for anew each time", async () => {
  let loads = 0;
  provideThreadPool(async () => {
    loads++;
    return pool;
  });
  expect(loads).toBe(0);
  expect([await threadPool(), await threadPool()]).toEqual([pool, pool]);
  expect(loads).toBe(2);
});

test("a load that fails is tried again at the next use", async () => {
  let loads = 0;
  provideThreadPool(async () => (loads++ === 0 ? Promise.reject(new Error("not now")) : pool));
  await expect(threadPool()).rejects.toThrow("not now");
  expect(await threadPool()).toBe(pool);
});
