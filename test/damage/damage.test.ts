// The judges of `npm run test:damage`: what is exact, or told, passes; what is altered, or lost in silence, does not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { copyJournal } from "../../src/sqlite/damage.fixture.ts";
import { damageAll } from "./campaign.ts";
import { judgeWritten } from "./disk-cases.ts";
import { judge } from "./journal-case.ts";
import { makeOriginals, type Original } from "./originals.ts";

let place: string;
let original: Original;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "aitor-damage-test-"));
  [original] = (await makeOriginals(join(place, "originals"))) as [Original];
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

test("a few damages of each file pass, each seed the same", { timeout: 60_000 }, async () => {
  const few = async (name: string): Promise<string[]> => {
    const harms: string[] = [];
    const onCase = (_: boolean, harm: string): void => void harms.push(harm);
    const options = { parts: ["journal"], count: 12, points: 0, seed: 1, onCase } as const;
    expect(await damageAll({ ...options, place: mkdtempSync(join(place, name)) })).toMatchObject({
      cases: 12,
      faults: [],
    });
    return harms;
  };
  // What a damage meets may differ: which appends share a commit depends on the machine.
  expect(await few("first")).toEqual(await few("second"));
});

describe("a journal passes", () => {
  /** Of which something else is expected than it holds. */
  const judged = (change: (whole: Map<string, unknown>) => void, sql?: string): ReturnType<typeof judge> => {
    const path = join(place, "judged.db");
    copyJournal(original.path, path);
    const whole = new Map(original.whole);
    change(whole);
    if (sql !== undefined) {
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
    }
    return judge({ original: { ...original, whole }, path, harm: "none" });
  };

  test("where it is whole, or tells what it is not", async () => {
    expect(await judged(() => {})).toEqual({ detected: undefined, faults: [] });
    expect(await judged(() => {}, "DELETE FROM records WHERE seq = 90")).toEqual({
      detected: "journal-corrupt",
      faults: [],
    });
  });

  test("not where it gives another answer than was recorded", async () => {
    const name = `read ${original.streams[3]}`;
    const { faults } = await judged((whole) => whole.set(name, [...(whole.get(name) as unknown[]), 1, "x", "[]"]));
    expect(faults).toContain(`${name} is not exact`);
  });

  test("not where its repair lost what nobody tells of", async () => {
    const name = `read ${original.streams[3]}`;
    const more = [4_711, original.streams[3], "[[1]]"];
    const { faults } = await judged(
      (whole) => whole.set(name, [...(whole.get(name) as unknown[]), ...more]),
      "DELETE FROM records WHERE seq = 90",
    );
    expect(faults).toContainEqual(expect.stringMatching(/ends at event \d+, and nobody says so/));
  });
});

describe("a process whose disk failed passes", () => {
  const path = (): string => join(mkdtempSync(join(place, "disk-")), "a.db");

  test("where nothing was acknowledged that is not there", async () => {
    expect(await judgeWritten(path(), { acknowledged: 0, error: "journal-failed", next: "journal-failed" })).toEqual({
      detected: "journal-failed",
      faults: [],
    });
  });

  test("not where something is missing, was acknowledged afterwards, or the process did not end", async () => {
    const { faults } = await judgeWritten(path(), { acknowledged: 2, error: "EIO", next: "acknowledged", told: "EIO" });
    expect(faults).toEqual([
      "something was acknowledged after the failure",
      "it was told EIO",
      "2 were acknowledged, and 0 are there",
    ]);
    expect((await judgeWritten(path(), "it ended with a signal")).faults).toEqual(["it ended with a signal"]);
  });
});
