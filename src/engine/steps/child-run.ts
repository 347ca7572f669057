import {
  checkedRunnable,
  type ChildOptions,
  isAitorError,
  nonEmpty,
  type Runnable,
  type StepContext,
} from "../../base/index.ts";
import { AwaitedRun } from "./awaited-run.ts";
import { onlyNamed } from "./checked-step-options.ts";
import type { RunContext } from "./run-context.ts";
import type { StepScope } from "./step-owner.ts";

const CHILD = ["key", "gone"] as const satisfies readonly (keyof ChildOptions)[];

/** A run of another definition as a step of this one. Cut off, it is cancelled and awaited. */
export function runChild<Input, Output>(
  scope: StepScope,
  runnable: Runnable<Input, Output>,
  input: Input,
  options: ChildOptions = {},
): Promise<Output> {
  const { run } = scope;
  onlyNamed(options, CHILD, "an option of a child run");
  const { key, gone } = options;
  const { name: own } = checkedRunnable(runnable, "what a child run executes");
  const name = key === undefined ? own : { name: own, key: nonEmpty(key, "the key of a child run") };
  const call = (step: StepContext): Promise<Output> =>
    gone === undefined ? resultOf(run, step, runnable, input) : ended(run, step, gone);
  return scope.step(name, call, { input, child: true, calledRun: (of) => `${run.id}/${of}` }) as Promise<Output>;
}

async function resultOf<Input, Output>(
  run: RunContext,
  step: StepContext,
  runnable: Runnable<Input, Output>,
  input: Input,
): Promise<Output> {
  const { key } = step;
  const awaited = new AwaitedRun(run, step);
  run.recovered?.openCalls.askedFor(key);
  const opening = run.child(runnable, input, `${run.id}/${key}`, (resting) => awaited.rest(resting));
  awaited.endsWith(async (reason) => {
    const child = await opening.catch(() => undefined);
    await child?.cancel(reason);
  });
  const child = await opening;
  run.recovered?.openCalls.found(key);
  return awaited.result(child, child.result);
}

async function ended(run: RunContext, { key }: StepContext, gone: Error): Promise<never> {
  run.recovered?.openCalls.askedFor(key);
  try {
    await run.endCall("child", `${run.id}/${key}`, gone);
  } catch (error) {
    // It was not begun.
    if (!isAitorError(error, "run-unknown")) throw error;
  }
  throw gone;
}
