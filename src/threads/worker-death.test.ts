import { getEventListeners } from "node:events";
import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { configureLogging, type LogRecord } from "../base/index.ts";
import { BEHAVIOURS, failure, Gate, sharedNumbers, testPool, until } from "./pool.fixture.ts";

/*
 * A worker that dies fails its one call, with an error that says why; the others, running and waiting, finish, and another
 * worker takes its place. Time-outs and aborts end a worker at once.
 */

const deaths = [
  [
    "exits",
    "exit",
    [3],
    { message: /^the worker of "exit" ended before it answered/, data: { reason: "exit", exitCode: 3 } },
  ],
  [
    "exits as if all were well",
    "exit",
    [0],
    { message: /ended before it answered/, data: { reason: "exit", exitCode: 0 } },
  ],
  [
    "throws from a callback",
    "throwFromCallback",
    [new Error("nobody catches this")],
    { message: /nobody catches this/, data: { reason: "error" } },
  ],
  [
    "throws nothing from a callback",
    "throwFromCallback",
    [undefined],
    { message: /: undefined/, data: { reason: "error" } },
  ],
  ["leaves a rejection alone", "rejectUnheard", [], { message: /nobody awaits this/, data: { reason: "error" } }],
  ["fills its heap", "growHeap", [], { message: /ran out of memory/, data: { reason: "memory", memory: 128 } }],
  ["fills a map", "growMap", [], { message: /ran out of memory/, data: { reason: "memory", memory: 128 } }],
  ["fills buffers", "growBuffers", [], { message: /ran out of memory/, data: { reason: "memory", memory: 128 } }],
] as const;

test.each(deaths)("one that %s fails alone", async (_, what, input, { message, data }) => {
  await using pool = testPool({ threads: 2, memory: 128 });
  const gate = new Gate();
  const running = pool.do("hold", gate.numbers);
  const dying = failure(pool.do(what, ...input));
  const waiting = [pool.do("add", 1, 2), pool.do("add", 3, 4)];
  expect(await dying).toMatchObject({
    code: "thread-died",
    message: expect.stringMatching(message),
    expected: expect.any(String),
    got: expect.any(String),
    fix: expect.any(String),
    retryable: true,
    data,
  });
  expect(await Promise.all(waiting)).toEqual([3, 7]);
  gate.open();
  expect(await running).toEqual(expect.any(Number));
});

test("one that has more than it may when its call is over is not given another, which would die of it", async () => {
  await using pool = testPool({ threads: 1, memory: 128 });
  const thread = await pool.do("thread");
  expect(await pool.do("keepBuffer", 20)).toBe(thread);
  expect(await pool.do("keepBuffer", 300)).toBe(thread);
  expect(await pool.do("thread")).not.toBe(thread);
});

test("one that is killed from outside fails alone, and is replaced", async () => {
  const workers: Worker[] = [];
  const onWorker = (worker: Worker): number => workers.push(worker);
  process.on("worker", onWorker);
  try {
    await using pool = testPool({ threads: 1 });
    const gate = new Gate();
    const running = failure(pool.do("hold", gate.numbers));
    const waiting = pool.do("add", 1, 2);
    await gate.arrived(1);
    await workers[0]?.terminate();
    expect(await running).toMatchObject({ code: "thread-died", data: { reason: "exit" } });
    expect(await waiting).toBe(3);
    expect(workers).toHaveLength(2);
  } finally {
    process.off("worker", onWorker);
  }
});

test("all of them may die at once", async () => {
  await using pool = testPool({ threads: 2 });
  const dying = Array.from({ length: 6 }, () => failure(pool.do("exit", 1)));
  const waiting = Array.from({ length: 6 }, (_, index) => pool.do("add", index, 1));
  for (const error of await Promise.all(dying)) expect(error).toMatchObject({ code: "thread-died" });
  expect(await Promise.all(waiting)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("one that loops for ever ends when its signal aborts, and nothing of it runs on", async () => {
  await using pool = testPool({ threads: 1 });
  const counter = sharedNumbers();
  const stopping = new AbortController();
  const looping = failure(pool.doUntil(stopping.signal, "loop", counter));
  const waiting = pool.do("add", 1, 2);
  await Atomics.waitAsync(counter, 0, 0).value;
  const reason = new Error("took too long");
  stopping.abort(reason);
  expect(await looping).toBe(reason);
  const counted = Atomics.load(counter, 0);
  expect(await waiting).toBe(3);
  expect(Atomics.load(counter, 0)).toBe(counted);
});

test("a call that waits leaves the queue when its signal aborts", async () => {
  await using pool = testPool({ threads: 1 });
  const gate = new Gate();
  const running = pool.do("hold", gate.numbers);
  const stopping = new AbortController();
  const stopped = failure(pool.doUntil(stopping.signal, "count"));
  const next = pool.do("count");
  await gate.arrived(1);
  stopping.abort(new Error("no longer wanted"));
  expect(await stopped).toMatchObject({ message: "no longer wanted" });
  expect(pool.waiting).toBe(1);
  gate.open();
  await running;
  expect(await next).toBe(1);
});

test("calls may have one signal: it has one listener while they are open, and ends them all", async () => {
  await using pool = testPool({ threads: 1 });
  const stopping = new AbortController();
  expect(await pool.doUntil(stopping.signal, "count")).toBe(1);
  expect(getEventListeners(stopping.signal, "abort")).toHaveLength(0);
  const counter = sharedNumbers();
  const calls = [failure(pool.doUntil(stopping.signal, "loop", counter))];
  for (let more = 0; more < 3; more++) calls.push(failure(pool.doUntil(stopping.signal, "count")));
  expect(getEventListeners(stopping.signal, "abort")).toHaveLength(1);
  await Atomics.waitAsync(counter, 0, 0).value;
  const reason = new Error("no longer wanted");
  stopping.abort(reason);
  expect(await Promise.all(calls)).toEqual([reason, reason, reason, reason]);
  expect(await pool.do("count")).toBe(1);
});

test("a call whose signal has aborted starts nothing", async () => {
  await using pool = testPool();
  const reason = new Error("too late");
  expect(await failure(pool.doUntil(AbortSignal.abort(reason), "count"))).toBe(reason);
  expect(pool.workers).toBe(0);
});

test("a call that is stopped while its worker starts was not called, as is said before the abort returns; the worker stays", async () => {
  await using pool = testPool({ threads: 1 });
  const stopping = new AbortController();
  const waits: boolean[] = [];
  const options = { signal: stopping.signal, onWait: (wait: boolean) => waits.push(wait) };
  const stopped = failure(pool.run(BEHAVIOURS, ["count"], options));
  stopping.abort(new Error("no longer wanted"));
  expect(waits).toEqual([true, false, true]);
  expect(await stopped).toMatchObject({ message: "no longer wanted" });
  expect(pool.workers).toBe(1);
  expect(await pool.do("count")).toBe(1);
  expect(pool.workers).toBe(1);
});

test("a call that is stopped when it has begun is not said to wait", async () => {
  await using pool = testPool({ threads: 1 });
  const stopping = new AbortController();
  const waits: boolean[] = [];
  const counter = sharedNumbers();
  const options = { signal: stopping.signal, onWait: (wait: boolean) => waits.push(wait) };
  const looping = failure(pool.run(BEHAVIOURS, ["loop", counter], options));
  await Atomics.waitAsync(counter, 0, 0).value;
  stopping.abort(new Error("enough"));
  await looping;
  expect(waits).toEqual([true, false]);
});

test("calls whose onWait throws when they are stopped fail with that, and all that are stopped with them end", async () => {
  await using pool = testPool({ threads: 2 });
  const stopping = new AbortController();
  const call = (): Promise<unknown> => {
    let isRunning = false;
    const onWait = (waits: boolean): void => {
      if (waits && isRunning) throw new RangeError("no");
      isRunning = !waits;
    };
    return failure(pool.run(BEHAVIOURS, ["count"], { signal: stopping.signal, onWait }));
  };
  const stopped = [call(), call(), failure(pool.doUntil(stopping.signal, "count"))];
  stopping.abort(new Error("enough"));
  const messages = (await Promise.all(stopped)).map((error) => (error as Error).message);
  expect(messages).toEqual(["no", "no", "enough"]);
});

test("an abort after the end changes nothing", async () => {
  await using pool = testPool({ threads: 1 });
  const stopping = new AbortController();
  expect(await pool.doUntil(stopping.signal, "count")).toBe(1);
  stopping.abort();
  expect(await pool.do("count")).toBe(2);
});

test("what an ended worker leaves behind is gone", async () => {
  await using pool = testPool({ threads: 1, idle: 1 });
  await failure(pool.do("exit", 1));
  await until(() => pool.workers === 0);
});

test.each([
  ["throws an error", "throwAfterwards", new Error("too late for anybody"), "too late for anybody"],
  ["throws nothing", "throwAfterwards", undefined, "undefined"],
  ["exits", "exitAfterwards", 5, "its exit with code 5"],
])("one that dies between two calls fails neither, and is told to the log: it %s", async (_, what, input, why) => {
  const records: LogRecord[] = [];
  await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
  try {
    await using pool = testPool({ threads: 1 });
    await pool.do(what, input);
    await until(() => pool.workers === 0 && records.length > 0);
    expect(await pool.do("count")).toBe(1);
    expect(records).toMatchObject([
      { category: ["aitor", "threads"], rawMessage: `a worker died while it had no call: ${why}` },
    ]);
  } finally {
    await configureLogging({ level: "off" });
  }
});

test("one that grows while it rests is ended while others work, and is told to the log", async () => {
  const records: LogRecord[] = [];
  await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
  try {
    await using pool = testPool({ threads: 2, memory: 128 });
    const gate = new Gate();
    const running = pool.do("hold", gate.numbers);
    await pool.do("growAfterwards");
    await until(() => pool.workers === 1 && records.length > 0);
    gate.open();
    await running;
    expect(records).toMatchObject([
      { rawMessage: expect.stringMatching(/had no call: it had 3\d\d MB, more than it may take$/) },
    ]);
  } finally {
    await configureLogging({ level: "off" });
  }
});

test("one that is given a call while it dies of the one before fails it not, and is told to the log", async () => {
  const records: LogRecord[] = [];
  await configureLogging({ level: "warning", sink: (record) => void records.push(record) });
  try {
    await using pool = testPool({ threads: 1 });
    let failed = 0;
    for (let round = 0; round < 4; round++) {
      // Its death may be known before its answer is.
      await pool.do("rejectAndReturn").catch(() => failed++);
      expect(await pool.do("count")).toBe(1);
    }
    await until(() => records.length + failed === 4);
    for (const { rawMessage } of records) {
      expect(rawMessage).toBe("a worker died while it had no call: nobody awaits this");
    }
  } finally {
    await configureLogging({ level: "off" });
  }
});

test("several that die of the calls before fail none of those that they are given then", async () => {
  await using pool = testPool({ threads: 3 });
  const each = [0, 1, 2];
  for (let round = 0; round < 3; round++) {
    await Promise.allSettled(each.map(() => pool.do("rejectAndReturn")));
    expect(await Promise.all(each.map((number) => pool.do("add", number, 1)))).toEqual([1, 2, 3]);
  }
});
