// - the embedded engine passes, on a journal in memory and on one on disk, and with the parts of mutants
// - every seeded fault is found by the case that is about it
// - a case says what it expected and what came, ends though the engine never answers, and closes what it opened
// - what an engine lacks is left out, and said
import { afterAll, describe, expect, test } from "vitest";
import type { ConformanceCase } from "./conformance.ts";
import { engineConformance } from "./engine-conformance.ts";
import { embeddedInMemory, embeddedOnDisk } from "./embedded-engine.fixture.ts";
import { unchanged } from "./engine-mutant.fixture.ts";
import { engineMutants } from "./engine-mutants.fixture.ts";
import type { EnginePlace, EngineUnderTest } from "./engine-place.ts";

const good: Record<string, EngineUnderTest> = { "in memory": embeddedInMemory(), "of a mutant's parts": unchanged };

describe.each(Object.entries(good))("the embedded engine %s:", (_, subject) => {
  for (const { name, run } of engineConformance({ ...subject, patience: "15s" })) test(name, run);
});

describe("the embedded engine on disk:", () => {
  const subject = embeddedOnDisk();
  afterAll(() => subject[Symbol.asyncDispose]());
  for (const { name, run } of engineConformance({ ...subject, patience: "15s" })) test(name, run);
});

describe("an engine that", () => {
  test.concurrent.each(engineMutants)("$fault is found by: $caughtBy", async ({ caughtBy, subject, waits }) => {
    const patience = waits ? "300ms" : "15s";
    const cases = engineConformance({ ...subject, patience }).filter(({ name }) => name.startsWith(caughtBy));
    expect(cases).toHaveLength(1);
    const error = await cases[0]?.run().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "ERR_ASSERTION",
      message: expect.stringMatching(/\n  expected: .+\n  got: ./s),
    });
  });
});

describe("a case", () => {
  const named = (subject: EngineUnderTest, name: string): ConformanceCase => {
    const found = engineConformance(subject).find((one) => one.name === name);
    if (found === undefined) throw new Error(`no case is named "${name}"`);
    return found;
  };

  test("has a name of its own, and takes no arguments, which some frameworks would fill", () => {
    const cases = engineConformance(unchanged);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.every(({ run }) => run.length === 0)).toBe(true);
  });

  test("about what an engine lacks is left out, and its name says so", async () => {
    const open = (): never => {
      throw new Error("it was opened");
    };
    const all = engineConformance({ open });
    const cases = engineConformance({ open, lacks: ["events", "set-aside"] });
    const out = cases.filter(({ name }) => name.startsWith("left out"));
    expect(cases).toHaveLength(all.length);
    expect(out.map(({ name }) => name)).toContain(
      "left out, for want of events: events: of a run that has ended are told after a death",
    );
    expect(out.every(({ name }) => /for want of (events: events|set-aside: (a message|recovery)): /.test(name))).toBe(
      true,
    );
    for (const { run } of out) await run();
    await expect(all[0]?.run()).rejects.toThrow("it was opened");
  });

  test("says what it expected and what came", async () => {
    const [{ subject } = { subject: unchanged }] = engineMutants.filter(({ fault }) => fault === "fires early");
    const error = await named(subject, "a timer: is never early").run().catch(String);
    expect(error).toBe("AssertionError [ERR_ASSERTION]: a sleep of 4 ticks\n  expected: at least 4\n  got: 2");
  });

  test("ends though the engine never answers", async () => {
    const open = (): Promise<never> => new Promise(() => {});
    const run = named({ open, patience: 20 }, "a run: gives what its body makes of its input").run();
    await expect(run).rejects.toThrow(/the case did not end\n {2}expected: .* within 20 ms/);
  });

  test("closes what it opened, however it ends, and may run again and beside others", async () => {
    const faults = engineMutants.filter(({ fault }) => /^(fires early|forgets a failure)$/.test(fault));
    for (const subject of [unchanged, ...faults.map((mutant) => mutant.subject)]) {
      let open = 0;
      const counted = (place: EnginePlace): EnginePlace => {
        open++;
        return {
          engine: place.engine,
          now: () => place.now(),
          pass: (ms) => place.pass(ms),
          kill: async (definitions) => {
            open--;
            return counted(await place.kill(definitions));
          },
          [Symbol.asyncDispose]: async () => {
            open--;
            await place[Symbol.asyncDispose]();
          },
        };
      };
      const opening = {
        open: async (...call: Parameters<typeof subject.open>) => counted(await subject.open(...call)),
      };
      const cases = engineConformance({ ...opening, patience: "15s" }).filter(({ name }) =>
        /^a (timer|step)/.test(name),
      );
      const outcomes = await Promise.allSettled([...cases, ...cases].map(({ run }) => run()));
      const someFail = outcomes.some(({ status }) => status === "rejected");
      expect({ open, someFail }).toEqual({ open: 0, someFail: subject !== unchanged });
    }
  });

  test("has a patience and a tick that are durations", () => {
    for (const wrong of [{ patience: -1 }, { tick: Number.NaN }]) {
      expect(() => engineConformance({ ...unchanged, ...wrong })).toThrow(
        expect.objectContaining({ code: "invalid-duration" }),
      );
    }
  });
});
