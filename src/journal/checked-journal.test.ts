// What is given as a journal is one, whole: what an adapter lacks is told where it is given, and not by what first needs it.
import { expect, test } from "vitest";
import { checkedJournal } from "./checked-journal.ts";
import type { Journal } from "./journal.ts";
import { memoryJournal } from "./memory-journal.ts";

const METHODS = ["append", "read", "restore", "tail", "heads", "drop", "close"] as const;

test("a journal is taken as it is", () => {
  const journal = memoryJournal();
  expect(checkedJournal(journal, "journal")).toBe(journal);
});

test.each<readonly [missing: string, without: object]>([
  ...METHODS.map((name) => [name, { [name]: undefined }] as const),
  ["snapshots.put, snapshots.get", { snapshots: undefined }],
  ["blobs.put, blobs.get", { blobs: null }],
  ["blobs.get", { blobs: { put: () => {} } }],
  ["restore, heads", { restore: undefined, heads: 5 }],
])("one without %s is refused, and told that it lacks it", (missing, without) => {
  const journal: Journal = Object.assign(Object.create(memoryJournal()), without);
  expect(() => checkedJournal(journal, "journal of a host")).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringContaining("journal of a host"),
      got: `one without ${missing}`,
    }),
  );
});

test.each([
  ["a path", "a.db"],
  ["nothing", null],
  ["an empty object", {}],
])("%s is no journal", (_, given) => {
  expect(() => checkedJournal(given as never, "journal")).toThrow(
    expect.objectContaining({ code: "invalid-option", fix: expect.stringContaining("memoryJournal()") }),
  );
});
