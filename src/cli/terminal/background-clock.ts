import { type Clock, systemClock } from "../../base/index.ts";

/** The system's clock, with timers that do not keep the process alive: for short delays. */
export const backgroundClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  timer(ms, fire) {
    const handle = setTimeout(fire, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
