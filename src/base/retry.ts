import { type Duration, milliseconds } from "./duration.ts";
import { loaded } from "./next-turn.ts";
import { atLeast, invalidOption, optionsOf } from "./options.ts";

/** How often, and after which waits, to retry what failed. */
export interface RetryOptions {
  /** The number of calls, including the first: 1 or more. */
  readonly attempts: number;
  /** The limit of the first wait, which is a random time up to it. Each later limit is twice the one before. @default "100ms" */
  readonly initialDelay?: Duration;
  /** The longest wait. @default "30s" */
  readonly maxDelay?: Duration;
}

/** A checked retry policy. */
export interface RetryPolicy {
  readonly attempts: number;
  /** The waits before the second, third, … attempt, in milliseconds. */
  delays(): Promise<Iterator<number, never>>;
}

/**
 * Exponential back-off with full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015), as cockatiel computes
 * it. The caller waits, on its own clock and under its own abort signal: cockatiel's policy does neither. cockatiel is
 * loaded at the first wait.
 *
 * @param what Names the option in errors, such as `retry of task "fetch"`.
 * @throws AitorError `invalid-option` or `invalid-duration`.
 */
export function retryPolicy(options: RetryOptions | number, what: string): RetryPolicy {
  const given = typeof options === "number" ? { attempts: options } : options;
  if (typeof given !== "object" || given === null) {
    throw invalidOption(what, "a number of attempts, or { attempts, initialDelay?, maxDelay? }", options);
  }
  optionsOf(given, ["attempts", "initialDelay", "maxDelay"], `an option of ${what}`);
  const attempts = atLeast(1, given.attempts, `${what}: attempts`);
  const initialDelay = milliseconds(given.initialDelay ?? "100ms", `${what}: initialDelay`);
  const maxDelay = milliseconds(given.maxDelay ?? "30s", `${what}: maxDelay`);
  return { attempts, delays: () => delays(initialDelay, maxDelay) };
}

async function delays(initialDelay: number, maxDelay: number): Promise<Iterator<number, never>> {
  const { ExponentialBackoff, fullJitterGenerator } = await loaded(import("cockatiel"));
  return (function* () {
    let backoff = new ExponentialBackoff({ initialDelay, maxDelay, generator: fullJitterGenerator }).next();
    for (;;) {
      // No delay, doubled 1,024 times, is not a number.
      yield backoff.duration || 0;
      backoff = backoff.next(undefined);
    }
  })();
}
