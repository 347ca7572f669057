// A message's beginning
// - is recorded with its receipt where its key is idle, with the ending before it where it waits
// - is recorded before its body runs, and told after what came before it
// - is not recorded for a message that was cancelled meanwhile, whose predecessor ends all the same
// - takes nothing from a message whose id was received before
// - does not count where the engine is closed before the body runs
import { describe, expect, test } from "vitest";

import type { EventEnvelope, Runnable } from "../../base/index.ts";
import { type AppendOptions, type Journal, memoryJournal } from "../../journal/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { WrappedJournal } from "../journals.fixture.ts";

/** Tells what each append holds, and lets one be held up, or something be done right before it. */
class Told extends WrappedJournal {
  readonly appends: string[][] = [];
  before: ((events: readonly EventEnvelope[]) => void | Promise<void>) | undefined;

  override async append(events: readonly EventEnvelope[], options?: AppendOptions): Promise<void> {
    await this.before?.(events);
    await super.append(events, options);
    this.appends.push(events.map(({ stream, type }) => `${stream.slice(-1)} ${type}`));
  }
}

const key = { name: "clerk", id: "a" };

function stage(journal: Journal = memoryJournal()) {
  const told = new Told(journal);
  const handled: unknown[] = [];
  const release: (() => void)[] = [];
  const definition: Runnable<unknown, null> = {
    name: "clerk",
    version: "1",
    execute: async (_, message) => {
      handled.push(message);
      if (message === "hold") await new Promise<void>((resolve) => release.push(resolve));
      return null;
    },
  };
  const engine = new EmbeddedEngine({ journal: told, definitions: [definition] });
  const send = (id: string, message: unknown = id): Promise<unknown> => engine.send(key, message, { id });
  return { told, handled, release, engine, send, definition };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("is recorded", () => {
  test("with its receipt where its key is idle", async () => {
    const { told, engine } = stage();
    await engine.ask(key, "hello", { id: "1" });
    expect(told.appends).toEqual([["1 message-received", "1 run-started"], ["1 run-finished"]]);
  });

  test("with the ending before it where it waits", async () => {
    const { told, send, release, handled } = stage();
    for (const [id, message] of ["hold", "2", "3"].entries()) await send(`${id + 1}`, message);
    release[0]?.();
    await turns();
    expect(handled).toEqual(["hold", "2", "3"]);
    expect(told.appends).toEqual([
      ["1 message-received", "1 run-started"],
      ["2 message-received"],
      ["3 message-received"],
      ["1 run-finished", "2 run-started"],
      ["2 run-finished", "3 run-started"],
      ["3 run-finished"],
    ]);
  });

  test("before its body runs, and told in the order of the journal", async () => {
    const { told, engine, send, release, handled } = stage();
    const types: string[] = [];
    engine.observe(({ run, type }) => void types.push(`${run.slice(-1)} ${type}`));
    const seen: unknown[][] = [];
    told.before = () => void seen.push([...handled]);
    await send("1", "hold");
    await send("2");
    release[0]?.();
    await turns();
    expect(seen).toEqual([[], ["hold"], ["hold"], ["hold", "2"]]);
    expect(types).toEqual([
      "1 message-received",
      "1 run-started",
      "2 message-received",
      "1 run-finished",
      "2 run-started",
      "2 run-finished",
    ]);
  });
});

test("a message that another hand has ended meanwhile is not begun, and the one before it ends all the same", async () => {
  const { told, engine, send, release, handled } = stage();
  await send("1", "hold");
  await send("2");
  await send("3");
  const other = "clerk/a/2";
  told.before = async (events) => {
    if (!events.some(({ stream, type }) => stream === other && type === "run-started")) return;
    told.before = undefined;
    const event = { v: 1, stream: other, seq: 0, at: 1, run: other, key: "", type: "run-cancelled" } as const;
    const error = { name: "Error", message: "not wanted" };
    const head = { stream: other, kind: "run", state: "cancelled", ended: true };
    await told.append([{ ...event, data: { error, durationMs: 0 } }], { heads: [head] });
  };
  release[0]?.();
  await turns();
  expect(handled).toEqual(["hold", "3"]);
  expect(await engine.ask(key, "4", { id: "4" })).toBe(null);
  expect(told.appends.slice(3, 6)).toEqual([["2 run-cancelled"], ["1 run-finished"], ["3 run-started"]]);
});

test("one that is cancelled while it waits is not begun, and not begun on record", async () => {
  const { told, engine, send, release, handled } = stage();
  await send("1", "hold");
  await send("2");
  await engine.cancel("clerk/a/2");
  release[0]?.();
  await turns();
  expect(handled).toEqual(["hold"]);
  expect(told.appends.flat()).not.toContain("2 run-started");
});

test("one that is cancelled while its beginning is being recorded is cancelled, and not handled", async () => {
  const { told, engine, send, release, handled } = stage();
  await send("1", "hold");
  await send("2");
  const coming = Promise.withResolvers<void>();
  let cancelled: Promise<void> | undefined;
  told.before = async (events) => {
    const types = events.map(({ type }) => type);
    if (types.includes("run-cancelled")) {
      coming.resolve();
      await turns();
    } else if (types.includes("run-started")) {
      cancelled = engine.cancel("clerk/a/2");
      await coming.promise;
    }
  };
  release[0]?.();
  await coming.promise;
  await cancelled;
  await turns();
  expect(told.appends.slice(2)).toEqual([["1 run-finished", "2 run-started"], ["2 run-cancelled"]]);
  told.before = undefined;
  expect(await engine.ask(key, "3", { id: "3" })).toBe(null);
  expect(handled).toEqual(["hold", "3"]);
});

test("an id that was received before is answered the same, and its key goes on", async () => {
  const { told, engine, handled } = stage();
  await engine.ask(key, "once", { id: "1" });
  const receipt = await engine.send(key, "once more", { id: "1" });
  expect(receipt).toMatchObject({ run: "clerk/a/1", duplicate: true });
  await engine.ask(key, "2", { id: "2" });
  expect(handled).toEqual(["once", "2"]);
  expect(told.appends.slice(2)).toEqual([["2 message-received", "2 run-started"], ["2 run-finished"]]);
});

test("a receipt that cannot be recorded gives the turn back", async () => {
  const { told, engine, send, handled } = stage();
  told.before = () => {
    told.before = undefined;
    throw new Error("the disk is full");
  };
  await expect(send("1")).rejects.toThrow("the disk is full");
  await engine.ask(key, "2", { id: "2" });
  expect(handled).toEqual(["2"]);
});

test("a beginning does not count where the engine is closed before the body runs", async () => {
  const journal = memoryJournal();
  const { told, engine, send, release, handled } = stage(journal);
  await send("1", "hold");
  await send("2");
  const recorded = Promise.withResolvers<void>();
  const append = told.append.bind(told);
  told.append = async (events, options) => {
    await append(events, options);
    if (!events.some(({ type }) => type === "run-finished")) return;
    void engine[Symbol.asyncDispose]();
    recorded.resolve();
  };
  release[0]?.();
  await recorded.promise;
  await turns();
  expect(handled).toEqual(["hold"]);
  expect(told.appends.slice(-2)).toEqual([["1 run-finished", "2 run-started"], ["2 run-paused"]]);
  const next = stage(journal);
  await next.engine.recover();
  await turns();
  expect(next.handled).toEqual(["2"]);
});
