// A run is named by its id, or by a beginning of it that no other run has.
import { beforeEach, expect, test } from "vitest";

import { type Journal, memoryJournal } from "../journal/index.ts";
import { UsageError } from "./errors.ts";
import { findRun } from "./find-run.ts";

const place = { path: "j.db", file: "/j.db", rule: "--journal", option: " --journal j.db" } as const;
let journal: Journal;

beforeEach(async () => {
  journal = memoryJournal();
  for (const [id, parent] of [
    ["abc-1"],
    ["abc-1/pay", "abc-1"],
    ["abc-1/pay/deep", "abc-1/pay"],
    ["abd-2"],
    ["ab"],
  ] as const) {
    const event = { v: 1, stream: id, seq: 0, at: 1, run: id, key: "", type: "run-started", data: {} } as const;
    const about = { name: "f", ...(parent !== undefined && { parent }) };
    await journal.append([event], { heads: [{ stream: id, kind: "run", state: "running", about }] });
  }
});

const found = async (given: string): Promise<string> => (await findRun(journal, given, place)).stream;

test.each([
  ["abc-1", "abc-1", "the whole id"],
  ["abc", "abc-1", "a beginning, though children begin so too"],
  ["abc-1/", "abc-1/pay", "a beginning of a child, though its own child begins so too"],
  ["ab", "ab", "a whole id, though others begin so"],
])("%s is %s: %s", async (given, id) => expect(await found(given)).toBe(id));

test("several are named, and which it could be", async () => {
  await expect(found("a")).rejects.toThrow(/"a" stands for several runs[^]*got: abc-1, abd-2, ab\n/);
  await expect(found("a")).rejects.toThrow(UsageError);
});

test.each(["x", "", "ABC"])('"%s" is none, and the fix lists those that are', async (given) => {
  await expect(found(given)).rejects.toThrow(/there is no run[^]*fix: see which there are: aitor runs --journal j.db/);
});
