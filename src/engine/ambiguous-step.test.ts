// A step is refused as ambiguous while a step, branch or loop of its name is open in its scope, unless both are steps
// with keys of their own: a resumed run could not tell them apart.
import { describe, expect, test } from "vitest";
import type { Run, StepName } from "../base/index.ts";
import { body, failureOf, forever, history, place } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  describe("a step is ambiguous", () => {
    const both = (first: (run: Run) => Promise<unknown>, second: (run: Run) => Promise<unknown>) =>
      body(async (run) => {
        void first(run);
        return (await failureOf(second(run))).message;
      });
    const open1 = (name: string, key?: string) => (run: Run) =>
      run.step(key === undefined ? name : { name, key }, forever);

    test.each([
      ["both without a key", open1("a"), open1("a")],
      ["the second with a key", open1("a"), open1("a", "k")],
      ["the first with a key", open1("a", "k"), open1("a")],
      ["both with the same key", open1("a", "k"), open1("a", "k")],
      ["a branch of the step's name", open1("a"), (run: Run) => run.all([{ name: "a", run: async () => 1 }])],
      ["a loop of the step's name", open1("a"), (run: Run) => run.loop("a", 0, async () => ({ done: 1 }))],
      [
        "two branches of one name",
        async () => undefined,
        (run: Run) =>
          run.all([
            { name: "a", run: async () => 1 },
            { name: "a", run: async () => 2 },
          ]),
      ],
    ])("%s", async (_name, first, second) => {
      const { engine } = place(open());
      expect(await engine.run(both(first, second), undefined)).toMatch(
        /^"a" was started while another one of that name is open/,
      );
    });

    test.each([
      ["different names", open1("a"), (run: Run) => run.step("b", () => 1)],
      ["different keys", open1("a", "1"), (run: Run) => run.step({ name: "a", key: "2" }, () => 1)],
      [
        "names that look like a name with a key",
        open1("a[1]"),
        (run: Run) => run.step({ name: "a", key: "1" }, () => 1),
      ],
    ])("but not with %s", async (_name, first, second) => {
      const { engine } = place(open());
      const output = engine.run(
        body(async (run) => {
          first(run).catch(() => {});
          return second(run);
        }),
        undefined,
      );
      expect(await output).toBe(1);
    });

    test("but not once the first has settled, with a key or without", async () => {
      const { engine } = place(open());
      const names = [{ name: "a", key: "1" }, "a", { name: "a", key: "1" }, "a"];
      const output = engine.run(
        body((run) => inTurn(run, names)),
        undefined,
      );
      expect(await output).toEqual([1, 1, 1, 1]);
    });

    async function inTurn(run: Run, names: readonly StepName[]): Promise<number[]> {
      const results: number[] = [];
      for (const name of names) results.push(await run.step(name, () => 1));
      return results;
    }

    test("but not once the first has settled, with success or failure", async () => {
      const { engine, journal } = place(open());
      await engine.run(
        body(async (run) => {
          await run.step("a", () => 1);
          await failureOf(run.step("a", () => Promise.reject(new Error("no"))));
          await run.step("a", () => 3);
        }),
        undefined,
        { id: "r" },
      );
      const keys = (await history(journal, "r")).filter((line) => line.startsWith("step-started"));
      expect(keys).toEqual(["step-started a", "step-started a#2", "step-started a#3"]);
    });
  });
});
