// Counts and sizes of a journal, and how they are shown.
import { beforeEach, expect, test } from "vitest";

import { EmbeddedEngine } from "../../engine/index.ts";
import { type Journal, memoryJournal } from "../../journal/index.ts";
import { journalStats } from "./journal-stats.ts";
import { statsText } from "./stats-text.ts";
import { style } from "../terminal/style.ts";

const FIGURES = { events: 1_234, bytes: 500_000, walBytes: 20_000, bytesPerEvent: 405 };

let journal: Journal;
let withFigures: Parameters<typeof journalStats>[0];

beforeEach(async () => {
  journal = memoryJournal();
  withFigures = Object.assign(journal, { figures: async () => FIGURES });
  await using engine = new EmbeddedEngine({ journal });
  for (let n = 0; n < 10; n++) {
    const execute = async (run: Parameters<Parameters<typeof engine.start>[0]["execute"]>[0]): Promise<void> => {
      await run.step("often", () => 1);
      await run.step("often", () => 1);
      if (n === 9) throw new Error(await run.step("bad", () => Promise.reject(new Error("no"))));
    };
    await engine.run({ name: "digest", version: "1", execute }, undefined, { id: `r-${n}` }).catch(() => {});
  }
  const stuck = { name: "stuck", version: "1", execute: () => new Promise(() => {}) };
  void engine.start(stuck, undefined, { id: "stuck" }).result.catch(() => {});
  await new Promise((rested) => setTimeout(rested, 10));
});

test("runs by state, the oldest unfinished, and the steps of the newest", async () => {
  const stats = await journalStats(withFigures, { path: "j.db", writer: undefined }, 3);
  expect(stats.runs).toEqual({ finished: 9, failed: 1, interrupted: 1 });
  expect(stats.oldestUnfinished).toMatchObject({ id: "stuck", name: "stuck" });
  expect(stats.counted).toBe(3);
  expect(stats.steps.map(({ step, count, failed }) => ({ step, count, failed }))).toEqual([
    { step: "often", count: 4, failed: 0 },
    { step: "bad", count: 1, failed: 1 },
  ]);
  expect(stats.steps[0]?.p95).toBeGreaterThanOrEqual(stats.steps[0]?.p50 as number);
  expect(stats.steps[1]?.p50).toBeNull();
});

test("of an empty journal nothing is counted", async () => {
  const empty = Object.assign(memoryJournal(), { figures: async () => FIGURES });
  const stats = await journalStats(empty, { path: "j.db", writer: 7 }, 100);
  expect(stats).toMatchObject({ runs: {}, oldestUnfinished: null, counted: 0, steps: [], writer: 7 });
});

test("for people: bytes for each event, who holds it, a table of steps", async () => {
  const stats = await journalStats(withFigures, { path: "j\x1b.db", writer: 42 }, 100);
  const text = statsText(stats, { now: Date.now(), width: Infinity, style: style(false) });
  expect(text).toContain("journal   j\\x1b.db\nheld by   process 42\nsize      500 kB, and 20 kB beside it\n");
  expect(text).toContain("events    1,234, 405 bytes each\nruns      9 finished, 1 failed, 1 running\n");
  expect(text).toContain("steps of the newest 11 runs\ndefinition  step   calls  failed");
  expect(text).toMatch(/\ndigest {6}bad {8}1 {7}1\n/);
});
