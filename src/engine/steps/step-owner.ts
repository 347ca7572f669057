import type { StepContext, StepName, StepOptions } from "../../base/index.ts";
import type { RunContext } from "./run-context.ts";
import type { StepLabel } from "../record/step-label.ts";

/** The scope that a step, or a wait, belongs to. */
export interface StepOwner {
  readonly run: RunContext;
  /** It is over: another one may take its name. */
  closeStep(label: StepLabel): void;
  /** It has failed: that the body leaves the rest is no mistake then. */
  stepFailed(): void;
  /** The scope's end waits for this. */
  track(release: Promise<unknown>): void;
}

export type StepFunction<Out> = (step: StepContext) => Out | PromiseLike<Out>;

export interface InnerStepOptions extends StepOptions {
  /** The step is a run of its own. */
  readonly child?: boolean;
  /** It waits for another agent's reply, and does nothing itself. */
  readonly asks?: boolean;
  /** The run that it waits for, where it is one. */
  readonly calledRun?: (key: string) => string;
}

/** The scope that steps are begun in. */
export interface StepScope {
  readonly run: RunContext;
  step<Out>(name: StepName, fn: StepFunction<Out>, options?: InnerStepOptions): Promise<Awaited<Out>>;
}
