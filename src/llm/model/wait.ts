import type { Clock } from "../../base/index.ts";

interface Platform {
  readonly setImmediate?: (fire: () => void) => void;
}

/** Calls it after what the platform does at the end of this turn, by Node's `setImmediate` where there is one. */
export function nextTurn(fire: () => void): void {
  const { setImmediate: soon } = globalThis as Platform;
  if (soon === undefined) setTimeout(fire);
  else soon(fire);
}

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
