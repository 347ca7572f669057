import { checkModule, type Effect, isAitorError, type StepContext, threadPool } from "../base/index.ts";
import { stepInDoubtError } from "../engine/index.ts";
import type { Call } from "./task-settings.ts";

/** A task's function that is called in a worker. @throws AitorError `invalid-option` where `module` is no file's URL. */
export function threadCall(name: string, module: URL, effect: Effect | undefined): Call {
  checkModule(module, `the module of task "${name}"`);
  return (step, input) => {
    const result = callInThread(module, step, input);
    // A step that was cut off is over when its worker has ended.
    step.defer(() => result.then(ignore, ignore));
    return effect === "once" ? result.catch((error: unknown) => Promise.reject(doubtful(error, step))) : result;
  };
}

async function callInThread(module: URL, step: StepContext, input: readonly unknown[]): Promise<unknown> {
  const signal = step.abortSignal;
  const pool = await threadPool();
  return pool.run(module, input, { signal, name: step.key });
}

/** A worker that died may have done it or not. */
function doubtful(error: unknown, { key }: StepContext): unknown {
  if (!isAitorError(error, "thread-died")) return error;
  return Object.assign(stepInDoubtError(key, "its worker died while it ran"), { cause: error });
}

function ignore(): void {}
