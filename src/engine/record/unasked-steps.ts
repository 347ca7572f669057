import type { StepRecord } from "./step-record.ts";

/** The records that a run must use up. */
interface Records {
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly timers: ReadonlyMap<string, { readonly fired: boolean }>;
  readonly signals: ReadonlyMap<string, { readonly outcome?: object }>;
  readonly loops: ReadonlyMap<string, unknown>;
}

/**
 * What a run has yet to ask for: all on record that has an outcome, or was asked of somebody else (a signal, a child, a message whose
 * reply is awaited). By that, code of another version is found out that does not do what the record says.
 */
export class UnaskedSteps {
  /** In the order of the record. */
  readonly #keys = new Set<string>();
  /** Those without an outcome. */
  readonly #open = new Set<string>();
  /** What has failed, asked for or not. */
  readonly #failed: string[] = [];
  readonly #byScope = new Map<string, Set<string>>();
  /** How many steps and waits that were let go are not settled yet: they may lead to what was not asked for. */
  #underWay = 0;
  #listeners: (() => void)[] = [];

  constructor({ steps, timers, signals, loops }: Records) {
    for (const [key, step] of steps) {
      if (step.outcome !== undefined || (step.effect === "once" && step.doubt !== "abandoned")) this.#add(key);
      else if ((step.asks || step.child !== undefined) && step.doubt !== "abandoned") this.#addOpen(key);
      this.#noteFailure(key, step.outcome);
    }
    for (const [key, { fired }] of timers) if (fired) this.#add(key);
    for (const [key, { outcome }] of signals) {
      if (outcome === undefined) this.#addOpen(key);
      else this.#add(key);
      this.#noteFailure(key, outcome);
    }
    for (const key of loops.keys()) this.#add(key);
  }

  /** How many are left. */
  get left(): number {
    return this.#keys.size;
  }

  /** Whether none of those that are left has an outcome. */
  get onlyOpen(): boolean {
    return this.#open.size === this.#keys.size;
  }

  get underWay(): number {
    return this.#underWay;
  }

  asked(key: string): void {
    if (!this.#keys.delete(key)) return;
    this.#open.delete(key);
    this.#byScope.get(scopeOf(key))?.delete(key);
    this.#changed();
  }

  /** What is in a scope that will not be opened again does not count. */
  discard(path: string): void {
    for (const key of this.#keys) if (key.startsWith(path)) this.asked(key);
  }

  /** A scope has failed. Where something in it had failed on record, that cut off what was open in it. */
  cutOff(path: string): void {
    if (!this.#failed.some((key) => key.startsWith(path))) return;
    for (const key of this.#open) if (key.startsWith(path)) this.asked(key);
  }

  /** Whether something is left in a scope, or in one that opens in it. */
  within(path: string): boolean {
    for (const key of this.#keys) if (key.startsWith(path)) return true;
    return false;
  }

  /** The first that was recorded of those that are left. */
  first(): string | undefined {
    return this.#keys.values().next().value;
  }

  /** The first of a scope itself; of the run's own, also of those that open in it. */
  firstOf(path: string): string | undefined {
    return path === "" ? this.first() : this.#byScope.get(path)?.values().next().value;
  }

  letGo(work: Promise<unknown>): void {
    this.#underWay++;
    const settled = (): void => {
      this.#underWay--;
      this.#changed();
    };
    work.then(settled, settled);
  }

  /** Resolves when something is asked for, or settles. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  #changed(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const tell of listeners) tell();
  }

  #addOpen(key: string): void {
    this.#open.add(key);
    this.#add(key);
  }

  #noteFailure(key: string, outcome: object | undefined): void {
    if (outcome !== undefined && "failure" in outcome) this.#failed.push(key);
  }

  #add(key: string): void {
    this.#keys.add(key);
    const scope = scopeOf(key);
    const keys = this.#byScope.get(scope);
    if (keys === undefined) this.#byScope.set(scope, new Set([key]));
    else keys.add(key);
  }
}

function scopeOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}
