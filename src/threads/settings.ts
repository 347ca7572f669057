import { type Duration, environment, invalidOption, milliseconds, optionsOf } from "../base/index.ts";
import { megabytes, processors } from "./machine.ts";

/** Options of a pool of worker threads. */
export interface ThreadOptions {
  /**
   * The most workers at the same time. @default `AITOR_THREADS`, or the number of processors that the process may use, by
   * the machine, its affinity and the CPU quotas of its cgroups
   */
  readonly threads?: number;
  /** How long a worker stays without work before it ends. @default "30s" */
  readonly idle?: Duration;
  /**
   * How many megabytes a worker may take, 64 or more. JavaScript's heap, including garbage not yet collected, and buffers
   * count. A worker that takes more is ended, and its call fails. @default the machine's (or cgroup's) memory divided by
   * `threads + 1`, at most 2048
   */
  readonly memory?: number;
}

/** The checked options, with defaults. */
export interface ThreadSettings {
  readonly threads: number;
  readonly idleMs: number;
  readonly memory: number;
}

const LEAST_MEMORY = 64;
const DEFAULT_MEMORY = 2_048;

/** @throws AitorError `invalid-option` or `invalid-duration`, also for `AITOR_THREADS`. */
export function threadSettings(options: ThreadOptions = {}): ThreadSettings {
  optionsOf(options, ["threads", "idle", "memory"], "an option of a thread pool");
  const threads = options.threads ?? environment().threads ?? processors();
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw invalidOption("threads of a thread pool", "a whole number ≥ 1", options.threads);
  }
  const memory = options.memory ?? defaultMemory(megabytes(), threads);
  if (!Number.isFinite(memory) || memory < LEAST_MEMORY) {
    throw invalidOption("memory of a thread pool", `a number of megabytes ≥ ${LEAST_MEMORY}`, options.memory);
  }
  return { threads, idleMs: milliseconds(options.idle ?? "30s", "idle of a thread pool"), memory };
}

/** A share for each worker and one for the process itself. */
export function defaultMemory(machine: number, threads: number): number {
  return Math.max(LEAST_MEMORY, Math.min(DEFAULT_MEMORY, Math.floor(machine / (threads + 1))));
}
