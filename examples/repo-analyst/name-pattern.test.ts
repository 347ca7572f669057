// Patterns of names: what they match is what a regular expression of the same meaning matches, and none of them hangs.
import fc from "fast-check";
import { expect, test } from "vitest";

import { matchesAny, matchesName } from "./name-pattern.ts";

test.each([
  ["main.ts", "*.ts", true],
  ["Main.TS", "*.ts", true],
  ["main.tsx", "*.ts", false],
  ["a.test.ts", "*.test.*", true],
  ["a", "?", true],
  ["🦊", "?", true],
  ["", "*", true],
  ["", "?", false],
  ["abc", "", false],
  ["a+b(c)[d].ts", "a+b(c)[d].*", true],
])("%j and %j: %j", (name, pattern, matches) => {
  expect(matchesName(name, pattern)).toBe(matches);
});

test("it matches what the same pattern as a regular expression does", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(text, pattern, (name, wanted) => {
      const source = wanted
        .replaceAll(".", String.raw`\.`)
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
      expect(matchesName(name, wanted)).toBe(new RegExp(`^${source}$`).test(name));
    }),
    { numRuns: 2_000 },
  );
});

test("a pattern that hangs a regular expression is soon done", () => {
  expect(matchesName("a".repeat(4_000), `${"*a".repeat(99)}b`)).toBe(false);
});

test("a pattern with a slash is of the path, another one of the name", () => {
  const file = { path: "src/tools/index.ts", name: "index.ts" };
  expect(matchesAny(file, ["index.*"])).toBe(true);
  expect(matchesAny(file, ["src/*/index.ts"])).toBe(true);
  expect(matchesAny(file, ["tools/*"])).toBe(false);
  expect(matchesAny(file)).toBe(true);
});
