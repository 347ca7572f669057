/** The beginning of a list that may be long, and how long it is: what is recorded stays small. */
export interface Capped<Item> {
  readonly total: number;
  readonly first: readonly Item[];
}

/** The first `limit` of these. */
export function capped<Item>(items: readonly Item[], limit: number): Capped<Item> {
  return { total: items.length, first: items.slice(0, limit) };
}

/** Several such lists, one after the other, as one. */
export function joined<Item>(lists: readonly Capped<Item>[], limit: number): Capped<Item> {
  return {
    total: lists.reduce((sum, list) => sum + list.total, 0),
    first: lists.flatMap((list) => list.first).slice(0, limit),
  };
}
