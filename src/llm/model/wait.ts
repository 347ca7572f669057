import type { Clock } from "../../base/index.ts";

/** Of a request that nobody can abort. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Waits on a clock; the signal ends the wait at once, by rejecting with its reason. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = clock.timer(ms, () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
    const abort = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
  });
}
