// A sorted map gives what a sorted array gives, stays balanced, and every version stays as it was.
import fc from "fast-check";
import { expect, test } from "vitest";
import { SortedMap } from "./sorted-map.ts";

const ascending = (a: number, b: number): number => a - b;
const change = fc.record({ key: fc.nat(60), isDelete: fc.boolean(), isOwned: fc.boolean() });

test("it agrees with a sorted array, and versions before a change stay as they were", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200, size: "max" }), (changes) => {
      let map = SortedMap.empty<number, string>(ascending);
      const model = new Map<number, string>();
      const versions: { readonly map: SortedMap<number, string>; readonly values: readonly string[] }[] = [];
      const values = (from = -1): string[] =>
        [...model]
          .filter(([key]) => key >= from)
          .sort(([a], [b]) => a - b)
          .map(([, value]) => value);
      let owner = {};
      for (const [index, { key, isDelete, isOwned }] of changes.entries()) {
        // A version that is kept ends what its owner may change in place.
        if (!isOwned) {
          owner = {};
          versions.push({ map, values: values() });
        }
        map = isDelete ? map.delete(key, owner) : map.set(key, `${key} ${index}`, owner);
        if (isDelete) model.delete(key);
        else model.set(key, `${key} ${index}`);
        expect(map.size).toBe(model.size);
        expect(map.get(key)).toBe(model.get(key));
        expect([...map.values(key - 5)]).toEqual(values(key - 5));
        const before = [...model.keys()]
          .filter((each) => each < key)
          .sort(ascending)
          .at(-1);
        expect(map.before(key)).toBe(before === undefined ? undefined : model.get(before));
      }
      expect([...map.values()]).toEqual(values());
      for (const version of versions) expect([...version.map.values()]).toEqual(version.values);
    }),
  );
});

test.each([
  ["rising", (index: number) => index],
  ["falling", (index: number) => -index],
  ["mixed", (index: number) => (index * 7_919) % 10_007],
])("keys that come %s are found in few comparisons, also when most are gone again", (_, keyOf) => {
  let comparisons = 0;
  let map = SortedMap.empty<number, number>((a, b) => (comparisons++, a - b));
  for (let index = 0; index < 10_000; index++) map = map.set(keyOf(index), index);
  const most = (from: number, to: number): number => {
    let highest = 0;
    for (let index = from; index < to; index++) {
      comparisons = 0;
      expect(map.get(keyOf(index))).toBe(index);
      highest = Math.max(highest, comparisons);
    }
    return highest;
  };
  // A weight-balanced tree with these constants is at most 2.41 × as deep as a perfect one.
  expect(most(0, 10_000)).toBeLessThan(2.41 * Math.log2(10_000));
  for (let index = 0; index < 9_900; index++) map = map.delete(keyOf(index));
  expect(most(9_900, 10_000)).toBeLessThan(2.41 * Math.log2(100));
});
