import { describe } from "../base/index.ts";
import { batchResultError, notAListError } from "./errors.ts";

/** A mapped task under way: the elements of its list, or batches of them, and the results that are there. */
export class MappedNode {
  readonly index: number;
  readonly #task: string;
  /** What each step is given: an element, or a batch. */
  readonly #steps: readonly unknown[];
  readonly #batched: boolean;
  readonly #results: unknown[] = [];
  readonly #limit: number;
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
    return this.#next < this.#steps.length && this.#active < this.#limit;
  }

  /** Steps that did not start yet. */
  get waiting(): number {
    return this.#steps.length - this.#next;
  }

  /** Takes the next step: its number, and what it is given. */
  take(): { readonly element: number; readonly given: unknown } {
    this.#active++;
    const element = this.#next++;
    return { element, given: this.#steps[element] };
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
