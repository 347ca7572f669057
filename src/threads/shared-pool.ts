import { type ThreadOptions, threadSettings } from "./settings.ts";
import { WorkerPool } from "./worker-pool.ts";

let options: ThreadOptions | undefined;
let pool: WorkerPool | undefined;

/**
 * Sets the options of the pool that the process shares. Options that are not given get their defaults. May be called before or
 * after the pool's first use. Running calls continue where they are. All other calls, including those that wait, get the new
 * options.
 *
 * @throws AitorError `invalid-option` or `invalid-duration`; then nothing changes.
 */
export function configureThreads(given: ThreadOptions): void {
  if (pool === undefined || pool.closed) threadSettings(given);
  else pool.configure(given);
  options = given;
}

/** Returns the pool that the process shares and that thread tasks run in. If it was disposed, returns a new one. */
export function sharedThreads(): WorkerPool {
  if (pool === undefined || pool.closed) pool = new WorkerPool(options);
  return pool;
}
