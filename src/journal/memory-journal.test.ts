// - a memory journal keeps the contract of every journal
// - it lives with the process, keeps the event objects themselves, and has recorded when append returns
import { describe, expect, test } from "vitest";
import type { EventEnvelope } from "../base/index.ts";
import { journalConformance } from "../testing/index.ts";
import { memoryJournal } from "./memory-journal.ts";

describe("a memory journal keeps the contract:", () => {
  for (const { name, run } of journalConformance({ open: memoryJournal, patience: "15s" })) test(name, run);
});

test("it says that it lives with the process", () => {
  expect(memoryJournal().durable).toBe(false);
});

test("it gives back the very objects, with their seq", async () => {
  const journal = memoryJournal();
  const data = { n: 1 };
  const appended: EventEnvelope = { v: 1, stream: "a", seq: 0, at: 1, run: "run", key: "", type: "happened", data };
  expect(journal.append([appended])).toBeUndefined();
  for await (const found of journal.read("a")) expect(found).toBe(appended);
  expect(appended.seq).toBe(1);
});
