// The queue depth in an engine's figures: the steps of flows that could start now but for a limit
// - of the flow, and of a mapped task, whose elements count one by one
// - a task that still lacks an input does not wait for a place, and nothing waits once the flow has ended
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { Input } from "./flow-builder.ts";
import { task } from "./task.ts";

const gate = (): { wait: () => Promise<number>; open: (count: number) => void } => {
  const waiting: (() => void)[] = [];
  return {
    wait: () => new Promise((resolve) => void waiting.push(() => resolve(1))),
    open: (count) => waiting.splice(0, count).forEach((go) => go()),
  };
};

test("tasks that are ready wait for the flow's places", async () => {
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ clock });
  const { wait, open } = gate();
  const side = ["a", "b", "c", "d", "e"].map((name) => task(name, wait));
  const flow = new Aitorflow(
    "wide",
    task("first", () => 1)
      .to(side)
      .to(task("last", (...all: number[]) => all.length)),
    { concurrency: 2 },
  );
  const { result } = flow.start(undefined, { engine });
  const depths: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await clock.advance(0);
    depths.push(engine.stats().queueDepth);
    open(2);
  }
  expect(depths).toEqual([3, 1, 0, 0]);
  expect((await result).output).toBe(5);
  expect(engine.stats()).toMatchObject({ queueDepth: 0, steps: { started: 7, finished: 7, active: 0 } });
});

test("elements wait for a place of their mapped task, too", async () => {
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ clock });
  const { wait, open } = gate();
  const flow = Aitorflow.define("pages", (f, input: Input<number[]>) =>
    f.map(task("score", wait), input, { concurrency: 3 }),
  );
  const handle = flow.start(
    Array.from({ length: 10 }, (_, n) => n),
    { engine },
  );
  await clock.advance(0);
  expect(engine.stats()).toMatchObject({ queueDepth: 7, steps: { active: 3 } });
  open(2);
  await clock.advance(0);
  expect(engine.stats()).toMatchObject({ queueDepth: 5, steps: { active: 3, finished: 2 } });
  await handle.cancel();
  expect(engine.stats()).toMatchObject({ queueDepth: 0, steps: { active: 0, cancelled: 3 } });
  expect(Object.keys(engine.stats().tasks)).toEqual(["score"]);
});
