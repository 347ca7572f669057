import { isAitorError } from "./errors.ts";
import type { StepContext } from "./run.ts";
import { stepInDoubtError } from "./step-in-doubt.ts";
import type { Effect } from "./step-options.ts";
import { isWorkWaiting, workWaits } from "./attempt-waits.ts";
import { threadPool } from "./thread-pool.ts";

/** Calls a module's function in the process's pool as the work of a step, which is over when its worker is. */
export function callInThread(
  module: URL,
  input: readonly unknown[],
  step: StepContext,
  effect: Effect | undefined,
): Promise<unknown> {
  const result = run(module, input, step);
  step.defer(() => result.then(ignore, ignore));
  return effect === "once" ? result.catch((error: unknown) => Promise.reject(doubtful(error, step))) : result;
}

async function run(module: URL, input: readonly unknown[], step: StepContext): Promise<unknown> {
  const signal = step.abortSignal;
  const onWait = (waits: boolean): void => workWaits(step, waits);
  onWait(true);
  const pool = await threadPool();
  signal.throwIfAborted();
  onWait(false);
  return pool.run(module, input, { signal, name: step.key, onWait });
}

/** A worker that died, or was ended, may have done it or not. */
function doubtful(error: unknown, step: StepContext): unknown {
  const died = isAitorError(error, "thread-died");
  if (!died && (!isAitorError(error, "threads-closed") || isWorkWaiting(step))) return error;
  const why = died ? "its worker died while it ran" : "the thread pool was disposed while it ran";
  return Object.assign(stepInDoubtError(step.key, why), { cause: error });
}

function ignore(): void {}
