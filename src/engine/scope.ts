import {
  type AitorError,
  type Branch,
  type BranchOutcomes,
  type BranchResults,
  cancelledError,
  type ChildOptions,
  type Duration,
  type MessageKey,
  milliseconds,
  type Run,
  type Runnable,
  type SignalOptions,
  type StepContext,
  type StepName,
  type Turn,
} from "../base/index.ts";
import { allBranches, raceBranches, settleBranches } from "./branches.ts";
import { runChild } from "./child-run.ts";
import { branchOpenError } from "./errors.ts";
import { runLoop } from "./loop.ts";
import { OpenLabels, type OpenWork } from "./open-labels.ts";
import type { InnerScope, OuterScope } from "./outer-scope.ts";
import { goOnAsRecorded, haltUnlessAllAsked } from "./record-order.ts";
import type { RunContext } from "./run-context.ts";
import { Signal } from "./signal.ts";
import { Sleep } from "./sleep.ts";
import { StepExecution } from "./step-execution.ts";
import { type StepLabel, stepLabel } from "./step-label.ts";
import type { InnerStepOptions, StepOwner } from "./step-owner.ts";

/**
 * A part of a run in which names are unique among what is open: the run itself, a branch, a turn. It owns the steps
 * and scopes opened in it; when it ends, by its body's end or from outside, they end with it.
 */
export class Scope implements Run, StepOwner, OuterScope, InnerScope {
  readonly run: RunContext;
  readonly path: string;
  readonly #parent: Scope | undefined;
  readonly #labels: OpenLabels;
  readonly #children = new Set<Scope>();
  readonly #releases = new Set<Promise<void>>();
  /** What keeps this scope from taking steps itself, such as `a branch`. */
  #occupied: string | undefined;
  #controller: AbortController | undefined;
  /** How many steps wait for a place in it, where it has limits of its own. */
  #waiting: (() => number) | undefined;
  /** The last branches or loop that opened in it. */
  #group: Promise<unknown> | undefined;
  #ended: AitorError | undefined;
  #abandonBody: ((reason: AitorError) => void) | undefined;

  constructor(run: RunContext, path: string, parent?: Scope) {
    this.run = run;
    this.path = path;
    this.#labels = new OpenLabels(path);
    this.#parent = parent;
  }

  get id(): string {
    return this.run.id;
  }

  get key(): MessageKey | undefined {
    return this.run.key;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  get abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended);
    }
    return this.#controller.signal;
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
      this.#admit(label);
      key = this.keyOf(label.label);
      step = new StepExecution(this, label, key, fn, options);
      this.#labels.open(label, step);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.run.changedVersion === undefined) step.start();
    else goOnAsRecorded(this, key, step.promise, () => step.start());
    return step.promise;
  }

  sleep(duration: Duration, name: StepName = "sleep"): Promise<void> {
    return this.#start(name, (label, key) => new Sleep(this, label, key, milliseconds(duration, "the time to sleep")));
  }

  waitFor<Value>(name: StepName, options: SignalOptions<Value> = {}): Promise<Value> {
    return this.#start(name, (label, key) => new Signal(this, label, key, options));
  }

  child<Input, Output>(runnable: Runnable<Input, Output>, input: Input, options?: ChildOptions): Promise<Output> {
    return runChild(this, runnable, input, options);
  }

  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>): Promise<Out> {
    let label: StepLabel;
    let child: Scope;
    try {
      label = stepLabel(name);
      this.#admit(label);
      child = this.open(`${this.keyOf(label.label)}/`);
    } catch (error) {
      return Promise.reject(error);
    }
    const opened: { outcome?: Promise<Out> } = {};
    this.#labels.open(label, { waiting: true, abandon: () => void opened.outcome?.catch(ignore) });
    opened.outcome = child.runBody(body).finally(() => this.#labels.close(label));
    return opened.outcome;
  }

  all<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>> {
    return this.#grouped(() => allBranches(this, branches)) as Promise<BranchResults<Branches>>;
  }

  race<const Branches extends readonly Branch<unknown>[]>(
    branches: Branches,
  ): Promise<BranchResults<Branches>[number]> {
    return this.#grouped(() => raceBranches(this, branches)) as Promise<BranchResults<Branches>[number]>;
  }

  settle<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchOutcomes<Branches>> {
    return this.#grouped(() => settleBranches(this, branches)) as Promise<BranchOutcomes<Branches>>;
  }

  loop<State, Out>(
    name: string,
    initial: State,
    turn: (state: State, run: Run) => Promise<Turn<State, Out>>,
  ): Promise<Out> {
    return this.#grouped(() => runLoop(this, name, initial, turn));
  }

  queue(waiting: () => number): void {
    this.#waiting = waiting;
  }

  /** Steps that wait for a place, in it and in all that is open in it. */
  get waiting(): number {
    if (this.#ended !== undefined) return 0;
    let waiting = this.#waiting?.() ?? 0;
    for (const child of this.#children) waiting += child.waiting;
    return waiting;
  }

  /** Nothing in it goes on before something comes from outside; what its body does beside is not seen. */
  get resting(): boolean {
    for (const work of this.#labels.works()) if (!work.waiting) return false;
    for (const child of this.#children) if (!child.resting) return false;
    return true;
  }

  closeStep(label: StepLabel): void {
    this.#labels.close(label);
  }

  track(release: Promise<void>): void {
    const tracked = release.then(forget, forget);
    const releases = this.#releases;
    releases.add(tracked);
    function forget(): void {
      releases.delete(tracked);
    }
  }

  async occupy<Out>(what: string, labels: readonly StepLabel[], work: () => Promise<Out>): Promise<Out> {
    this.#refuseUnlessFree(labels[0]?.name ?? what);
    for (const label of labels) this.#admit(label);
    this.#occupied = what;
    try {
      return await work();
    } finally {
      this.#occupied = undefined;
    }
  }

  keyOf(label: string): string {
    return this.#labels.keyOf(label);
  }

  finish(label: string): void {
    this.#labels.finish(label);
  }

  open(path: string): Scope {
    if (this.#ended !== undefined) throw this.#ended;
    const inner = new Scope(this.run, path, this);
    this.#children.add(inner);
    return inner;
  }

  async runBody<Out>(body: (run: Run) => Promise<Out>): Promise<Out> {
    let failure: unknown;
    try {
      const out = await new Promise<Out>((resolve, reject) => {
        if (this.#ended !== undefined) return reject(this.#ended);
        this.#abandonBody = reject;
        body(this).then(resolve, reject);
      });
      if (this.run.changedVersion !== undefined) await haltUnlessAllAsked(this);
      return out;
    } catch (error) {
      if (this.run.changedVersion !== undefined && this.#ended === undefined) await haltUnlessAllAsked(this);
      failure = error;
      throw error;
    } finally {
      this.#abandonBody = undefined;
      await this.end(cancelledError(`what was open in ${this.#what()}`, failure ?? "its body has ended"));
    }
  }

  end(reason: AitorError): void | Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = reason;
      this.#controller?.abort(reason);
      for (const work of this.#labels.works()) work.abandon(reason);
      this.#group?.catch(ignore);
      this.#abandonBody?.(reason);
    }
    for (const child of this.#children) {
      const released = child.end(reason);
      if (released !== undefined) this.track(released);
    }
    if (this.#releases.size > 0) return this.#released();
    this.#detach();
  }

  async #released(): Promise<void> {
    while (this.#releases.size > 0) await Promise.all(this.#releases);
    this.#detach();
  }

  #detach(): void {
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
  }

  /** Remembers the group, which ends with the scope: its body may not await it any more by then. */
  #grouped<Out>(open: () => Promise<Out>): Promise<Out> {
    const refused = this.#occupied !== undefined;
    const group = open();
    if (!refused) this.#group = group;
    return group;
  }

  #refuseUnlessFree(name: string): void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#occupied !== undefined) throw branchOpenError(name, this.#occupied);
  }

  /** Under other code, what is new begins when what is on record before it was asked for. */
  #start<Work extends OpenWork & { start(): void; readonly promise: Promise<unknown> }>(
    name: StepName,
    make: (label: StepLabel, key: string) => Work,
  ): Work["promise"] {
    let work: Work;
    let key: string;
    try {
      const label = stepLabel(name);
      this.#admit(label);
      key = this.keyOf(label.label);
      work = make(label, key);
      this.#labels.open(label, work);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.run.changedVersion === undefined) work.start();
    else goOnAsRecorded(this, key, work.promise, () => work.start());
    return work.promise;
  }

  #admit(label: StepLabel): void {
    this.#refuseUnlessFree(label.name);
    this.#labels.admit(label);
  }

  #what(): string {
    return this.path === "" ? `run "${this.id}"` : `"${this.path.slice(0, -1)}"`;
  }
}

/** For failures that nobody awaits any more. */
function ignore(): void {}
