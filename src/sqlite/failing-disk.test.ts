// The disk is full, or fails. Then
// - nothing that was not recorded is acknowledged, and nothing after it either, so that no stream lacks an event before
//   another; the errors say why and what to do
// - what is recorded can still be read
// - when it is opened again, all that was acknowledged is there and it goes on
import { execFileSync, spawnSync } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { sqliteJournal, type SqliteJournal } from "./index.ts";
import { all, event, failure, newPath, numbers, removeJournals } from "./journal.fixture.ts";
import { journalSettings } from "./format/settings.ts";
import { openJournal } from "./journal/sqlite-journal.ts";

afterAll(removeJournals);

function small(path: string): SqliteJournal {
  return openJournal({ ...journalSettings(path, {}), maxPages: 60 });
}

const text = "x".repeat(3_000);

describe("a full disk", () => {
  test("stops the journal: what was acknowledged is there, and nothing after the first failure", async () => {
    const path = newPath();
    let acknowledged = 0;
    {
      await using journal = small(path);
      const failed = await failure(async () => {
        for (;;) {
          await journal.append([event("a", acknowledged + 1, { n: acknowledged + 1, text })]);
          acknowledged++;
        }
      });
      expect(failed).toMatchObject({ code: "journal-failed", got: expect.stringContaining("a full disk") });
      expect(failed.fix).toBe("make room on the disk; then close the journal and open it again");
      expect(acknowledged).toBeGreaterThan(10);
      for (const act of [
        () => journal.append([event("b", 1)]),
        () => journal.append([], { heads: [{ stream: "a", kind: "run", state: "x" }] }),
        () => journal.drop("a"),
        () => journal.snapshots.put("a", { seq: 1, state: 1 }),
        () => journal.blobs.put(Uint8Array.of(1)),
        () => journal.compact(),
      ]) {
        expect(await failure(act)).toMatchObject({ code: "journal-failed" });
      }
      expect(numbers(await all(journal.read("a")))).toHaveLength(acknowledged);
    }
    await using journal = sqliteJournal(path);
    expect(numbers(await all(journal.read("a")))).toEqual(Array.from({ length: acknowledged }, (_, n) => n + 1));
    await journal.append([event("a", acknowledged + 1)]);
  });

  test("fails all of a batch and of those after it, and gives no number to their events", async () => {
    await using journal = small(newPath());
    await journal.append([event("a", 1)]);
    const big = [
      event("a", 2),
      ...Array.from({ length: 200 }, (_, n) => event("b", n, { n, text: `${n}${Math.random()}${text}` })),
    ];
    const after = event("a", 3);
    const settled = await Promise.allSettled([
      journal.append(big),
      journal.append([after]),
      journal.append([event("c", 1)]),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(after.seq).toBe(0);
    expect(numbers(await all(journal.read("a")))).toEqual([1]);
    expect(await all(journal.read("b"))).toEqual([]);
    expect(await all(journal.heads())).toEqual([]);
  });
});

test.each([
  ["deleted", (path: string) => rmSync(path)],
  ["replaced", (path: string) => renameSync(`${path}.other`, path)],
])("what is written to a file that was %s is not acknowledged", async (_, takeAway) => {
  const path = newPath();
  writeFileSync(`${path}.other`, "");
  await using journal = sqliteJournal(path);
  await journal.append([event("a", 1)]);
  takeAway(path);
  const failed = await failure(() => journal.append([event("a", 2)]));
  expect(failed).toMatchObject({ code: "journal-failed", got: "none, or another one" });
  expect(await failure(() => journal.append([event("a", 3)]))).toMatchObject({ code: "journal-failed" });
});

test("where the log was deleted nothing more is acknowledged, and what was is in the file", async () => {
  const path = newPath();
  await using journal = sqliteJournal(path);
  for (let n = 1; n <= 20; n++) await journal.append([event("a", n)]);
  rmSync(`${path}-wal`);
  const failed = await failure(() => journal.append([event("a", 21)]));
  expect(failed).toMatchObject({ code: "journal-failed", message: expect.stringContaining(`${path}-wal`) });
  expect(await failure(() => journal.append([event("a", 22)]))).toMatchObject({ code: "journal-failed" });
  // As one that is killed now leaves it; copied by another process, since one that this one closes loses its locks.
  for (const suffix of [".mark", ""]) execFileSync("cp", [path + suffix, `${path}.left${suffix}`]);
  await using left = sqliteJournal(`${path}.left`);
  expect(numbers(await all(left.read("a"))).slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
});

test("a write that fails is told, and loses nothing", () => {
  const path = newPath();
  const script = fileURLToPath(new URL("journal-process.fixture.ts", import.meta.url));
  // In units of 512 or 1024 bytes. The system then refuses to let a file grow.
  const command = `trap '' XFSZ; ulimit -f 300; exec "$0" "$1" untilItFails "$2"`;
  const { stdout } = spawnSync("sh", ["-c", command, process.execPath, script, path], { encoding: "utf8" });
  const { acknowledged, errors } = JSON.parse(stdout) as { acknowledged: number; errors: { code: string }[] };
  expect(acknowledged).toBeGreaterThan(5);
  expect(errors.map(({ code }) => code)).toEqual(["journal-failed", "journal-failed"]);
  return (async () => {
    await using journal = sqliteJournal(path);
    const recorded = numbers(await all(journal.read("a")));
    expect(recorded.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, n) => n + 1));
    await journal.append([event("a", 1_000)]);
  })();
});
