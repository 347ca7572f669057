import { AppendList } from "../../agent/index.ts";

/** Fewer items than this are not worth letting go of. */
const LEAST_COPY = 64;

/**
 * The last items of a list that only grows, as a value. Its versions share their items. Items that are no longer kept are
 * released once they are as many as those that are kept, so that appending costs the same however long the list is.
 */
export class RecentList<Item> implements Iterable<Item> {
  /** The number of items before the first one. */
  readonly dropped: number;
  readonly #list: AppendList<Item>;
  readonly #start: number;

  private constructor(list: AppendList<Item>, start: number, dropped: number) {
    this.#list = list;
    this.#start = start;
    this.dropped = dropped;
  }

  static of<Item>(items: Iterable<Item> = [], dropped = 0): RecentList<Item> {
    return new RecentList(AppendList.of(items), 0, dropped);
  }

  get length(): number {
    return this.#list.length - this.#start;
  }

  /** The number of items in all, with those that are not kept. */
  get total(): number {
    return this.dropped + this.length;
  }

  /** Returns the list with more items at its end. */
  append(...more: readonly Item[]): RecentList<Item> {
    return new RecentList(this.#list.append(...more), this.#start, this.dropped);
  }

  /** Returns the list without its first items. */
  drop(count: number): RecentList<Item> {
    if (count <= 0) return this;
    const gone = Math.min(count, this.length);
    const start = this.#start + gone;
    const dropped = this.dropped + gone;
    if (start < LEAST_COPY || start < this.#list.length - start) return new RecentList(this.#list, start, dropped);
    return new RecentList(AppendList.of(this.#list.slice(start)), 0, dropped);
  }

  /** Returns the list with one more item, and with at most `most` items. */
  appendWithin(item: Item, most: number): RecentList<Item> {
    const longer = this.append(item);
    return longer.length > most ? longer.drop(longer.length - most) : longer;
  }

  /** Returns the item at an index. A negative index counts from the end. */
  at(index: number): Item | undefined {
    if (index < 0) return -index > this.length ? undefined : this.#list.at(index);
    return this.#list.at(this.#start + index);
  }

  /** Returns the item by its place among all items that there ever were. */
  nth(place: number): Item | undefined {
    return place < this.dropped ? undefined : this.at(place - this.dropped);
  }

  /** Returns a copy of a part, as an array. */
  slice(start = 0, end: number = this.length): Item[] {
    const from = start < 0 ? Math.max(0, this.length + start) : start;
    const to = end < 0 ? this.length + end : Math.min(end, this.length);
    return this.#list.slice(this.#start + from, this.#start + Math.max(from, to));
  }

  toJSON(): Item[] {
    return this.slice();
  }

  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index) as Item;
  }
}
