import {
  type Receiver,
  type AskStepOptions,
  type Branch,
  type BranchOutcomes,
  type BranchResults,
  type ChildOptions,
  type Duration,
  type Keeper,
  type KeptRun,
  type MessageKey,
  milliseconds,
  type Run,
  type Runnable,
  type ScopeOptions,
  type SignalOptions,
  type StepContext,
  type StepName,
  type TellStepOptions,
  type Turn,
} from "../../base/index.ts";
import { askAgent, tellAgent } from "./agent-steps.ts";
import { allBranches, raceBranches, settleBranches } from "./branches.ts";
import { onlyNamed } from "./checked-step-options.ts";
import { runChild } from "./child-run.ts";
import { runLoop } from "./loop.ts";
import { OpenScope } from "./open-scope.ts";
import { placeUuid } from "../record/place-uuid.ts";
import { Signal } from "./signal.ts";
import { Sleep } from "./sleep.ts";
import { StepExecution } from "./step-execution.ts";
import { stepLabel } from "../record/step-label.ts";
import type { InnerStepOptions } from "./step-owner.ts";

const SCOPE = ["of"] as const satisfies readonly (keyof ScopeOptions)[];

/** A part of a run as its body sees it: the run itself, a branch, a turn. */
export class Scope extends OpenScope implements Run {
  /** How many UUIDs were made in it. */
  #uuids = 0;

  get id(): string {
    return this.run.id;
  }

  get key(): MessageKey | undefined {
    return this.run.key;
  }

  step<Out>(
    name: StepName,
    fn: (step: StepContext) => Out | PromiseLike<Out>,
    options?: InnerStepOptions,
  ): Promise<Awaited<Out>> {
    let step: StepExecution<Out>;
    let key: string;
    try {
      const label = stepLabel(name);
      key = this.admit(label);
      step = new StepExecution(this, label, key, fn, options);
      this.opened(label, step);
    } catch (error) {
      return this.refused(error);
    }
    return this.started(key, step);
  }

  sleep(duration: Duration, name: StepName = "sleep"): Promise<void> {
    return this.begin(name, (label, key) => new Sleep(this, label, key, milliseconds(duration, "the time to sleep")));
  }

  waitFor<Value>(name: StepName, options: SignalOptions<Value> = {}): Promise<Value> {
    return this.begin(name, (label, key) => new Signal(this, label, key, options));
  }

  child<Input, Output>(runnable: Runnable<Input, Output>, input: Input, options?: ChildOptions): Promise<Output> {
    return this.#asked(() => runChild(this, runnable, input, options));
  }

  ask<Message, Reply>(
    agent: Receiver<Message, Reply>,
    id: string,
    message: NoInfer<Message>,
    options?: AskStepOptions,
  ): Promise<Reply> {
    return this.#asked(() => askAgent(this, { name: agent.name, id }, message, options)) as Promise<Reply>;
  }

  tell<Message>(
    agent: Receiver<Message>,
    id: string,
    message: NoInfer<Message>,
    options?: TellStepOptions,
  ): Promise<string> {
    return this.#asked(() => tellAgent(this, { name: agent.name, id }, message, options));
  }

  now(): Promise<number> {
    return this.step("now", () => this.run.clock.now(), { effect: "pure" });
  }

  uuid(): string {
    return placeUuid(this.run.id, this.path, ++this.#uuids);
  }

  keep(keeper: Keeper): KeptRun {
    return this.run.keep(keeper);
  }

  recorded(name: StepName): "begun" | "settled" | undefined {
    const { recovered } = this.run;
    if (recovered === undefined) return undefined;
    const key = this.keyOf(stepLabel(name).label);
    const step = recovered.steps.get(key);
    if (step !== undefined) return step.outcome === undefined ? "begun" : "settled";
    const timer = recovered.timers.get(key);
    return timer && (timer.fired ? "settled" : "begun");
  }

  recordedIn(name?: StepName): boolean {
    const { recovered } = this.run;
    if (recovered === undefined) return false;
    return recovered.hasOutcomeIn(name === undefined ? this.path : `${this.keyOf(stepLabel(name).label)}/`);
  }

  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>, options?: ScopeOptions): Promise<Out> {
    return this.#asked(() => {
      if (options !== undefined) onlyNamed(options, SCOPE, "an option of a scope");
      const of = options?.of;
      return this.within(name, (scope, path) => {
        if (of?.outline !== undefined && this.run.durable) this.run.outline(path.slice(0, -1), of);
        return body(scope);
      });
    });
  }

  all<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>> {
    return this.grouped(() => allBranches(this, branches)) as Promise<BranchResults<Branches>>;
  }

  race<const Branches extends readonly Branch<unknown>[]>(
    branches: Branches,
  ): Promise<BranchResults<Branches>[number]> {
    return this.grouped(() => raceBranches(this, branches)) as Promise<BranchResults<Branches>[number]>;
  }

  settle<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchOutcomes<Branches>> {
    return this.grouped(() => settleBranches(this, branches)) as Promise<BranchOutcomes<Branches>>;
  }

  loop<State, Out>(
    name: string,
    initial: State,
    turn: (state: State, run: Run) => Promise<Turn<State, Out>>,
  ): Promise<Out> {
    return this.grouped(() => runLoop(this, name, initial, turn));
  }

  protected override inner(path: string): Scope {
    return new Scope(this.run, path, this);
  }

  protected override get self(): Run {
    return this;
  }

  /** What has options of its own is refused as a step is: by a promise. */
  #asked<Out>(begin: () => Promise<Out>): Promise<Out> {
    try {
      return begin();
    } catch (error) {
      return this.refused(error);
    }
  }
}
