// What a process holds at a moment when it should hold nothing.
import { getEventListeners } from "node:events";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface Level {
  /** Megabytes. */
  readonly rss: number;
  readonly heap: number;
  /** What would keep the process alive, by kind: timers, ports, files. */
  readonly handles: number;
  /** Open files; 0 where the system does not tell. */
  readonly files: number;
  readonly threads: number;
  /** Listeners on a signal that outlives all, on the process, and subscribers that were not let go of. */
  readonly subscribers: number;
}

/**
 * After garbage was collected.
 *
 * @param signal Given to all that takes one.
 * @param told Whoever was ever told of anything.
 */
export async function levelNow(signal: AbortSignal, told: readonly WeakRef<object>[]): Promise<Level> {
  await sleep(50); // what was closed comes to its end
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await sleep(0);
  }
  const { rss, heapUsed } = process.memoryUsage();
  const onProcess = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return {
    rss: rss / 2 ** 20,
    heap: heapUsed / 2 ** 20,
    handles: process.getActiveResourcesInfo().length,
    files: entries("/proc/self/fd"),
    threads: entries("/proc/self/task"),
    subscribers:
      getEventListeners(signal, "abort").length + onProcess + told.filter((each) => each.deref() !== undefined).length,
  };
}

function entries(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
