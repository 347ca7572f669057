// Who waits for the endings of runs
// - who gives up twice, by its signal and its deadline, leaves those alone that wait besides
import { expect, test } from "vitest";
import { memoryJournal } from "../../journal/index.ts";
import { Outcomes } from "./outcomes.ts";

test("who gives up twice, by its signal and its deadline, leaves those alone that wait besides", async () => {
  const outcomes = new Outcomes(memoryJournal());
  const [first, second, late] = [{}, {}, {}];
  const waiting = [first, second, late].map((who) => outcomes.of("run", who, false));
  const error = new Error("late");
  expect([outcomes.leave("run", late, error), outcomes.leave("run", late, error)]).toEqual([false, false]);
  expect(outcomes.leave("run", second, error)).toBe(false);
  expect(outcomes.leave("run", second, error)).toBe(false);
  outcomes.settle("run", { output: 1 });
  expect(await Promise.all(waiting)).toEqual([{ output: 1 }, { error }, { error }]);
});
