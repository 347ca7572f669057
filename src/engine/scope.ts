import {
  type AitorError,
  type Branch,
  type BranchOutcomes,
  type BranchResults,
  cancelledError,
  type Run,
  type StepContext,
  type StepName,
  type StepOptions,
  type Turn,
} from "../base/index.ts";
import { allBranches, raceBranches, settleBranches } from "./branches.ts";
import { ambiguousStepError, branchOpenError } from "./errors.ts";
import { runLoop } from "./loop.ts";
import type { InnerScope, OuterScope } from "./outer-scope.ts";
import type { RunContext } from "./run-context.ts";
import { StepExecution, type StepOwner } from "./step-execution.ts";
import { ordinalKey, type StepLabel, stepLabel } from "./step-label.ts";

/**
 * A part of a run in which names are unique among what is open: the run itself, a branch, a turn. It owns the steps
 * and scopes opened in it; when it ends, by its body's end or from outside, they end with it.
 */
export class Scope implements Run, StepOwner, OuterScope, InnerScope {
  readonly run: RunContext;
  readonly path: string;
  readonly #parent: Scope | undefined;
  /** Open steps by label. */
  readonly #steps = new Map<string, StepExecution<unknown>>();
  /** Labels of the named scopes that are open. */
  readonly #scopes = new Map<string, Promise<unknown> | undefined>();
  /** How many keyed steps and scopes of a name are open. */
  readonly #keyed = new Map<string, number>();
  /** How many steps, branches and loops of a label are finished. */
  readonly #finished = new Map<string, number>();
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
    this.#parent = parent;
  }

  get id(): string {
    return this.run.id;
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
    options?: StepOptions,
  ): Promise<Awaited<Out>> {
    let step: StepExecution<Out>;
    try {
      const label = stepLabel(name);
      this.#admit(label);
      step = new StepExecution(this, label, this.keyOf(label.label), fn, options);
      this.#steps.set(label.label, step);
      if (label.keyed) this.#countKeyed(label, 1);
    } catch (error) {
      return Promise.reject(error);
    }
    step.start();
    return step.promise;
  }

  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>): Promise<Out> {
    let label: StepLabel;
    let child: Scope;
    try {
      label = stepLabel(name);
      this.#admit(label);
      child = this.child(`${this.keyOf(label.label)}/`);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#scopes.set(label.label, undefined);
    if (label.keyed) this.#countKeyed(label, 1);
    const outcome = child.runBody(body).finally(() => {
      this.#scopes.delete(label.label);
      this.#close(label);
    });
    this.#scopes.set(label.label, outcome);
    return outcome;
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

  closeStep(label: StepLabel): void {
    this.#steps.delete(label.label);
    this.#close(label);
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
    return ordinalKey(this.path, label, this.#finished.get(label) ?? 0);
  }

  finish(label: string): void {
    this.#finished.set(label, (this.#finished.get(label) ?? 0) + 1);
  }

  child(path: string): Scope {
    if (this.#ended !== undefined) throw this.#ended;
    const child = new Scope(this.run, path, this);
    this.#children.add(child);
    return child;
  }

  async runBody<Out>(body: (run: Run) => Promise<Out>): Promise<Out> {
    let failure: unknown;
    try {
      return await new Promise<Out>((resolve, reject) => {
        if (this.#ended !== undefined) return reject(this.#ended);
        this.#abandonBody = reject;
        body(this).then(resolve, reject);
      });
    } catch (error) {
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
      for (const step of this.#steps.values()) step.abandon(reason);
      for (const scope of this.#scopes.values()) scope?.catch(ignore);
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

  #admit(label: StepLabel): void {
    this.#refuseUnlessFree(label.name);
    const ambiguous =
      this.#isOpen(label.label) || (label.keyed ? this.#isOpen(label.base) : (this.#keyed.get(label.base) ?? 0) > 0);
    if (ambiguous) throw ambiguousStepError(label.name, this.path);
  }

  #isOpen(label: string): boolean {
    return this.#steps.has(label) || this.#scopes.has(label);
  }

  #countKeyed(label: StepLabel, change: number): void {
    this.#keyed.set(label.base, (this.#keyed.get(label.base) ?? 0) + change);
  }

  #close(label: StepLabel): void {
    if (label.keyed) this.#countKeyed(label, -1);
    this.finish(label.label);
  }

  #what(): string {
    return this.path === "" ? `run "${this.id}"` : `"${this.path.slice(0, -1)}"`;
  }
}

/** For failures that nobody awaits any more. */
function ignore(): void {}
