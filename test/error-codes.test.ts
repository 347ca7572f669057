// docs/errors.md names every code that an error of Aitor's can have, and none that there is not.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

function codesOfTypes(): string[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".ts") && !/\.(test|test-d|fixture)\.ts$/.test(path),
  );
  const unions = files.flatMap((path) => [
    ...readFileSync(join(root, "src", path), "utf8")
      .replaceAll(/\/\*.*?\*\//gs, "")
      .matchAll(/type \w+ErrorCode =([^;]+);/g),
  ]);
  return [...new Set(unions.flatMap(([, union = ""]) => [...union.matchAll(/"([^"]+)"/g)].map(([, code]) => code)))]
    .filter((code) => code !== undefined)
    .toSorted();
}

function codesOfPage(): string[] {
  const rows = readFileSync(join(root, "docs/errors.md"), "utf8").match(/^\| `[^|]+\|/gm) ?? [];
  return rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code)).toSorted();
}

test("docs/errors.md names each code once", () => {
  expect(codesOfPage()).toEqual(codesOfTypes());
});
