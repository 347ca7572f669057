// Live progress, as a screen shows it: lines of what is over, below them a picture of what is running.
import { beforeEach, describe, expect, test } from "vitest";

import type { Progress } from "../../base/index.ts";
import type { EngineEvent } from "../../engine/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { LiveProgress } from "./live-progress.ts";
import { Screen } from "../terminal/screen.fixture.ts";
import { style } from "../terminal/style.ts";

let clock: ReturnType<typeof virtualClock>;
let screen: Screen;
let live: LiveProgress;

beforeEach(() => show(80, 24));

describe("a step", () => {
  test("that runs has a line with its time and how far it is", async () => {
    start("fetch");
    progress("fetch", { done: 3, total: 12, note: "page 3" });
    await clock.advance(1_500);
    expect(screen.lines()).toEqual(["⠴ fetch  1.5 s  3/12 page 3"]);
  });

  test("that is over leaves a line, above those that run", async () => {
    start("first", "second");
    finish("second", 40);
    await clock.advance(200);
    expect(screen.lines()).toEqual(["✔ second  40 ms", "⠹ first  0.2 s"]);
  });

  test("that failed leaves a line with its error", async () => {
    start("fetch");
    fail("fetch", "no such page", 300);
    await clock.advance(300);
    expect(screen.lines()).toEqual(["✖ fetch  0.3 s  no such page"]);
  });

  test("that is tried again says why", async () => {
    start("fetch");
    apply("step-retried", "fetch", { attempt: 1, delayMs: 2_000, error: { message: "busy" } });
    await clock.advance(500);
    expect(screen.lines()).toEqual(["⠴ fetch  0.5 s  attempt 2 in 2 s, after: busy"]);
  });

  test("whose name and note a terminal would obey shows them written out", async () => {
    start("\x1b[2J\n\u202ename%2F");
    progress("\x1b[2J\n\u202ename%2F", { note: "\x07\x1b[31m" });
    await clock.advance(100);
    expect(screen.lines()).toEqual(["⠙ \\x1b[2J\\n\\u{202e}name/  0.1 s  \\x07\\x1b[31m"]);
  });
});

describe("steps of a kind", () => {
  test("stand in one line, with those that take longer than a second below it", async () => {
    start("read[0]", "read[1]");
    await clock.advance(1_000);
    start("read[2]");
    finish("read[0]", 1_000);
    await clock.advance(100);
    expect(screen.lines()).toEqual(["⠙ read  1.1 s  1 done, 2 running", "  ⠙ [1]  1.1 s"]);
  });

  test("leave one line when none of them runs any more", async () => {
    for (let element = 0; element < 1_000; element++) {
      start(`read[${element}]`);
      await clock.advance(5);
      finish(`read[${element}]`, 5);
    }
    await clock.advance(100);
    expect(screen.lines()).toEqual([expect.stringMatching(/^✔ read {2}5\.\d s {2}1000 done$/)]);
  });

  test("tell each failure, up to three, and count them all", async () => {
    for (let element = 0; element < 5; element++) start(`read[${element}]`);
    for (let element = 0; element < 5; element++) fail(`read[${element}]`, "gone", 200);
    await clock.advance(200);
    const told = [0, 1, 2].map((element) => `✖ read[${element}]  0.2 s  gone`);
    expect(screen.lines()).toEqual([...told, "✖ read  0 ms  0 done, 5 failed"]);
  });

  test("in turns that follow one another slowly have a line each", async () => {
    for (const turn of [1, 2]) {
      start(`agent/#${turn}/think`);
      await clock.advance(2_000);
      finish(`agent/#${turn}/think`, 2_000);
      await clock.advance(100);
    }
    expect(screen.lines()).toEqual(["✔ agent/#1/think  2.0 s", "✔ agent/#2/think  2.0 s"]);
  });
});

describe("the terminal", () => {
  test("shows as many running steps as fit and counts the rest", async () => {
    show(80, 6);
    start("a", "b", "c", "d", "e", "f", "g");
    await clock.advance(100);
    expect(screen.lines()).toEqual(["⠙ a  0.1 s", "⠙ b  0.1 s", "⠙ c  0.1 s", "… and 4 more"]);
  });

  test("that is narrow cuts names before times, and never wraps", async () => {
    show(20, 10);
    start("a-name-that-is-much-longer", "日本語日本語日本語日本語");
    progress("a-name-that-is-much-longer", { note: "a note" });
    await clock.advance(12_000);
    expect(screen.lines()).toEqual(["⠋ a-name-t…  12 s", "⠋ 日本語日…  12 s"]);
  });

  test("that becomes narrower or wider is painted anew, with nothing left of before", async () => {
    start("a-name-that-is-longer", "another-name-that-is-longer");
    finish("another-name-that-is-longer", 10);
    await clock.advance(100);
    for (const columns of [20, 12, 60]) {
      screen.resize(columns, 10);
      expect(screen.lines().filter((line) => line.startsWith("⠙"))).toHaveLength(1);
    }
    live.end(true);
    expect(screen.lines().filter((line) => /^[⠙⠹]/.test(line))).toEqual([]);
  });

  test("is never left without a cursor, wrapping or colour", async () => {
    show(80, 24, true);
    start("a", "b");
    live.above("printed\n");
    await clock.advance(500);
    live.end(true);
    for (const text of screen.written) {
      expect(text.lastIndexOf("\x1b[?25h")).toBeGreaterThan(text.lastIndexOf("\x1b[?25l"));
      expect(text.lastIndexOf("\x1b[?7h")).toBeGreaterThan(text.lastIndexOf("\x1b[?7l"));
      expect(stylings(text, /^(?!22|39)/)).toBe(stylings(text, /^(?:22|39)/));
    }
  });

  test("gets no colours where none are wanted", async () => {
    start("a");
    fail("a", "no", 1);
    await clock.advance(100);
    live.end(false);
    expect(stylings(screen.written.join(""), /^/)).toBe(0);
  });
});

describe("what the module prints", () => {
  test("stands above the picture, line by line, and an unended line at the end", async () => {
    start("talk");
    await clock.advance(100);
    live.above("one\ntw");
    live.above("o\nthree");
    await clock.advance(100);
    expect(screen.lines()).toEqual(["one", "two", "⠹ talk  0.2 s"]);
    live.end(false);
    expect(screen.lines()).toEqual(["one", "two", "three", "■ talk  0.2 s  cancelled"]);
  });

  test("wraps where it is longer than a line", async () => {
    show(10, 10);
    start("talk");
    await clock.advance(100);
    live.above("0123456789abc\n");
    expect(screen.lines().slice(0, 2)).toEqual(["0123456789", "abc"]);
  });
});

describe("the end", () => {
  test("of a run that succeeded is a line with its time", async () => {
    start("step");
    await clock.advance(250);
    finish("step", 250);
    live.end(true);
    expect(screen.lines()).toEqual(["✔ step  0.3 s", "✔ job  0.3 s  finished"]);
  });

  test("of one that did not leaves a line for what was given up", async () => {
    start("alone", "read[0]", "read[1]");
    finish("read[0]", 5);
    await clock.advance(3_000);
    live.end(false);
    expect(screen.lines()).toEqual(["■ alone  3.0 s  cancelled", "■ read  3.0 s  cancelled; 1 done, 1 given up"]);
  });

  test("leaves no timer and no listener behind", () => {
    start("step");
    live.end(true);
    expect(clock.pending).toBe(0);
    expect(screen.listeners.size).toBe(0);
  });

  test("writes nothing where there was nothing to show", async () => {
    await clock.advance(1_000);
    live.end(false);
    expect(screen.written).toEqual([]);
  });
});

function show(columns: number, rows: number, colour = false): void {
  clock = virtualClock();
  screen = new Screen(columns, rows);
  live = new LiveProgress("job", screen, clock, style(colour));
}

function start(...keys: readonly string[]): void {
  for (const key of keys) apply("step-started", key, { name: key, effect: "pure" });
}

function progress(key: string, update: Progress): void {
  apply("step-progress", key, update);
}

function finish(key: string, durationMs: number): void {
  apply("step-finished", key, { durationMs });
}

function fail(key: string, message: string, durationMs: number): void {
  apply("step-failed", key, { error: { message }, durationMs });
}

function apply(type: EngineEvent["type"], key: string, data: unknown): void {
  live.apply({ v: 1, stream: "r", seq: 0, at: 0, run: "r", key, type, data } as EngineEvent);
}

/** How many colours and weights of that kind a text switches to. */
function stylings(text: string, kind: RegExp): number {
  const parts = text.split("\x1b[").slice(1);
  return parts.filter((part) => /^\d+m/.test(part) && kind.test(part)).length;
}
