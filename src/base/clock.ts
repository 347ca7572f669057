import { invalidOption, invalidOptionGot } from "./options.ts";

/**
 * Where the engine takes time from. `systemClock` is the real one; `aitor/testing` has a virtual one that a test moves.
 */
export interface Clock {
  /** Milliseconds since 1970, whole; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from an arbitrary start, with fractions; never goes backwards. For durations. */
  monotonic(): number;
  /** Calls `fire` once, `ms` or more from now, unless the timer is cancelled before. */
  timer(ms: number, fire: () => void, options?: TimerOptions): Timer;
}

export interface TimerOptions {
  /** It does not keep the process alive. @default false */
  readonly background?: boolean;
}

export interface Timer {
  /** Harmless when it has fired or is cancelled already. */
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

/** The clock that is given, or the system's; throws `invalid-option` for what is none, with what it lacks. */
export function clockOf(clock: Clock | undefined, option: string): Clock {
  if (clock === undefined) return systemClock;
  const missing = METHODS.filter((name) => typeof clock?.[name] !== "function");
  if (missing.length === 0) return clock;
  const fix = "give virtualClock() of aitor/testing, or change one of systemClock: { ...systemClock, now }";
  const expected = "a clock, with now, monotonic and timer";
  if (missing.length === METHODS.length) throw invalidOption(option, expected, clock, fix);
  throw invalidOptionGot(option, expected, `one without ${missing.join(", ")}`, fix);
}
