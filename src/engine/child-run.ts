import { type ChildOptions, nonEmpty, type Runnable, type StepContext, type StepName } from "../base/index.ts";
import { resultUnlessHalted } from "./awaited-run.ts";
import type { RunContext } from "./run-context.ts";
import type { InnerStepOptions, StepFunction } from "./step-owner.ts";

interface Steps {
  readonly run: RunContext;
  step<Out>(name: StepName, fn: StepFunction<Out>, options?: InnerStepOptions): Promise<Awaited<Out>>;
}

/**
 * A run of another definition as a step of this one. Cut off, it is cancelled and awaited; only where this run is
 * halted, which leaves both to be resumed, it is left to the engine. While the child waits for
 * something from outside, so does this step; a child that is halted halts this run.
 */
export function runChild<Input, Output>(
  scope: Steps,
  runnable: Runnable<Input, Output>,
  input: Input,
  { key }: ChildOptions = {},
): Promise<Output> {
  const { run } = scope;
  const name =
    key === undefined ? runnable.name : { name: runnable.name, key: nonEmpty(key, "the key of a child run") };
  const call = (step: StepContext): Promise<Output> => resultOf(run, step, runnable, input);
  return scope.step(name, call, { input, child: true }) as Promise<Output>;
}

async function resultOf<Input, Output>(
  run: RunContext,
  step: StepContext,
  runnable: Runnable<Input, Output>,
  input: Input,
): Promise<Output> {
  const { abortSignal, key } = step;
  const wait = { key };
  run.recovered?.openCalls.askedFor(key);
  const opening = run.child(runnable, input, `${run.id}/${key}`, (resting) => {
    if (!resting || abortSignal.aborted) run.waits.delete(wait);
    else run.waits.add(wait);
  });
  step.defer(async () => {
    run.waits.delete(wait);
    if (!abortSignal.aborted || run.halted) return;
    const child = await opening.catch(() => undefined);
    await child?.cancel(abortSignal.reason);
  });
  const child = await opening;
  return resultUnlessHalted(run, child, child.result);
}
