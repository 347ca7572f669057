import type { Clock, Timer } from "aitor";

interface Alarm extends Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** The time of one process. It stands still until the simulation moves it, and what is due fires when the simulation says so. */
export class SimulatedClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #now: number;

  /** @param now Milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  monotonic(): number {
    return this.#now;
  }

  timer(ms: number, fire: () => void): Timer {
    const alarm: Alarm = { due: this.#now + ms, fire, cancel: () => void this.#alarms.delete(alarm) };
    this.#alarms.add(alarm);
    return alarm;
  }

  /** How many alarms could fire now. */
  get due(): number {
    return [...this.#alarms].filter(({ due }) => due <= this.#now).length;
  }

  /** When the next alarm is due. */
  get next(): number | undefined {
    let next: number | undefined;
    for (const { due } of this.#alarms) if (next === undefined || due < next) next = due;
    return next;
  }

  moveTo(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  /** Fires the nth of those that are due, in the order in which they were set. */
  fire(nth: number): void {
    const alarm = [...this.#alarms].filter(({ due }) => due <= this.#now)[nth];
    if (alarm === undefined) return;
    alarm.cancel();
    alarm.fire();
  }
}
