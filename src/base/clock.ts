import { invalidOption, invalidOptionGot } from "./options.ts";

/** The source of time for the engine. `systemClock` is the real one; `aitor/testing` has a virtual clock that a test moves. */
export interface Clock {
  /** Returns milliseconds since 1970, as a whole number. May jump when the machine's clock is set. */
  now(): number;
  /** Returns milliseconds from an arbitrary start, with fractions. Never goes backwards; for durations. */
  monotonic(): number;
  /** Calls `fire` once, `ms` or more from now, unless the timer is cancelled first. */
  timer(ms: number, fire: () => void, options?: TimerOptions): Timer;
}

/** Options of a timer. */
export interface TimerOptions {
  /** Lets the process end while the timer is pending. @default false */
  readonly background?: boolean;
}

/** A timer that was set. */
export interface Timer {
  /** Cancels the timer. Harmless if it has fired or was cancelled before. */
  cancel(): void;
}

/** Milliseconds; `setTimeout` fires at once for a longer delay than this. */
export const LONGEST_TIMEOUT: number = 2 ** 31 - 1;

class SystemTimer implements Timer {
  readonly #due: number;
  readonly #fire: () => void;
  readonly #background: boolean;
  #handle: ReturnType<typeof setTimeout>;

  constructor(ms: number, fire: () => void, { background = false }: TimerOptions) {
    this.#due = performance.now() + ms;
    this.#fire = fire;
    this.#background = background;
    this.#handle = this.#arm();
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  /** `setTimeout` may fire up to a millisecond early, and caps its delay: what is not due yet is armed again. */
  #arm(): ReturnType<typeof setTimeout> {
    const left = this.#due - performance.now();
    const handle = setTimeout(
      () => {
        if (performance.now() < this.#due) this.#handle = this.#arm();
        else this.#fire();
      },
      Math.min(Math.max(0, Math.ceil(left)), LONGEST_TIMEOUT),
    );
    // A number where there is no Node.
    if (this.#background) (handle as { unref?: () => void }).unref?.();
    return handle;
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer: (ms, fire, options = {}) => new SystemTimer(ms, fire, options),
};

const METHODS = ["now", "monotonic", "timer"] as const satisfies (keyof Clock)[];

/** Returns the given clock, or the system's. Throws `invalid-option` for anything else, and says what it lacks. */
export function clockOf(clock: Clock | undefined, option: string): Clock {
  if (clock === undefined) return systemClock;
  const missing = METHODS.filter((name) => typeof clock?.[name] !== "function");
  if (missing.length === 0) return clock;
  const fix = "give virtualClock() of aitor/testing, or change one of systemClock: { ...systemClock, now }";
  const expected = "a clock, with now, monotonic and timer";
  if (missing.length === METHODS.length) throw invalidOption(option, expected, clock, fix);
  throw invalidOptionGot(option, expected, `one without ${missing.join(", ")}`, fix);
}
