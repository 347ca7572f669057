// A run is named by its id, or by a beginning of it that no other run has. One that handles a message is also named by the
// message's id, or a beginning of that.
import { beforeEach, expect, test } from "vitest";

import { type Journal, memoryJournal } from "../../journal/index.ts";
import { UsageError } from "../terminal/errors.ts";
import { findRun } from "./find-run.ts";

const place = { path: "j.db", file: "/j.db", rule: "--journal", option: " --journal j.db" } as const;
let journal: Journal;

beforeEach(async () => {
  journal = memoryJournal();
  for (const [id, parent, key] of [
    ["abc-1"],
    ["abc-1/pay", "abc-1"],
    ["abc-1/pay/deep", "abc-1/pay"],
    ["abd-2"],
    ["ab"],
    ["notes/u%2F1/m-1", undefined, "u/1"],
    ["notes/u%2F1/m-1/pay", "notes/u%2F1/m-1"],
    ["notes/u%2F1/m-10", undefined, "u/1"],
    ["notes/u2/shared", undefined, "u2"],
    ["notes/u3/shared", undefined, "u3"],
    ["notes/u3/ab", undefined, "u3"],
    ["notes/u3/abd-9", undefined, "u3"],
    ["notes/u4/order%2F7", undefined, "u4"],
    ["notes/u4/order%2F7#2", undefined, "u4"],
    ["notes/u4/50%25%2337", undefined, "u4"],
  ] as const) {
    const event = { v: 1, stream: id, seq: 0, at: 1, run: id, key: "", type: "run-started", data: {} } as const;
    const of = key !== undefined && { key: { name: "notes", id: key } };
    const about = { name: "f", ...(parent !== undefined && { parent }), ...of };
    await journal.append([event], { heads: [{ stream: id, kind: "run", state: "running", about }] });
  }
});

const found = async (given: string): Promise<string> => (await findRun(journal, given, place)).stream;

test.each([
  ["abc-1", "abc-1", "the whole id"],
  ["abc", "abc-1", "a beginning, though children begin so too"],
  ["abc-1/", "abc-1/pay", "a beginning of a child, though its own child begins so too"],
  ["ab", "ab", "a whole id, though others begin so, and a message has it"],
  ["m-1", "notes/u%2F1/m-1", "the whole id of a message, though another one begins so"],
  ["m-10", "notes/u%2F1/m-10", "the whole id of a message"],
  ["order/7", "notes/u4/order%2F7", "the whole id of a message, as it was given"],
  ["order/7#2", "notes/u4/order%2F7#2", "the whole id of a message that came again later, with its number"],
  ["50%#", "notes/u4/50%25%2337", "a beginning of the id of a message, as it was given"],
  ["notes/u2", "notes/u2/shared", "a beginning of the id of a run that handles a message"],
])("%s is %s: %s", async (given, id) => expect(await found(given)).toBe(id));

test("several are named, and which it could be", async () => {
  await expect(found("a")).rejects.toThrow(
    /"a" stands for several runs[^]*got: abc-1, abd-2, ab, notes\/u3\/ab, notes\/u3\/abd-9\n/,
  );
  await expect(found("a")).rejects.toThrow(UsageError);
});

test.each([
  ["sha", "notes/u2/shared, notes/u3/shared", "the beginning of two messages' ids"],
  ["shared", "notes/u2/shared, notes/u3/shared", "the whole id of two messages"],
  ["abd-", "abd-2, notes/u3/abd-9", "the beginning of a run's id and of a message's"],
])("%s is %s: %s", async (given, got) => {
  await expect(found(given)).rejects.toThrow(`got: ${got}\n  fix: give more of the run's id`);
});

test.each(["x", "", "ABC", "pay", "hared"])('"%s" is none, and the fix lists those that are', async (given) => {
  await expect(found(given)).rejects.toThrow(/there is no run[^]*fix: see which there are: aitor runs --journal j.db/);
});
