/**
 * A copy of lists and plain objects, for whom may write to it; anything else is in it as it is.
 *
 * @param known What was copied already, for a value in which something may stand twice, or within itself.
 */
export function ownCopy<Value>(value: Value, known?: Map<unknown, unknown>): Value {
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  const before = known?.get(value);
  if (before !== undefined) return before as Value;
  if (Array.isArray(value)) {
    const list = [...(value as unknown[])];
    known?.set(value, list);
    for (const [index, item] of list.entries()) list[index] = ownCopy(item, known);
    return list as Value;
  }
  const copy = { ...(value as Readonly<Record<string, unknown>>) };
  known?.set(value, copy);
  for (const key in copy) {
    const inner = copy[key];
    if (typeof inner === "object") copy[key] = ownCopy(inner, known);
  }
  return copy as Value;
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
