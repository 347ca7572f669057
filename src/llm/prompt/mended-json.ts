/** A JSON value without half characters in its texts and names; the very same value where there are none. */
export function mendedJson(value: unknown): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return mendedList(value);
  let made: [name: string, item: unknown][] | undefined;
  const entries = Object.entries(value);
  for (const [place, [name, item]] of entries.entries()) {
    const mended = mendedJson(item);
    if (mended === item && name.isWellFormed()) continue;
    made ??= entries.slice();
    made[place] = [name.toWellFormed(), mended];
  }
  return made === undefined ? value : Object.fromEntries(made);
}

function mendedList(list: readonly unknown[]): unknown {
  let made: unknown[] | undefined;
  for (const [place, item] of list.entries()) {
    const mended = mendedJson(item);
    if (mended === item) continue;
    made ??= list.slice();
    made[place] = mended;
  }
  return made ?? list;
}
