import { type ThreadOptions, threadSettings } from "./settings.ts";
import { WorkerPool } from "./worker-pool.ts";

let options: ThreadOptions | undefined;
let pool: WorkerPool | undefined;

/**
 * Sets how the pool that the process shares works; options that are not given are the defaults. May be called before or
 * after its first use: calls that run go on where they are, all others, those that wait too, find the new options.
 *
 * @throws AitorError `invalid-option` or `invalid-duration`, and changes nothing.
 */
export function configureThreads(given: ThreadOptions): void {
  if (pool === undefined || pool.closed) threadSettings(given);
  else pool.configure(given);
  options = given;
}

/** The pool that the process shares, which thread tasks run in; a new one where it was disposed. */
export function sharedThreads(): WorkerPool {
  if (pool === undefined || pool.closed) pool = new WorkerPool(options);
  return pool;
}
