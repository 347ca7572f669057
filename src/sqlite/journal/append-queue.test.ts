// How calls are gathered into commits, and how those who wait go on.
import { setImmediate as loop } from "node:timers/promises";
import { expect, test } from "vitest";
import { isAitorError } from "../../base/index.ts";
import { AppendQueue } from "./append-queue.ts";
import { event } from "../journal.fixture.ts";
import type { JournalLink } from "./journal-link.ts";
import type { Receipt, SentBatch } from "../worker/protocol.ts";

/** A worker that answers when it is told to. */
class Worker {
  readonly batches: SentBatch[] = [];
  readonly queue: AppendQueue;
  readonly #answers: PromiseWithResolvers<Receipt>[] = [];
  #seq = 1;

  constructor() {
    const call = (_: string, batch: SentBatch): Promise<Receipt> => {
      this.batches.push(batch);
      const answer = Promise.withResolvers<Receipt>();
      this.#answers.push(answer);
      return answer.promise;
    };
    this.queue = new AppendQueue({ call } as unknown as JournalLink, {
      wants: false,
      recorded: () => {},
      failed: () => {},
    });
  }

  /** Of each batch, how many calls it has. */
  get sizes(): number[] {
    return this.batches.map(([entries]) => entries);
  }

  answer(receipt?: Receipt): void {
    this.#answers.shift()?.resolve(receipt ?? [this.#seq]);
    this.#seq += 128;
  }

  fail(): void {
    this.#answers.shift()?.reject(new Error("the disk is full"));
  }
}

test("what is appended while a commit is under way is sent together when that is done", async () => {
  const worker = new Worker();
  void worker.queue.append([event("a", 1)], undefined);
  await loop();
  for (let n = 2; n < 10; n++) void worker.queue.append([event("a", n)], undefined);
  await loop();
  expect(worker.sizes).toEqual([1]);
  worker.answer();
  await loop();
  expect(worker.sizes).toEqual([1, 8]);
});

test("who reads is told behind those whose commit is back", async () => {
  const worker = new Worker();
  const order: string[] = [];
  void worker.queue.append([event("a", 1)], undefined).then(() => order.push("recorded"));
  await loop();
  expect(worker.queue.told()).toBeUndefined();
  worker.answer();
  await new Promise((resolve) => process.nextTick(resolve));
  void worker.queue.told()?.then(() => order.push("read"));
  expect(order).toEqual([]);
  await loop();
  await loop();
  expect(order).toEqual(["recorded", "read"]);
  expect(worker.queue.told()).toBeUndefined();
});

test("a group takes 128 calls, and is sent when it has them", async () => {
  const worker = new Worker();
  for (let n = 0; n < 300; n++) void worker.queue.append([event("a", n)], undefined);
  expect(worker.sizes).toEqual([128, 128]);
  worker.answer();
  worker.answer();
  await loop();
  expect(worker.sizes).toEqual([128, 128, 44]);
});

test("those who waited go on one group at a time, with the event loop free in between", async () => {
  const worker = new Worker();
  const settled: number[] = [];
  for (let n = 0; n < 256; n++) void worker.queue.append([event("a", n)], undefined).then(() => settled.push(n));
  worker.answer();
  worker.answer();
  await Promise.resolve();
  const seen: number[] = [];
  while (settled.length < 256) {
    await loop();
    seen.push(settled.length);
  }
  expect(seen.slice(-2)).toEqual([128, 256]);
  expect(settled).toEqual(Array.from({ length: 256 }, (_, n) => n));
});

test("calls settle in their order, though some have a promise of their own", async () => {
  const worker = new Worker();
  const told: string[] = [];
  const append = (name: string, options?: { expect: Record<string, number> }): void =>
    void worker.queue.append([event(name, 1)], options).then(
      () => told.push(name),
      (error: unknown) => told.push(`${name} ${isAitorError(error) ? error.code : ""}`),
    );
  append("a");
  append("b", { expect: { b: 0 } });
  append("c");
  append("d", { expect: { d: 3 } });
  append("e");
  await loop();
  worker.answer([5, [{ entry: 3, stream: "d", expected: 3, last: 0 }], []]);
  await loop();
  await loop();
  expect(told).toEqual(["a", "b", "c", "d journal-conflict", "e"]);
});

test("events are numbered in the order of their calls, those of a refused call not at all", async () => {
  const worker = new Worker();
  const events = Array.from({ length: 5 }, (_, n) => event("a", n));
  const [first, second, third, fourth, fifth] = events as [never, never, never, never, never];
  void worker.queue.append([first, second], undefined);
  const refused = worker.queue.append([third], { expect: { a: 9 } });
  void worker.queue.append([fourth], undefined);
  void worker.queue.append([fifth], { heads: [{ stream: "a", kind: "run", state: "on" }] });
  await loop();
  worker.answer([11, [{ entry: 1, stream: "a", expected: 9, last: 12 }]]);
  await expect(refused).rejects.toMatchObject({ code: "journal-conflict" });
  expect(events.map(({ seq }) => seq)).toEqual([11, 12, 0, 13, 14]);
});

test("an event that was frozen since is recorded all the same: nobody else waits for ever", async () => {
  const worker = new Worker();
  const events = Array.from({ length: 3 }, (_, n) => event("a", n));
  const appends = events.map((each) => worker.queue.append([each], undefined));
  Object.freeze(events[1]);
  await loop();
  worker.answer([11]);
  await Promise.all(appends);
  await worker.queue.settled();
  expect(events.map(({ seq }) => seq)).toEqual([11, 0, 13]);
});

test("events of one stream share a record, as far as nothing of another call depends on it", async () => {
  const worker = new Worker();
  for (const [stream, n] of [
    ["a", 1],
    ["a", 2],
    ["b", 3],
    ["a", 4],
  ] as const) {
    void worker.queue.append([event(stream, n)], undefined);
  }
  void worker.queue.append([event("a", 5)], { expect: { a: 4 } });
  void worker.queue.append([event("a", 6)], undefined);
  await loop();
  const [, , records] = worker.batches[0] as SentBatch;
  expect(records.filter((cell) => cell === "a" || cell === "b")).toEqual(["a", "b", "a", "a", "a"]);
});

test("after a failure nothing more is sent, and all are told why", async () => {
  const worker = new Worker();
  const appends: Promise<unknown>[] = [worker.queue.append([event("a", 1)], undefined)];
  await loop();
  appends.push(worker.queue.append([event("a", 2)], undefined), worker.queue.change({ kind: "drop", stream: "b" }));
  worker.fail();
  const results = await Promise.allSettled(appends);
  appends.push(worker.queue.append([event("a", 3)], undefined));
  expect([...results, ...(await Promise.allSettled(appends.slice(-1)))].map(({ status }) => status)).toEqual([
    "rejected",
    "rejected",
    "rejected",
    "rejected",
  ]);
  expect(worker.sizes).toEqual([1]);
  await worker.queue.settled();
});

test("who waits until all has settled hides no failure that nobody looks after", async () => {
  const worker = new Worker();
  const lost: unknown[] = [];
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error) => lost.push(error));
  try {
    void worker.queue.append([event("a", 1)], undefined);
    await loop();
    const settled = worker.queue.settled();
    worker.fail();
    await settled;
    await loop();
    await loop();
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
  expect(lost).toMatchObject([{ message: "the disk is full" }]);
});

test("what comes in the same turn of the event loop, however many promises later, goes along", async () => {
  const worker = new Worker();
  void worker.queue.append([event("a", 1)], undefined);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  expect(worker.sizes).toEqual([]);
  void worker.queue.append([event("b", 2)], undefined);
  await loop();
  expect(worker.sizes).toEqual([2]);
});

test("a queue knows what it holds of a stream until that is sent", async () => {
  const worker = new Worker();
  const held = (): string[] => ["a", "b", "c", "d", "e"].filter((stream) => worker.queue.holds(stream));
  expect(held()).toEqual([]);
  const bytes = Uint8Array.of(1);
  void worker.queue.append([event("b", 1), event("b", 2), event("a", 3)], undefined);
  void worker.queue.append([], { heads: [{ stream: "c", kind: "run", state: "on" }] });
  void worker.queue.change({ kind: "drop", stream: "d" });
  void worker.queue.change({ kind: "blob", bytes, stream: undefined });
  expect(held()).toEqual(["a", "b", "c", "d"]);
  await loop();
  expect(held()).toEqual([]);
});
