import { callInThread, checkModule, type Effect } from "../base/index.ts";
import type { Call } from "./task-settings.ts";

/** A task's function that is called in a worker. @throws AitorError `invalid-option` where `module` is no file's URL. */
export function threadCall(name: string, module: URL, effect: Effect | undefined): Call {
  checkModule(module, `the module of task "${name}"`);
  return (step, input) => callInThread(module, input, step, effect);
}
