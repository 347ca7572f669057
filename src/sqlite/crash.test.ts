// A process that writes is killed while it commits. Then
// - each append that was acknowledged is there, in order, and at most those under way beside
// - a batch is there whole or not at all, and its head is what it says
// - the next process writes on where it ended, and numbers are never given twice
import { afterAll, expect, test } from "vitest";
import { sqliteJournal } from "./index.ts";
import { all, newPath, numbers, removeJournals, Writer } from "./journal.fixture.ts";

afterAll(removeJournals);

test("a kill loses nothing that was acknowledged, however often", { timeout: 120_000 }, async () => {
  const path = newPath();
  /** The last number of each stream. */
  let recorded = Array.from({ length: 8 }, () => 0);
  for (let kill = 0; kill < 4; kill++) {
    const writer = new Writer("append", path, JSON.stringify(recorded.map((last) => last + 1)));
    await writer.tells(20 + kill * 97);
    await writer.kill();
    const acknowledged = [...recorded];
    for (const line of writer.told) {
      const [index, n] = line.split(" ").map(Number) as [number, number];
      acknowledged[index] = n;
    }
    await using journal = sqliteJournal(path);
    const seqs: number[] = [];
    recorded = [];
    for (const [index, least] of acknowledged.entries()) {
      const [s, t] = await Promise.all([all(journal.read(`s${index}`)), all(journal.read(`t${index}`))]);
      const last = s.length;
      expect(numbers(s)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
      expect(numbers(t)).toEqual(numbers(s));
      expect([least, least + 1]).toContain(last);
      const [head] = await all(journal.heads({ stream: `s${index}` }));
      expect(head).toMatchObject({ state: `at ${last}`, first: s[0]?.seq, last: s.at(-1)?.seq });
      seqs.push(...[...s, ...t].map(({ seq }) => seq));
      recorded.push(last);
    }
    expect(new Set(seqs).size).toBe(seqs.length);
  }
  expect(Math.min(...recorded)).toBeGreaterThan(50);
});

test("what was not awaited is there when a process comes to its end, and so is what was lazy", async () => {
  const path = newPath();
  const writer = new Writer("unawaited", path, "50");
  await writer.ends();
  expect(writer.exitCode).toBe(0);
  await using journal = sqliteJournal(path, { access: "read" });
  expect(numbers(await all(journal.read("a")))).toHaveLength(51);
});

test("a journal that was not closed keeps no process alive", async () => {
  const path = newPath();
  const writer = new Writer("few", path, "3");
  await writer.ends();
  expect(writer.exitCode).toBe(0);
  expect(writer.told).toEqual(["done"]);
});
