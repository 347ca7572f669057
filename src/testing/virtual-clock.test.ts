// - the clock stands still until it is moved, and tells where it is
// - advancing fires what comes due in order of time, each at its time, and what that sets off too
// - moved by two at once, or by a timer that it fires, it never goes backwards
// - a cancelled timer does not fire; pending tells how many are set
import { describe, expect, test } from "vitest";
import { loaded } from "../base/index.ts";
import { virtualClock } from "./virtual-clock.ts";

test("it stands still, at 1970 or where it is told to start", async () => {
  const clock = virtualClock(1_000);
  expect([virtualClock().now(), clock.now(), clock.monotonic()]).toEqual([0, 1_000, 0]);
  await clock.advance("1.5s");
  expect([clock.now(), clock.monotonic()]).toEqual([2_500, 1_500]);
  await clock.advance(0.6);
  expect([clock.now(), clock.monotonic()]).toEqual([2_500, 1_500.6]);
  expect(() => virtualClock(-1)).toThrow(expect.objectContaining({ code: "invalid-option" }));
});

describe("advancing", () => {
  test("fires in order of time, of equal times the one set first, and each at its time", async () => {
    const clock = virtualClock();
    const fired: string[] = [];
    for (const [name, ms] of [
      ["c", 30],
      ["a", 10],
      ["b", 20],
      ["a2", 10],
      ["late", 31],
    ] as const) {
      clock.timer(ms, () => fired.push(`${name} at ${clock.now()}`));
    }
    await clock.advance(30);
    expect(fired).toEqual(["a at 10", "a2 at 10", "b at 20", "c at 30"]);
    expect(clock.pending).toBe(1);
  });

  test("lets what a timer sets off run before the next one fires, timers of its own included", async () => {
    const clock = virtualClock();
    const fired: string[] = [];
    clock.timer(10, () => {
      void (async () => {
        for (let turn = 0; turn < 100; turn++) await undefined;
        fired.push("set off");
        clock.timer(5, () => fired.push(`own at ${clock.now()}`));
      })();
    });
    clock.timer(20, () => fired.push("second"));
    await clock.advance(20);
    expect(fired).toEqual(["set off", "own at 15", "second"]);
  });

  test("lets everything run that needs no time", async () => {
    const clock = virtualClock();
    let done = false;
    void (async () => {
      for (let turn = 0; turn < 1_000; turn++) await undefined;
      done = true;
    })();
    await clock.advance(0);
    expect(done).toBe(true);
  });

  test("to the next timer says whether there was one", async () => {
    const clock = virtualClock();
    clock.timer(60_000, () => {});
    expect([await clock.advanceToNext(), clock.now(), await clock.advanceToNext(), clock.now()]).toEqual([
      true,
      60_000,
      false,
      60_000,
    ]);
  });
});

test("a timer fires no sooner than asked for, however little that is", async () => {
  const clock = virtualClock();
  await clock.advance(20_661.5);
  const from = clock.monotonic();
  clock.timer(1e-12, () => {});
  expect(await clock.advanceToNext()).toBe(true);
  expect(clock.monotonic() - from).toBeGreaterThanOrEqual(1e-12);
});

test("advancing by as long as a timer was set for fires it, also where fractions of a millisecond have passed before", async () => {
  const clock = virtualClock();
  await clock.advance(1023.6172397391502);
  const fired: number[] = [];
  clock.timer(250, () => fired.push(250));
  const tick = (): void => void (fired.push(25) < 10 && clock.timer(25, tick));
  clock.timer(25, tick);
  await clock.advance(250);
  expect(fired.filter((ms) => ms === 250)).toHaveLength(1);
  expect(fired.length).toBeGreaterThanOrEqual(10);
});

test("it never goes backwards, also where two move it at once, or a timer that it fires", async () => {
  const clock = virtualClock();
  await Promise.all([clock.advance("2s"), clock.advance("1s")]);
  expect(clock.monotonic()).toBe(2_000);
  clock.timer(5, () => void clock.advance(10));
  await clock.advance(7);
  expect(clock.monotonic()).toBe(2_015);
});

test("what waits for a module that is loaded has gone on when it is moved, however slow the disk is", async () => {
  const clock = virtualClock();
  const module = loaded(new Promise<string>((resolve) => void setTimeout(() => resolve("module"), 30)));
  let known: string | undefined;
  void module.then((it) => (known = it));
  await clock.advance(0);
  expect(known).toBe("module");
});

test("a cancelled timer does not fire, and cancelling is harmless at any time", async () => {
  const clock = virtualClock();
  let fired = 0;
  const cancelled = clock.timer(1, () => fired++);
  const kept = clock.timer(2, () => fired++);
  cancelled.cancel();
  cancelled.cancel();
  expect(clock.pending).toBe(1);
  await clock.advance(5);
  kept.cancel();
  expect([fired, clock.pending]).toEqual([1, 0]);
});
