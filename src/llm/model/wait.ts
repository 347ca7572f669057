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

export interface Within {
  readonly clock: Clock;
  /** Milliseconds; `Infinity` where only the signal ends it. */
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Why it ends when the time is over. */
  readonly late: () => Error;
}

/** What some work comes to, unless the signal or the time ends the wait for it; then it is left behind. */
export function within<Out>(work: Promise<Out>, { clock, ms, signal, late }: Within): Promise<Out> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      timer?.cancel();
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => fail(signal.reason);
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const timer = ms === Infinity ? undefined : clock.timer(ms, () => fail(late()));
    signal.addEventListener("abort", abort, { once: true });
    work.then((out) => {
      end();
      resolve(out);
    }, fail);
    if (signal.aborted) abort();
  });
}
