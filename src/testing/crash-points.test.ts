// - without a point it is the journal itself, and counts
// - at the point the batch is recorded or not, and from then on no call is answered, not even one under way
// - the journal below lives on
// - a lazy append counts as any other; commands pass through until the crash
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { EventEnvelope } from "../base/index.ts";
import { type AppendOptions, type Command, type Inbox, type Journal, memoryJournal } from "../journal/index.ts";
import { crashingJournal } from "./crash-points.ts";

const event = (n: number): EventEnvelope => ({
  v: 1,
  stream: "a",
  seq: 0,
  at: 0,
  run: "a",
  key: "",
  type: "happened",
  data: n,
});

async function numbers(journal: Journal): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { data } of journal.read("a")) found.push(data);
  return found;
}

/** Whether it is answered when everything has run that can. */
async function answered(call: unknown): Promise<boolean> {
  const done = Promise.resolve(call).then(
    () => true,
    () => true,
  );
  return Promise.race([done, turn(undefined).then(() => false)]);
}

test("without a point it records and counts", async () => {
  const crashing = crashingJournal(memoryJournal());
  for (const n of [1, 2, 3]) await crashing.append([event(n)]);
  expect([crashing.appends, await numbers(crashing), crashing.durable]).toEqual([3, [1, 2, 3], false]);
});

test.each([
  ["before", [1]],
  ["after", [1, 2]],
] as const)("dying %s the second append", async (when, recorded) => {
  const journal = memoryJournal();
  const crashing = crashingJournal(journal, { append: 2, when });
  await crashing.append([event(1)]);
  expect(await answered(crashing.crashed)).toBe(false);
  expect(await answered(crashing.append([event(2)]))).toBe(false);
  await crashing.crashed;
  expect(await answered(crashing.append([event(3)]))).toBe(false);
  expect(await numbers(journal)).toEqual(recorded);
});

test.each(["before", "after"] as const)(
  "dying %s a batch that the journal refuses at once is a death, too",
  async (when) => {
    const journal = memoryJournal();
    await journal.append([event(1)]);
    const crashing = crashingJournal(journal, { append: 1, when });
    expect(await answered(crashing.append([event(2)], { expect: { a: 0 } }))).toBe(false);
    expect(await answered(crashing.crashed)).toBe(true);
    expect(await numbers(journal)).toEqual([1]);
  },
);

test("nothing is answered any more, and closing does not hang", async () => {
  const journal = memoryJournal();
  const crashing = crashingJournal(journal, { append: 1, when: "before" });
  void crashing.append([event(1)]);
  const calls = [
    crashing.read("a")[Symbol.asyncIterator]().next(),
    crashing.tail(0, AbortSignal.abort())[Symbol.asyncIterator]().next(),
    crashing.heads()[Symbol.asyncIterator]().next(),
    crashing.snapshots.put("a", { seq: 1, state: 1 }),
    crashing.snapshots.get("a"),
    crashing.blobs.put(Uint8Array.of(1)),
    crashing.blobs.get({ blob: "", size: 0 }),
    crashing.drop("a"),
  ];
  expect(await Promise.all(calls.map(answered))).toEqual(calls.map(() => false));
  await crashing.close();
  await journal.append([event(2)]);
  expect(await numbers(journal)).toEqual([2]);
});

test("an append that is under way at the crash is not answered either, whatever becomes of it", async () => {
  const journal = memoryJournal();
  const slow: Journal = Object.assign(Object.create(journal) as Journal, {
    append: async (events: readonly EventEnvelope[]) => {
      await turn();
      await journal.append(events);
    },
  });
  const crashing = crashingJournal(slow, { append: 2, when: "after" });
  const first = crashing.append([event(1)]);
  void crashing.append([event(2)]);
  await crashing.crashed;
  expect([await answered(first), await numbers(journal)]).toEqual([false, [1, 2]]);
});

test("what else is under way at the crash is not answered either", async () => {
  const journal = memoryJournal();
  await journal.append([event(1), event(2)]);
  const crashing = crashingJournal(journal, { append: 1, when: "before" });
  const reading = crashing.read("a")[Symbol.asyncIterator]();
  await reading.next();
  const restoring = (await crashing.restore("a")).events[Symbol.asyncIterator]();
  await restoring.next();
  const calls = [
    crashing.blobs.put(Uint8Array.of(1)),
    crashing.snapshots.get("a"),
    crashing.restore("a"),
    crashing.heads()[Symbol.asyncIterator]().next(),
    reading.next(),
    restoring.next(),
  ];
  void crashing.append([event(3)]);
  expect(await Promise.all(calls.map(answered))).toEqual(calls.map(() => false));
});

test("a lazy append counts as any other, and stays lazy", async () => {
  const journal = memoryJournal();
  const told: (AppendOptions | undefined)[] = [];
  const watched: Journal = Object.assign(Object.create(journal) as Journal, {
    append: (events: readonly EventEnvelope[], options?: AppendOptions) => {
      told.push(options);
      return journal.append(events, options);
    },
  });
  const crashing = crashingJournal(watched, { append: 2, when: "after" });
  await crashing.append([event(1)], { lazy: true });
  expect(await answered(crashing.append([event(2)], { lazy: true }))).toBe(false);
  await crashing.crashed;
  expect([crashing.appends, told, await numbers(journal)]).toEqual([2, [{ lazy: true }, { lazy: true }], [1, 2]]);
});

/** Hands commands to whoever serves, and tells how many do. */
class Box implements Inbox {
  readonly handlers = new Set<(command: Command) => Promise<unknown>>();

  serve(handle: (command: Command) => Promise<unknown>): () => void {
    this.handlers.add(handle);
    return () => this.handlers.delete(handle);
  }

  send(id: string): Promise<unknown>[] {
    return [...this.handlers].map((handle) => handle({ id, type: "cancel", data: null }));
  }
}

test("commands pass through until the crash, and one under way then is not answered", async () => {
  const box = new Box();
  const journal: Journal = Object.assign(memoryJournal(), { inbox: box });
  const crashing = crashingJournal(journal, { append: 1, when: "before" });
  const finish = new Map<string, (outcome: Promise<unknown>) => void>();
  const handle = ({ id }: Command): Promise<unknown> => new Promise((resolve) => finish.set(id, resolve));
  const end = crashing.inbox?.serve(handle);
  const [one, two, three, four] = ["1", "2", "3", "4"].flatMap((id) => box.send(id));
  finish.get("1")?.(Promise.resolve("done"));
  finish.get("2")?.(Promise.reject(new Error("refused")));
  expect(await one).toBe("done");
  await expect(two).rejects.toThrow("refused");
  void crashing.append([event(1)]);
  await crashing.crashed;
  finish.get("3")?.(Promise.resolve("late"));
  finish.get("4")?.(Promise.reject(new Error("late")));
  expect([await answered(three), await answered(four), box.handlers.size]).toEqual([false, false, 0]);
  crashing.inbox?.serve(handle);
  expect(box.handlers.size).toBe(0);
  end?.();
});

test("serving ends when it is told so, and a journal without an inbox has none", () => {
  const box = new Box();
  const end = crashingJournal(Object.assign(memoryJournal(), { inbox: box })).inbox?.serve(async () => null);
  expect(box.handlers.size).toBe(1);
  end?.();
  end?.();
  expect(box.handlers.size).toBe(0);
  expect("inbox" in crashingJournal(memoryJournal())).toBe(false);
});
