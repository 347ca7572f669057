// - a timer never fires before its time, by the clock that measures durations
// - one that is cancelled never fires; cancelling again, or after it fired, is harmless
// - what is given as a clock is one, whole, wherever one can be given
// - a delay longer than setTimeout can hold does not fire at once
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Budget } from "./budget.ts";
import { clockOf, systemClock } from "./clock.ts";

const wait = (ms: number): Promise<number> =>
  new Promise((resolve) => systemClock.timer(ms, () => resolve(performance.now())));

test("a timer never fires early", async () => {
  const delays = Array.from({ length: 200 }, (_, index) => index * 0.13);
  const early = delays.map(async (ms) => {
    const due = performance.now() + ms;
    return (await wait(ms)) < due;
  });
  expect((await Promise.all(early)).filter(Boolean)).toEqual([]);
});

test("a cancelled timer does not fire, and may be cancelled again", async () => {
  let fired = 0;
  const timer = systemClock.timer(1, () => fired++);
  timer.cancel();
  timer.cancel();
  await wait(3);
  expect(fired).toBe(0);
});

test("cancelling after it fired is harmless, and it fires once", async () => {
  let fired = 0;
  const timer = systemClock.timer(0, () => fired++);
  await wait(2);
  timer.cancel();
  expect(fired).toBe(1);
});

test.each([2 ** 31, 2 ** 40, Infinity])("a delay of %d ms does not fire at once", async (ms) => {
  let fired = 0;
  const timer = systemClock.timer(ms, () => fired++);
  await wait(3);
  await turn();
  timer.cancel();
  expect(fired).toBe(0);
});

test("now is whole milliseconds, monotonic never goes back", () => {
  expect(Number.isInteger(systemClock.now())).toBe(true);
  const before = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
});

test("a clock that is given is taken, and the system's where there is none", () => {
  const clock = { ...systemClock, now: () => 7 };
  expect([clockOf(clock, "clock"), clockOf(undefined, "clock")]).toEqual([clock, systemClock]);
});

test.each<readonly [missing: string, given: object]>([
  ["monotonic, timer", { now: () => 7 }],
  ["timer", { ...systemClock, timer: 5 }],
])("one without %s is refused, and told that it lacks it", (missing, given) => {
  const refusal = expect.objectContaining({ code: "invalid-option", got: `one without ${missing}` });
  expect(() => clockOf(given as never, "clock of an engine")).toThrow(refusal);
  expect(() => new Budget({}, { clock: given as never })).toThrow(refusal);
});

test.each([null, {}, 5, "now"])("%j is no clock", (given) => {
  expect(() => clockOf(given as never, "clock of an engine")).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("clock of an engine") }),
  );
});
