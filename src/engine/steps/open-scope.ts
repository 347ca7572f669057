import type { AitorError, Run, StepName } from "../../base/index.ts";
import { JournalFailure } from "../../journal/index.ts";
import { endOpenCalls } from "./called-runs.ts";
import { branchOpenError } from "../record/errors.ts";
import { dropForgotten, endedBy, type Occupation, refusalOf, RETURNED, tellRefused } from "./forgotten.ts";
import { OpenLabels, type OpenWork } from "./open-labels.ts";
import { type InnerScope, madeOnce, type OuterScope, type Reason } from "./outer-scope.ts";
import { goOnAsRecorded, haltUnlessAllAsked, isOfItsKind } from "./record-order.ts";
import type { RunContext } from "./run-context.ts";
import { type StepLabel, stepLabel } from "../record/step-label.ts";
import type { StepOwner } from "./step-owner.ts";

/** What begins once it is opened. */
interface OpenedWork extends OpenWork {
  readonly promise: Promise<unknown>;
  start(): void;
}

/**
 * What is open in a part of a run, and its end. Names are unique among what is open. It owns the steps and scopes opened
 * in it; when it ends, by its body's end or from outside, they end with it.
 */
export abstract class OpenScope implements StepOwner, OuterScope, InnerScope {
  readonly run: RunContext;
  readonly path: string;
  readonly #parent: OpenScope | undefined;
  readonly #labels: OpenLabels;
  /** Made when they are first needed: most scopes have neither. */
  #children: Set<OpenScope> | undefined;
  #releases: Set<Promise<void>> | undefined;
  /** What keeps this scope from taking steps itself. */
  #occupied: Occupation | undefined;
  #controller: AbortController | undefined;
  /** How many steps wait for a place in it, where it has limits of its own. */
  #waiting: (() => number) | undefined;
  #ended: Reason | undefined;
  #abandonBody: ((reason: AitorError) => void) | undefined;

  constructor(run: RunContext, path: string, parent?: OpenScope) {
    this.run = run;
    this.path = path;
    this.#labels = new OpenLabels(path);
    this.#parent = parent;
  }

  /** A scope in it, of the same kind. */
  protected abstract inner(path: string): OpenScope & Run;
  /** What its body is given. */
  protected abstract readonly self: Run;

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  refuseIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended();
  }

  get abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended !== undefined) this.#controller.abort(this.#ended());
    }
    return this.#controller.signal;
  }

  queue(waiting: () => number): void {
    this.#waiting = waiting;
  }

  /** Steps that wait for a place, in it and in all that is open in it. */
  get waiting(): number {
    if (this.#ended !== undefined) return 0;
    let waiting = this.#waiting?.() ?? 0;
    for (const child of this.#children ?? []) waiting += child.waiting;
    return waiting;
  }

  /** Nothing in it goes on before something comes from outside; what its body does beside is not seen. */
  get resting(): boolean {
    for (const work of this.#labels.works()) if (!work.waiting) return false;
    for (const child of this.#children ?? []) if (!child.resting) return false;
    return true;
  }

  /** Nothing is open in it but turns of loops. */
  get alone(): boolean {
    if (this.#ended !== undefined || this.#occupied?.what === "a branch" || this.#labels.some) return false;
    for (const child of this.#children ?? []) if (!child.alone) return false;
    return true;
  }

  doubt(why: string): Promise<unknown> | undefined {
    const open: (Promise<unknown> | undefined)[] = [];
    for (const work of this.#labels.works()) open.push(work.doubt?.(why));
    for (const child of this.#children ?? []) open.push(child.doubt(why));
    if (this.run.recovered?.openCalls.expectedIn(this.path) === true) open.push(Promise.resolve());
    const inDoubt = open.filter((known) => known !== undefined);
    return inDoubt.length === 0 ? undefined : Promise.allSettled(inDoubt);
  }

  closeStep(label: StepLabel): void {
    this.#labels.close(label);
    this.run.waits.look();
  }

  stepFailed(): void {
    this.#labels.failed = true;
  }

  track(release: Promise<unknown>): void {
    const tracked = release.then(forget, forget);
    const releases = (this.#releases ??= new Set());
    releases.add(tracked);
    function forget(): void {
      releases.delete(tracked);
    }
  }

  async occupy<Out>(what: "a branch" | "a loop", labels: readonly StepLabel[], work: () => Promise<Out>): Promise<Out> {
    try {
      this.#refuseUnlessFree(labels[0]?.name ?? what);
      for (const label of labels) this.admit(label);
    } catch (error) {
      return this.refused(error);
    }
    this.#occupied = { what, labels };
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

  open(path: string): OpenScope & Run {
    this.refuseIfEnded();
    const inner = this.inner(path);
    (this.#children ??= new Set()).add(inner);
    return inner;
  }

  /** No function waits for the body: of each run and each turn it would be kept until the end. */
  runBody<Out>(body: (run: Run) => Promise<Out>): Promise<Out> {
    const settled = new Promise<Out>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended());
      this.#abandonBody = reject;
      // No promise more: it gives one back as it is. JavaScript may give the result at once.
      Promise.resolve<Out>(body(this.self)).then(resolve, reject);
    });
    return settled.then(
      (out) => {
        const left = this.#leave(RETURNED, true);
        return left === undefined ? out : left.then(() => out);
      },
      (error: unknown) => {
        if (error instanceof JournalFailure) this.run.halt(error.cause);
        if (this.run.changedVersion !== undefined) this.run.recovered?.unasked.cutOff(this.path);
        const left = this.#leave(error, this.#ended === undefined);
        if (left === undefined) throw error;
        return left.then(() => Promise.reject(error));
      },
    );
  }

  /** @param asks Whether all on record must have been asked for. */
  #leave(why: unknown, asks: boolean): void | Promise<void> {
    if (!asks || this.run.changedVersion === undefined) return this.#left(why);
    return haltUnlessAllAsked(this).then(() => this.#left(why));
  }

  #left(why: unknown): void | Promise<void> {
    this.#abandonBody = undefined;
    const forgotten = why === RETURNED && !this.#labels.failed && (this.#labels.some || this.#occupied !== undefined);
    return this.end(() => endedBy(why, this.#what()), forgotten);
  }

  /** @param forgotten Its body has returned, and has not awaited what is open in it. */
  end(why: Reason, forgotten = false): void | Promise<void> {
    const reason = madeOnce(why);
    if (this.#ended === undefined) {
      this.#ended = reason;
      this.#controller?.abort(reason());
      if (forgotten) dropForgotten(this.run, this.#labels, this.#occupied, this.#children);
      for (const work of this.#labels.works()) work.abandon(reason());
      this.#abandonBody?.(reason());
      const calls = endOpenCalls(this.run, this.path, reason);
      if (calls !== undefined) this.track(calls);
    }
    for (const child of this.#children ?? []) {
      const released = child.end(reason);
      if (released !== undefined) this.track(released);
    }
    if (this.#releases !== undefined && this.#releases.size > 0) return this.#released(this.#releases);
    this.#detach();
  }

  /** Makes something of a name and begins it; under other code, when what is on record before it was asked for. */
  protected begin<Work extends OpenedWork>(
    name: StepName,
    make: (label: StepLabel, key: string) => Work,
  ): Work["promise"] {
    let work: Work;
    let key: string;
    try {
      const label = stepLabel(name);
      key = this.admit(label);
      work = make(label, key);
      this.opened(label, work);
    } catch (error) {
      return this.refused(error);
    }
    return this.started(key, work);
  }

  /** What is refused is told: who forgets to await it does not end the process. */
  protected refused(error: unknown): Promise<never> {
    tellRefused(this, error);
    const refused = Promise.reject(error);
    refused.catch(ignore);
    return refused;
  }

  /** @returns The key that it gets. @throws AitorError `ambiguous-step`, `branch-open`, `cancelled`. */
  protected admit(label: StepLabel): string {
    this.#refuseUnlessFree(label.name);
    this.#labels.admit(label);
    return this.keyOf(label.label);
  }

  protected opened(label: StepLabel, work: OpenWork): void {
    this.#labels.open(label, work);
  }

  protected started<Work extends OpenedWork>(key: string, work: Work): Work["promise"] {
    if (!isOfItsKind(this.run, key, "a step")) return work.promise;
    if (this.run.changedVersion === undefined) work.start();
    else goOnAsRecorded(this, key, work.promise, () => work.start());
    return work.promise;
  }

  /** A scope under a name, which counts as open until its body has ended. */
  protected within<Out>(name: StepName, body: (scope: Run, path: string) => Promise<Out>): Promise<Out> {
    let label: StepLabel;
    let child: OpenScope;
    try {
      label = stepLabel(name);
      const key = this.admit(label);
      if (!isOfItsKind(this.run, key, "a scope")) return new Promise(() => {});
      child = this.open(`${key}/`);
    } catch (error) {
      return this.refused(error);
    }
    this.#labels.open(label, { kind: "scope", waiting: true, abandon: (reason) => void child.end(() => reason) });
    const outcome = child.runBody((scope) => body(scope, child.path));
    const close = (): void => this.#labels.close(label);
    outcome.then(close, () => {
      close();
      this.stepFailed();
    });
    return outcome;
  }

  /** Branches or a loop: who forgets to await them does not end the process. */
  protected grouped<Out>(open: () => Promise<Out>): Promise<Out> {
    const group = open();
    group.catch(() => this.stepFailed());
    return group;
  }

  async #released(releases: ReadonlySet<Promise<void>>): Promise<void> {
    while (releases.size > 0) await Promise.all(releases);
    this.#detach();
    this.run.waits.look();
  }

  #detach(): void {
    if (this.#parent !== undefined) this.#parent.#children?.delete(this);
  }

  #refuseUnlessFree(name: string): void {
    if (this.#ended !== undefined) throw refusalOf(this.#ended(), this.#what(), name);
    if (this.#occupied !== undefined) throw branchOpenError(name, this.#occupied.what);
  }

  #what(): string {
    return this.path === "" ? `run "${this.run.id}"` : `"${this.path.slice(0, -1)}"`;
  }
}

/** For failures that nobody awaits any more. */
function ignore(): void {}
