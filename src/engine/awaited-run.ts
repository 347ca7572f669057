import type { RunContext } from "./run-context.ts";

/** Another run that a run waits for. */
interface AwaitedRun {
  /** It stopped without an ending on record, and can be resumed. */
  readonly halted: boolean;
}

/** What another run gives. Where that one is halted, so is the one that waits for it, and fails by nothing: both go on later. */
export async function resultUnlessHalted<Output>(
  run: Pick<RunContext, "halt">,
  awaited: AwaitedRun,
  result: Promise<Output>,
): Promise<Output> {
  try {
    return await result;
  } catch (error) {
    if (!awaited.halted) throw error;
    run.halt(error as Error);
    return await new Promise(() => {});
  }
}
