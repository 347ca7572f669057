import { describe } from "../base/index.ts";
import type { EarlyStart } from "./early-start.ts";
import { batchResultError, notAListError } from "./errors.ts";

/** One step of a mapped task: its number, and what it is given. */
export interface MappedStep {
  readonly element: number;
  readonly given: unknown;
  readonly early?: EarlyStart | undefined;
}

/** A mapped task under way: the elements of its list, or batches of them, and the results that are there. */
export class MappedNode {
  readonly index: number;
  readonly #task: string;
  /** What each step is given: an element, or a batch. */
  readonly #steps: readonly unknown[];
  readonly #batched: boolean;
  readonly #results: unknown[] = [];
  readonly #limit: number;
  /** Those that are left to take, in order, where some were taken out; else all. */
  #order: readonly number[] | undefined;
  #next = 0;
  #active = 0;
  #left: number;

  /** @throws AitorError `invalid-input` where `list` is none. */
  constructor(
    index: number,
    task: string,
    list: unknown,
    { concurrency, batch }: { readonly concurrency: number; readonly batch?: number },
  ) {
    if (!Array.isArray(list)) throw notAListError(task, describe(list));
    this.index = index;
    this.#task = task;
    this.#batched = batch !== undefined;
    this.#steps = batch === undefined ? list : batches(list, batch);
    this.#limit = concurrency;
    this.#left = this.#steps.length;
  }

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** Whether another step may start now. */
  get isReady(): boolean {
    return this.waiting > 0 && this.#active < this.#limit;
  }

  /** Steps that did not start yet. */
  get waiting(): number {
    return (this.#order ?? this.#steps).length - this.#next;
  }

  /** Takes the next step. */
  take(): MappedStep {
    this.#active++;
    const next = this.#next++;
    const element = this.#order?.[next] ?? next;
    return { element, given: this.#steps[element] };
  }

  /** Takes those that begin early, whatever the limit says, before any other is taken. */
  takeOut(earlyOf: (element: number) => EarlyStart | undefined): MappedStep[] {
    const taken: MappedStep[] = [];
    const left: number[] = [];
    for (const [element, given] of this.#steps.entries()) {
      const early = earlyOf(element);
      if (early === undefined) left.push(element);
      else taken.push({ element, given, early });
    }
    this.#order = left;
    this.#active += taken.length;
    return taken;
  }

  /** Whether it was at its limit, and has room again now. */
  release(): boolean {
    return this.#active-- === this.#limit && this.isReady;
  }

  /** Whether this was the last result. @throws AitorError `invalid-output` for a batch without a result for each. */
  add(element: number, result: unknown): boolean {
    if (this.#batched) {
      const expected = (this.#steps[element] as readonly unknown[]).length;
      const fits = Array.isArray(result) && result.length === expected;
      if (!fits) throw batchResultError(this.#task, expected, describe(result));
    }
    this.#results[element] = result ?? null;
    return --this.#left === 0;
  }

  get results(): unknown[] {
    return this.#batched ? this.#results.flat(1) : this.#results;
  }
}

function batches(list: readonly unknown[], most: number): unknown[][] {
  const size = Math.min(most, Math.max(1, list.length));
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, index) => list.slice(index * size, (index + 1) * size));
}
