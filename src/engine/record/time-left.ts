/** A time as it is recorded: milliseconds since 1970, and how long it was until then. */
export interface DueTime {
  readonly at: number;
  readonly ms: number;
}

/** Milliseconds until a recorded time; never more than was asked for, should the clock have gone back. */
export function timeLeft({ at, ms }: DueTime, now: number): number {
  return Math.min(Math.max(0, at - now), ms);
}
