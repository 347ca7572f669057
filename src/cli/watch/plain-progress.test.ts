// Progress where no terminal shows it: a line for what is over, a sign of life after ten silent seconds.
import { beforeEach, expect, test } from "vitest";

import type { EngineEvent } from "../../engine/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { PlainProgress } from "./plain-progress.ts";
import { style } from "../terminal/style.ts";

let clock: ReturnType<typeof virtualClock>;
let plain: PlainProgress;
let written: string;

beforeEach(() => {
  clock = virtualClock();
  written = "";
  plain = new PlainProgress("job", (text) => (written += text), clock, style(false));
});

test("what is over has a line; what runs has none", async () => {
  start("first", "second");
  finish("first", 1_200);
  await clock.advance(2_000);
  expect(written).toBe("✔ first  1.2 s\n");
});

test("ten thousand elements are one line", async () => {
  for (let element = 0; element < 10_000; element++) {
    start(`read[${element}]`);
    finish(`read[${element}]`, 1);
  }
  await clock.advance(100);
  expect(written).toBe("✔ read  0 ms  10000 done\n");
});

test("after ten silent seconds it says what is running, five lines at most", async () => {
  start("a", "b[0]", "b[1]", "c", "d", "e", "f", "g");
  await clock.advance(9_900);
  expect(written).toBe("");
  await clock.advance(200);
  const lines = ["… a  10 s", "… b  10 s  0 done, 2 running", "… c  10 s", "… d  10 s", "… e  10 s", "… and 2 more"];
  expect(written).toBe(`${lines.join("\n")}\n`);
  await clock.advance(9_000);
  expect(written.split("\n")).toHaveLength(7);
});

test("it says so too while no step runs", async () => {
  await clock.advance(10_000);
  expect(written).toBe("… 10 s\n");
});

test("a line is never cut, and holds no line feed of a name", async () => {
  const name = `long\n${"x".repeat(300)}`;
  start(name);
  finish(name, 1);
  await clock.advance(100);
  expect(written).toBe(`✔ long\\n${"x".repeat(300)}  1 ms\n`);
});

test("a failed give-back is told", async () => {
  apply("release-failed", "fetch", { error: { message: "still locked" } });
  await clock.advance(100);
  expect(written).toBe("▲ fetch  giving back failed: still locked\n");
});

test("what lost a race is over when that is decided", async () => {
  start("slow/crunch", "slow/read[0]", "slow/read[1]", "fast/look");
  finish("fast/look", 100);
  await clock.advance(1_000);
  apply("branch-decided", "#race", { branch: "fast" });
  start("work");
  await clock.advance(100);
  const lines = [
    "✔ fast/look  0.1 s",
    "■ slow/crunch  1.0 s  cancelled",
    "■ slow/read  1.0 s  cancelled; 0 done, 2 given up",
  ];
  expect(written).toBe(`${lines.join("\n")}\n`);
  written = "";
  plain.end(false);
  expect(written).toBe("■ work  0.1 s  cancelled\n");
});

test("what lost one of several races alike is over, and the others go on", async () => {
  start("all/#0/slow/crunch", "all/#1/slow/crunch", "all/#2/slow/crunch");
  apply("branch-decided", "all/#0/#race", { branch: "fast" });
  await clock.advance(10_000);
  expect(written).toBe("… all/slow/crunch  10 s  0 done, 1 given up, 2 running\n");
  written = "";
  finish("all/#1/slow/crunch", 10_000);
  apply("branch-decided", "all/#2/#race", { branch: "fast" });
  plain.end(false);
  expect(written).toBe("■ all/slow/crunch  10 s  cancelled; 1 done, 2 given up\n");
});

test("the end says how it ended, and what was given up", () => {
  start("first", "second");
  finish("first", 1);
  plain.end(false);
  expect(written).toBe("✔ first  1 ms\n■ second  0 ms  cancelled\n");
  expect(clock.pending).toBe(0);
});

function start(...keys: readonly string[]): void {
  for (const key of keys) apply("step-started", key, { name: key, effect: "pure" });
}

function finish(key: string, durationMs: number): void {
  apply("step-finished", key, { durationMs });
}

function apply(type: EngineEvent["type"], key: string, data: unknown): void {
  plain.apply({ v: 1, stream: "r", seq: 0, at: 0, run: "r", key, type, data } as EngineEvent);
}
