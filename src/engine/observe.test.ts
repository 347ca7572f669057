// Who observes an engine
// - is given every event of every run, in order, each once it is recorded; progress and halts too
// - may stop, and may be there several times
// - is a function, or refused
// - harms nothing by throwing or rejecting, and that is logged
import { expect, test } from "vitest";
import { configureLogging, type LogRecord } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { body, failureOf, forever, place, recorded } from "./engine.fixture.ts";
import type { EngineEvent } from "./record/events.ts";
import { journals } from "./journals.fixture.ts";

const ask = body((r) => r.step("ask", () => 1));

test.each(journals)("every event of every run, as it is on record: %s", async (_, open) => {
  const { engine, journal } = place(open());
  const seen: EngineEvent[] = [];
  engine.observe((event) => void seen.push(event));
  await Promise.all([engine.run(ask, undefined, { id: "a" }), engine.run(ask, undefined, { id: "b" })]);
  for (const id of ["a", "b"]) {
    const [told, kept] = [seen.filter(({ run }) => run === id), await recorded(journal, id)];
    expect(told.map(({ type, key, data }) => ({ type, key, data }))).toEqual(
      kept.map(({ type, key, data }) => ({ type, key, data })),
    );
    expect(told).toHaveLength(4);
  }
});

test("progress and halts, which are on no record", async () => {
  const { engine, journal, clock } = place(memoryJournal());
  const types: string[] = [];
  engine.observe(({ type }) => void types.push(type));
  engine.start(
    body((r) => r.step("ask", (step) => (step.progress({ done: 1 }), forever()))),
    undefined,
    { id: "r" },
  );
  await clock.advance(0);
  await engine[Symbol.asyncDispose]();
  expect(types).toEqual(["run-started", "step-started", "step-progress", "run-paused", "run-halted"]);
  expect(await recorded(journal, "r")).toHaveLength(3);
});

test.each([undefined, null, "log", { next() {} }])("who is no function is refused: %j", (wrong) => {
  expect(() => place(memoryJournal()).engine.observe(wrong as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", expected: "a function of events" }),
  );
});

test("once each, also where one stops and observes again as it is told", async () => {
  const { engine } = place(memoryJournal());
  const seen: string[] = [];
  let stop = (): void => {};
  const again = ({ type }: EngineEvent): void => {
    stop();
    seen.push(type);
    if (seen.length < 100) stop = engine.observe(again);
  };
  stop = engine.observe(again);
  await engine.run(ask, undefined);
  expect(seen).toEqual(["run-started", "step-started", "step-finished", "run-finished"]);
});

test("until it stops; twice where it was given twice", async () => {
  const { engine } = place(memoryJournal());
  let count = 0;
  const listener = (): void => void count++;
  const stops = [engine.observe(listener), engine.observe(listener)];
  await engine.run(ask, undefined);
  expect(count).toBe(8);
  stops[0]?.();
  stops[0]?.();
  await engine.run(ask, undefined);
  expect(count).toBe(12);
  stops[1]?.();
  await engine.run(ask, undefined);
  expect(count).toBe(12);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no disk");
    },
  ],
  [
    "rejects",
    async () => {
      throw new Error("no disk");
    },
  ],
])("one that %s harms neither run nor the others, and is logged", async (_, broken) => {
  const records: LogRecord[] = [];
  await configureLogging({ level: "error", sink: (record) => void records.push(record) });
  try {
    const { engine, clock } = place(memoryJournal());
    let count = 0;
    engine.observe(broken);
    engine.observe(() => void count++);
    expect(await engine.run(ask, undefined)).toBe(1);
    await clock.advance(0);
    expect(count).toBe(4);
    expect(records).toHaveLength(4);
    expect(records[0]).toMatchObject({
      level: "error",
      category: ["aitor", "engine"],
      message: ["a listener of engine.observe failed: no disk"],
      properties: { error: { name: "Error", message: "no disk" } },
    });
  } finally {
    await configureLogging({ level: "off" });
  }
});

test("a failure comes as an event that says what was expected, what came, and the fix", async () => {
  const { engine, clock } = place(memoryJournal());
  const seen: EngineEvent[] = [];
  engine.observe((event) => void seen.push(event));
  const refuse = (): never => {
    throw new Error("no disk");
  };
  const failing = body((r) =>
    r.step("ask", (step) => (step.defer(refuse), refuse()), { retry: { attempts: 2, initialDelay: 0 } }),
  );
  const result = failureOf(engine.run(failing, undefined));
  await clock.advance("1s");
  await result;
  await failureOf(
    engine.run(
      body(async () => refuse()),
      undefined,
    ),
  );
  const handle = engine.start(
    body((r) => r.step("ask", forever)),
    undefined,
  );
  await handle.cancel(new Error("enough"));
  await failureOf(engine.run(ask, new Map() as never));

  const told = seen.flatMap(({ type, data }) => ("error" in data ? [{ type, error: data.error }] : []));
  const types = [
    "run-cancelled",
    "run-failed",
    "run-failed",
    "run-halted",
    "release-failed",
    "release-failed",
    "step-failed",
    "step-retried",
  ];
  expect(told.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
  const text = expect.stringMatching(/./) as string;
  for (const { error } of told) expect(error).toMatchObject({ message: text, expected: text, got: text, fix: text });
});
