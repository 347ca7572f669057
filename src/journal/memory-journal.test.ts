// - a memory journal keeps the contract of every journal
// - it lives with the process, keeps the event objects themselves, and has recorded when append returns
import { describe, expect, test } from "vitest";
import { journalContract } from "./journal-contract.fixture.ts";
import { all, event } from "./journal-reading.fixture.ts";
import { memoryJournal } from "./memory-journal.ts";

describe("a memory journal keeps the contract:", () => journalContract(memoryJournal));

test("it says that it lives with the process", () => {
  expect(memoryJournal().durable).toBe(false);
});

test("it gives back the very objects, with their seq", async () => {
  const journal = memoryJournal();
  const appended = event("a", 1);
  expect(journal.append([appended])).toBeUndefined();
  expect((await all(journal.read("a")))[0]).toBe(appended);
  expect(appended.seq).toBe(1);
});
