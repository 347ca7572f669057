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
export async function within<Out>(work: Promise<Out>, { clock, ms, signal, late }: Within): Promise<Out> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = ms === Infinity ? undefined : clock.timer(ms, () => reject(late()));
  try {
    return await unlessAborted(Promise.race([work, over]), signal);
  } finally {
    timer?.cancel();
  }
}

/** As `within`, however long it takes. */
export async function unlessAborted<Out>(work: Promise<Out>, signal: AbortSignal): Promise<Out> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, over]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
