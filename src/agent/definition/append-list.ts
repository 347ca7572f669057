/**
 * A list that only grows, as a value: `append` returns a longer list and does not change this one. All versions share their
 * items, so appending costs the same however long the list is. For memory that is a fold.
 */
export class AppendList<Item> implements Iterable<Item> {
  readonly length: number;
  readonly #shared: { readonly items: Item[] };

  private constructor(shared: { readonly items: Item[] }, length: number) {
    this.#shared = shared;
    this.length = length;
  }

  static of<Item>(items: Iterable<Item> = []): AppendList<Item> {
    const copy = [...items];
    return new AppendList({ items: copy }, copy.length);
  }

  /** Returns a list with these items after those of this list. Copies only if another version has already grown from this one. */
  append(...more: readonly Item[]): AppendList<Item> {
    const { items } = this.#shared;
    const shared = items.length === this.length ? this.#shared : { items: items.slice(0, this.length) };
    for (const item of more) shared.items.push(item);
    return new AppendList(shared, this.length + more.length);
  }

  /** Returns the item at an index. A negative index counts from the end. */
  at(index: number): Item | undefined {
    const place = index < 0 ? this.length + index : index;
    return place >= 0 && place < this.length ? this.#shared.items[place] : undefined;
  }

  /** Returns a copy of a part as an array. */
  slice(start = 0, end: number = this.length): Item[] {
    const from = start < 0 ? Math.max(0, this.length + start) : start;
    const to = end < 0 ? this.length + end : Math.min(end, this.length);
    return this.#shared.items.slice(from, Math.max(from, to));
  }

  toJSON(): Item[] {
    return this.slice();
  }

  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.#shared.items[index] as Item;
  }
}
