import { setImmediate } from "node:timers/promises";

// The engine and the manager of models load these when they first need them. Loaded here, they are at hand then, and no
// real time passes.
import "cockatiel";
import "jsonrepair";
import "tokenx";

import { atLeast, type Clock, type Duration, milliseconds, nextTurnIsAwaited, type Timer } from "../base/index.ts";

/** A clock that stands still until a test moves it. Pass it to an engine: `new EmbeddedEngine({ clock })`. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward and fires the timers that come due, in order of time. What a timer sets off runs before the next one
   * fires, and may set timers of its own.
   */
  advance(by: Duration): Promise<void>;
  /** Moves time to the next timer and fires it. Resolves with `false` if there is none. */
  advanceToNext(): Promise<boolean>;
  /**
   * Sets what `now` returns, like somebody who sets the machine's clock. No time passes, and no timer fires.
   *
   * @param ms Milliseconds since 1970.
   */
  setWall(ms: number): void;
  /** The number of timers that are set. */
  readonly pending: number;
}

/** Makes a virtual clock. @param start Milliseconds since 1970. @default 0 */
export function virtualClock(start = 0): VirtualClock {
  return new StillClock(atLeast(0, start, "the start of a virtual clock"));
}

interface Alarm extends Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** What timers that are set one after the other come too late by, of all the time that has passed. */
const ROUNDING = 1e-13;

class StillClock implements VirtualClock {
  readonly #alarms = new Set<Alarm>();
  /** The time, in milliseconds since 1970, at which nothing had elapsed. */
  #start: number;
  #elapsed = 0;

  constructor(start: number) {
    this.#start = start;
  }

  get pending(): number {
    return this.#alarms.size;
  }

  now(): number {
    return this.#start + Math.floor(this.#elapsed);
  }

  setWall(ms: number): void {
    this.#start = atLeast(0, ms, "the time that a virtual clock is set to") - Math.floor(this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(ms: number, fire: () => void): Timer {
    let due = this.#elapsed + ms;
    // Rounded down, a caller that waits again for what is left would wait for ever, and no time would pass.
    if (due - this.#elapsed < ms) due += due * Number.EPSILON;
    const alarm: Alarm = { due, fire, cancel: () => this.#alarms.delete(alarm) };
    this.#alarms.add(alarm);
    return alarm;
  }

  async advance(by: Duration): Promise<void> {
    const until = this.#elapsed + milliseconds(by, "the time to advance");
    await settled();
    const due = until + until * ROUNDING;
    for (let next = this.#next(due); next !== undefined; next = this.#next(due)) await this.#fire(next);
    this.#elapsed = Math.max(this.#elapsed, until);
    await settled();
  }

  async advanceToNext(): Promise<boolean> {
    await settled();
    const next = this.#next(Infinity);
    if (next !== undefined) await this.#fire(next);
    return next !== undefined;
  }

  /** Returns the earliest alarm that is due by then. If several are due at one time, it is the one that was set first. */
  #next(until: number): Alarm | undefined {
    let earliest: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.due <= until && (earliest === undefined || alarm.due < earliest.due)) earliest = alarm;
    }
    return earliest;
  }

  async #fire(alarm: Alarm): Promise<void> {
    this.#alarms.delete(alarm);
    this.#elapsed = Math.max(this.#elapsed, alarm.due);
    alarm.fire();
    await settled();
  }
}

/**
 * Resolves when everything that can run without time passing has run: promise jobs, what waits for a turn of the event loop, such
 * as one of many runs that came at once, and the first load of a module that is awaited.
 */
async function settled(): Promise<void> {
  for (let quiet = 0; quiet < 3; quiet = nextTurnIsAwaited() ? 0 : quiet + 1) await setImmediate();
}
