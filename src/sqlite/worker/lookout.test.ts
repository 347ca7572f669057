import { describe, expect, test } from "vitest";
import { Lookout } from "./lookout.ts";

/** A thread whose time goes on when it is told to, in microseconds; each look of the event loop takes 10. */
class Thread {
  readonly lookout = new Lookout({
    now: () => this.#time / 1e3,
    displaced: () => this.displaced,
    later: (look) => this.#looks.push(look),
  });
  displaced = 0;
  readonly #looks: (() => void)[] = [];
  #time = 1e6;

  /** Answers a call that takes so long. */
  call(takes = 100): void {
    this.lookout.called();
    this.#time += takes;
    this.lookout.answered();
  }

  /** Lets so much time pass. @returns How much of it the thread was awake. */
  pass(microseconds: number): number {
    const [begin, end] = [this.#time, this.#time + microseconds];
    let awake = begin;
    while (this.#looks.length > 0 && this.#time < end) {
      this.#time += 10;
      for (const look of this.#looks.splice(0)) look();
      awake = this.#time;
    }
    this.#time = end;
    return awake - begin;
  }

  /** So many calls, each so long after the answer before. @returns How long the thread was awake for nothing, of each. */
  calls(count: number, apart: number): number[] {
    return Array.from({ length: count }, () => {
      this.call();
      return this.pass(apart);
    });
  }
}

const ROUND = 64;

function nothing(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

describe("a thread looks out for the next call", () => {
  test("after a round of calls that came soon, until the next one", () => {
    const thread = new Thread();
    thread.pass(1_000);
    expect(thread.calls(ROUND - 1, 50)).toEqual(nothing(ROUND - 1));
    expect(thread.calls(ROUND, 50)).toEqual(Array.from({ length: ROUND }, () => 50));
  });

  test("for 150 µs at most", () => {
    const thread = new Thread();
    thread.calls(ROUND, 50);
    thread.call();
    expect(thread.pass(10_000)).toBe(150);
  });

  test("not where calls are seldom, nor after some of a round came late", () => {
    const thread = new Thread();
    expect(thread.calls(3 * ROUND, 200)).toEqual(nothing(3 * ROUND));
    for (let round = 0; round < 3; round++) {
      expect(thread.calls(47, 50).concat(thread.calls(ROUND - 47, 200))).toEqual(nothing(ROUND));
    }
  });

  test("not where threads wait for a processor, and again when they do not", () => {
    const thread = new Thread();
    thread.calls(ROUND, 50);
    thread.displaced += 7;
    thread.calls(ROUND, 50);
    expect(thread.calls(ROUND - 1, 50)).toEqual(nothing(ROUND - 1));
    thread.displaced += 6;
    expect(thread.calls(2, 50)).toEqual([50, 50]);
  });

  test("in one chain of looks, however many calls come meanwhile", () => {
    let pending = 0;
    const looks: (() => void)[] = [];
    let time = 0;
    const lookout = new Lookout({
      now: () => time,
      displaced: () => 0,
      later: (look) => (pending++, looks.push(look)),
    });
    for (let call = 0; call < 3 * ROUND; call++) {
      lookout.called();
      lookout.answered();
    }
    expect(pending).toBe(1);
    time = 1;
    looks.pop()?.();
    expect([pending, looks]).toEqual([1, []]);
  });
});
