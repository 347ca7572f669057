// - a good journal passes: one that lives with its process, and one that outlives it
// - every seeded fault is found by the case that is about it
// - a case says what it expected and what came, ends though the journal never answers, and closes what it opened
import { describe, expect, test } from "vitest";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { type ConformanceCase, same } from "./conformance.ts";
import { journalConformance } from "./journal-conformance.ts";
import { unchanged } from "./journal-mutant.fixture.ts";
import { journalMutants } from "./journal-mutants.fixture.ts";
import type { JournalUnderTest } from "./journal-trial.ts";
import { StoredJournal } from "./stored-journal.fixture.ts";

const good: Record<string, JournalUnderTest> = {
  "lives with its process": { open: memoryJournal, patience: "15s" },
  "outlives its process": {
    open: () => new StoredJournal(),
    reopen: async (journal) => (journal as StoredJournal).survivor(),
    failWrites: (journal) => (journal as StoredJournal).failWrites(),
    patience: "15s",
  },
};

for (const { fault, subject } of unchanged) good[fault] = { ...subject, patience: "15s" };

describe.each(Object.entries(good))("a good journal that %s:", (_, subject) => {
  for (const { name, run } of journalConformance(subject)) test(name, run);
});

describe("a journal that", () => {
  test.each(journalMutants)("$fault is found by: $caughtBy", async ({ caughtBy, subject, waits }) => {
    const patience = waits ? "300ms" : "15s";
    const [found, ...others] = journalConformance({ ...subject, patience }).filter(({ name }) =>
      name.startsWith(caughtBy),
    );
    expect(others).toEqual([]);
    const error = await found?.run().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "ERR_ASSERTION",
      message: expect.stringMatching(/\n  expected: .+\n  got: ./s),
    });
  });
});

describe("a case", () => {
  const named = (subject: JournalUnderTest, name: string): ConformanceCase => {
    const found = journalConformance(subject).find((one) => one.name === name);
    if (found === undefined) throw new Error(`no case is named "${name}"`);
    return found;
  };

  test("has a name of its own, and takes no arguments, which some frameworks would fill", () => {
    const cases = journalConformance(good["outlives its process"] as JournalUnderTest);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.every(({ run }) => run.length === 0)).toBe(true);
  });

  test("is about death only where the journal can be reopened, and about failed writes where they can fail", () => {
    const { open, reopen, failWrites } = good["outlives its process"] as Required<JournalUnderTest>;
    const special = (subject: JournalUnderTest): string[] => {
      const names = journalConformance(subject).map(({ name }) => name.split(":")[0] as string);
      return [...new Set(names)].filter((name) => /death|failed/.test(name));
    };
    expect(special({ open })).toEqual([]);
    expect(special({ open, reopen })).toEqual(["after a death"]);
    expect(special({ open, failWrites })).toEqual(["a failed write"]);
    expect(special({ open, reopen, failWrites })).toEqual([
      "after a death",
      "a failed write",
      "after a failed write and a death",
    ]);
  });

  test("says what it expected and what came", async () => {
    const [{ subject } = { subject: good["lives with its process"] as JournalUnderTest }] = journalMutants;
    const error = await named(subject, "a batch: is recorded over several streams, in one order").run().catch(String);
    expect(error).toBe("AssertionError [ERR_ASSERTION]: its events in one stream\n  expected: [ 0, 2 ]\n  got: [ 0 ]");
  });

  test("tells two long lists by the first place where they differ", () => {
    const long = Array.from({ length: 500 }, (_, index) => index);
    expect(() => same(long.with(321, 0), long, "the numbers")).toThrow(
      "the numbers\n  expected: 500 items, number 322 of them 321\n  got: 500 items, number 322 of them 0",
    );
    expect(() => same(long.slice(0, 300), long, "the numbers")).toThrow(
      "expected: 500 items, number 301 of them 300\n  got: 300 items, no number 301",
    );
  });

  test("names the journal's own error where no call should fail", async () => {
    const broken = new Error("the disk is full");
    const open = (): Journal => Object.assign(new StoredJournal(), { append: () => Promise.reject(broken) });
    const error: unknown = await named({ open }, "a batch: may be empty, and then still says what is not as expected")
      .run()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining("got: the disk is full"), cause: broken });
  });

  test("ends though the journal never answers", async () => {
    const never = new Promise<never>(() => {});
    const open = (): Journal => Object.assign(new StoredJournal(), { append: () => never, close: () => never });
    const run = named({ open, patience: 20 }, "events: come back in order, as they were").run();
    await expect(run).rejects.toThrow(/the case did not end\n {2}expected: .* within 20 ms/);
  });

  test("closes even what is opened when it has ended", async () => {
    const journal = new Counted();
    const closed = new Promise<void>((resolve) => (journal.closed = resolve));
    let give: (opened: Journal) => void = () => {};
    const open = (): Promise<Journal> => new Promise((resolve) => (give = resolve));
    await expect(named({ open, patience: 20 }, "a closed journal: takes nothing more").run()).rejects.toThrow(
      "did not end",
    );
    give(journal);
    await closed;
  });

  test("closes what it opened, however it ends, and may run again and beside others", async () => {
    for (const change of [{}, { read: () => silence(), heads: () => silence() }]) {
      let open = 0;
      const counted = (texts: readonly string[]): Journal => {
        const journal = Object.assign(new Counted(texts), change);
        open++;
        journal.closed = () => open--;
        return journal;
      };
      const subject: JournalUnderTest = {
        open: () => counted([]),
        reopen: async (journal) => {
          const survivor = counted((journal as Counted).stored());
          await journal.close();
          return survivor;
        },
        patience: "15s",
      };
      const cases = journalConformance(subject);
      const outcomes = await Promise.allSettled([...cases, ...cases].map(({ run }) => run()));
      const rejected = outcomes.filter(({ status }) => status === "rejected").length;
      expect({ open, someFail: rejected > 0 }).toEqual({ open: 0, someFail: change.read !== undefined });
    }
  });

  test("has patience that is a duration", () => {
    expect(() => journalConformance({ open: memoryJournal, patience: -1 })).toThrow(
      expect.objectContaining({ code: "invalid-duration" }),
    );
  });
});

class Counted extends StoredJournal {
  closed = (): void => {};
  #isClosed = false;

  stored(): readonly string[] {
    return this.texts;
  }

  override async close(): Promise<void> {
    if (!this.#isClosed) this.closed();
    this.#isClosed = true;
    await super.close();
  }
}

async function* silence(): AsyncGenerator<never> {}
