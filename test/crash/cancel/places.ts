// Runs that wait in each place where a run can wait.
import type { Run, Runnable, StepContext } from "aitor";

export const PLACES = ["step", "sleep", "child", "queue", "signal"] as const;

export type PlaceName = (typeof PLACES)[number];

export interface Places {
  /** By name. `queue` is the run of a message; a second one to the same key waits behind it. */
  readonly definitions: Readonly<Record<PlaceName, Runnable<unknown, unknown>>>;
  /** Steps that are under way. */
  readonly open: ReadonlySet<string>;
}

/** @param onWait Told of each run that has come to its place. */
export function places(onWait: (run: string) => void): Places {
  const open = new Set<string>();
  /** Under way until it is told to stop. */
  const forever = (run: Run, step: StepContext): Promise<never> => {
    open.add(step.idempotencyKey);
    onWait(run.id);
    return new Promise((_, reject) => {
      step.abortSignal.addEventListener("abort", () => {
        open.delete(step.idempotencyKey);
        reject(step.abortSignal.reason as Error);
      });
    });
  };
  const definition = (name: string, execute: (run: Run) => Promise<unknown>): Runnable<unknown, unknown> => {
    return { name, version: "1", execute };
  };
  const inStep = (run: Run): Promise<unknown> => run.step("wait", (step) => forever(run, step));
  const inner = definition("inner", inStep);
  const definitions = {
    step: definition("step", inStep),
    sleep: definition("sleep", async (run) => {
      const sleeping = run.sleep("1h");
      onWait(run.id);
      await sleeping;
    }),
    child: definition("child", (run) => run.child(inner, undefined)),
    queue: definition("queue", inStep),
    signal: definition("signal", async (run) => {
      const waiting = run.waitFor("approval");
      onWait(run.id);
      await waiting;
    }),
  };
  return { definitions, open };
}
