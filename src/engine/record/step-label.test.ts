// - a key is the scope's path, the label, and an ordinal from the second on
// - the signs that give a key its structure are escaped in names, so that no two steps get one key
import fc from "fast-check";
import { expect, test } from "vitest";
import { ordinalKey, stepLabel, stepNameOf } from "./step-label.ts";

test("a plain name is its own key; the second one gets an ordinal", () => {
  const { label } = stepLabel("fetch page");
  expect([0, 1, 2].map((finished) => ordinalKey("left/", label, finished))).toEqual([
    "left/fetch page",
    "left/fetch page#2",
    "left/fetch page#3",
  ]);
});

test("a key within a name stands in brackets", () => {
  expect(stepLabel({ name: "score", key: "3" })).toEqual({
    name: "score",
    base: "score",
    label: "score[3]",
    keyed: true,
  });
});

test.each([
  [() => 1, "function (anonymous)"],
  [function pay() {}, "function pay"],
  [null, "null"],
])("what is no name is told as it came: %s", (name, got) => {
  expect(() => stepLabel(name as never)).toThrow(expect.objectContaining({ code: "invalid-option", got }));
});

test("the signs of a key's structure are escaped, and nothing else is", () => {
  expect(stepLabel("a/b#2[c]%").label).toBe("a%2Fb%232%5Bc%5D%25");
  expect(stepLabel({ name: "é b", key: "/" }).label).toBe("é b[%2F]");
});

test("no two different steps get one key", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "/", "#", "[", "]", "%", "2", "F") });
  const name = text.filter((value) => value !== "");
  const part = fc.oneof(name, fc.record({ name, key: text }));
  const step = fc.record({ path: fc.array(part, { maxLength: 3 }), part, finished: fc.nat(3) });
  const keyOf = ({ path, part: last, finished }: typeof step extends fc.Arbitrary<infer Step> ? Step : never): string =>
    ordinalKey(path.map((scope) => `${stepLabel(scope).label}/`).join(""), stepLabel(last).label, finished);
  fc.assert(
    fc.property(step, step, (a, b) => {
      expect(keyOf(a) === keyOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 5_000 },
  );
});

test("a step's name is found in its key", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "/", "#", "[", "]", "%", "2", "F") });
  const name = text.filter((value) => value !== "");
  const path = fc.constantFrom("", "left/", "score[3]/", "agent/#7/", "a%2Fb#2/");
  fc.assert(
    fc.property(path, name, fc.option(text), fc.nat(3), (scope, base, key, finished) => {
      const { label } = stepLabel(key === null ? base : { name: base, key });
      expect(stepNameOf(ordinalKey(scope, label, finished))).toBe(base);
    }),
    { numRuns: 2_000 },
  );
});

test.each(["", { name: "", key: "a" }, 5])("a step without a name is refused: %j", (name) => {
  expect(() => stepLabel(name as string)).toThrow(expect.objectContaining({ code: "invalid-option" }));
});

test.each<[object, string]>([
  [{ name: "a", kye: "1" }, '"kye" in its place'],
  [{ name: "a" }, "a name alone"],
])("a step's name without its key is refused: %j", (name, got) => {
  expect(() => stepLabel(name as never)).toThrow(expect.objectContaining({ code: "invalid-option", got }));
});
