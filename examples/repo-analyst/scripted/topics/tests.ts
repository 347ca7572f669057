import { visible } from "../../../repo-report/escape.ts";
import { ask, attempt, want } from "../research.ts";
import { bullets, figure, plural, share, shownPath, size } from "./telling.ts";
import type { Topic } from "./topic.ts";

/** How files of tests are called. */
export const TEST_NAMES = [
  "*.test.*",
  "*.spec.*",
  "test_*.py",
  "*_test.py",
  "*_test.go",
  "*Test.java",
  "*Test.kt",
  "*_spec.rb",
  "*Tests.cs",
];
/** How tests begin, in languages whose tests need no file of their own. */
const BEGINNINGS = ["#[test]", "def test_", "func Test", "@Test", "describe("];
const FRAMEWORKS = [
  "vitest",
  "jest",
  "mocha",
  "ava",
  "playwright",
  "@playwright/test",
  "pytest",
  "hypothesis",
  "proptest",
  "testify",
];

export const tests: Topic = {
  name: "its tests",
  fits: ({ words }) => /\btests?\b|\btested\b|\btesting\b|\bcoverage\b/.test(words) && !/\bspread\b/.test(words),
  *research() {
    const [found] = yield* ask(want("find", { names: TEST_NAMES }, "I look for files that are called like tests."));
    if (found.total === 0) {
      const [inside] = yield* ask(
        want(
          "search",
          { texts: BEGINNINGS, limit: 5 },
          "No file is called like a test: I search for tests in the code.",
        ),
      );
      if (inside.total === 0) {
        return `No tests: none of ${plural(found.of, "file")} is called like one, and no line of ${plural(inside.of, "text file")} begins one.`;
      }
      const where = inside.byFile.slice(0, 5).map(({ path, lines }) => `${shownPath(path)}: ${plural(lines, "line")}`);
      return `No file is called like a test, but tests begin in ${plural(inside.total, "line")} of ${plural(inside.files, "file")}:\n${bullets(where)}`;
    }
    const [all, own, folders] = yield* ask(
      want("count", { by: "language" }, "There are tests: I count them beside all the rest."),
      want("count", { by: "language", names: TEST_NAMES }, "There are tests: I count them beside all the rest."),
      want("count", { by: "folder", names: TEST_NAMES }, "There are tests: I count them beside all the rest."),
    );
    const needs = yield* attempt(want("dependencies", {}, "The manifests may say what runs them."));
    const known = needs?.listed.filter(({ name }) => FRAMEWORKS.includes(name)) ?? [];
    const [most] = folders.groups;
    const run =
      known.length === 0
        ? "No manifest names a library for tests that I know."
        : `They are run by ${[...new Set(known.map(({ name, version }) => visible(`${name} ${version}`)))].join(", ")}.`;
    const where =
      most === undefined || folders.groupsTotal === 1
        ? ""
        : ` The most are in ${shownPath(most.name)}: ${figure(most.files)}.`;
    return `Tests are in ${plural(own.files, "file")} of ${figure(all.files)}: ${plural(own.lines, "line")}, ${size(own.bytes)}, ${share(own.lines, all.lines, "all lines")}.${where}\n${run}`;
  },
};
