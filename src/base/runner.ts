import { AitorError } from "./errors.ts";
import type { Runnable } from "./run.ts";

/** The part of an engine that lower floors need: runs a definition, and waits for its result. */
export interface Runner {
  run<Input, Output>(
    runnable: Runnable<Input, Output>,
    input: NoInfer<Input>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<Output>;
}

let provider: (() => Runner) | undefined;

/** Says which engine runs what was given none. `get` is called at each use. */
export function provideRunner(get: () => Runner): void {
  provider = get;
}

/**
 * The process's default engine.
 *
 * @throws AitorError `no-engine` where nothing provided one.
 */
export function defaultRunner(): Runner {
  if (provider !== undefined) return provider();
  throw new AitorError({
    code: "no-engine",
    message: "there is no engine to run it",
    expected: 'an engine, as "aitor" and "aitor/engine" provide it when they are imported, or one that is given',
    got: "neither of them, only other parts of the package",
    fix: 'import "aitor/engine", or what you use of this subpath from "aitor"',
    retryable: false,
  });
}
