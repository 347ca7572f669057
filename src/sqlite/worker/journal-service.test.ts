// Who waits for a commit is called
// - when the disk has it, and answered later
// - also where the file turns out to be gone: that is no answer
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { journalSettings } from "../format/settings.ts";
import { event, newPath, removeJournals } from "../journal.fixture.ts";
import { JournalService } from "./journal-service.ts";
import { type SentBatch, SOON } from "./protocol.ts";
import { eventText } from "./record-text.ts";

afterAll(removeJournals);

function batch(n: number): SentBatch {
  const text = eventText(event("a", n));
  return [1, text.length, ["a", 1, 1_000 + n, text], undefined];
}

function records(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare("SELECT count(*) AS count FROM records").get()?.["count"]);
}

test("who waits for a commit is called when the disk has it", () => {
  const path = newPath();
  const told: unknown[] = [];
  const service = new JournalService(journalSettings(path, {}), (message) => told.push([message, records(path)]));
  expect(service.commit([batch(1)])).toEqual([[1]]);
  expect(service.commit([batch(2), batch(3)])).toEqual([[2], [3]]);
  expect(told).toEqual([
    [SOON, 1],
    [SOON, 3],
  ]);
  service.answer("close", undefined);
});

test("a commit whose file is gone is none, though who waits for it was called", () => {
  const path = newPath();
  const told: unknown[] = [];
  const service = new JournalService(journalSettings(path, {}), (message) => told.push(message));
  service.commit([batch(1)]);
  rmSync(path);
  expect(() => service.commit([batch(2)])).toThrow(expect.objectContaining({ code: "journal-failed" }));
  expect(told).toEqual([SOON, SOON]);
  service.answer("close", undefined);
});
