// A flow under code of another version that does the same goes on where it was, whatever it waits for:
// - where a task that had failed cut off a signal, which is not asked for again
// - where a signal waits for a place of the flow, and something new has that place
import { expect, test } from "vitest";
import { z } from "zod";
import type { Run, Runnable } from "../base/index.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { isFlowError } from "./errors.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";

const yes = z.boolean();

async function life(journal: Journal, use: (engine: EmbeddedEngine, advance: () => Promise<void>) => Promise<void>) {
  const clock = virtualClock();
  await using engine = new EmbeddedEngine({ journal, clock });
  await use(engine, () => clock.advance("1s"));
}

test("a signal that a failed task had cut off need not be asked for again", async () => {
  const clock = virtualClock();
  const refused = task(
    "refused",
    () => new Promise<never>((_, reject) => clock.timer(5, () => reject(new Error("no")))),
  );
  const flow = new Aitorflow(
    "flow",
    task("given", () => 1).to([refused, task("draft", () => 2).to(signal("approval", yes))]),
  );
  const caught = (version: string): Runnable<void, unknown> => ({
    name: "caught",
    version,
    execute: async (run: Run) => {
      const outcome = await run
        .scope("flow", (scope) => flow.execute(scope, undefined))
        .catch((error: unknown) => error);
      await run.waitFor("next");
      return isFlowError(outcome);
    },
  });
  const journal = memoryJournal();
  await life(journal, async (engine) => {
    engine.start(caught("1"), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance("1s");
  });
  await life(journal, async (engine, advance) => {
    const { result } = await engine.resume(caught("2"), "r");
    await advance();
    await engine.answer("r", "next", { value: null });
    expect(await result).toBe(true);
  });
});

test("what a free place led to waits for no signal that needs that place first", async () => {
  const flow = (version: string) => {
    const plus = (name: string) => task(name, (n: number) => n + 1);
    const approval = new Aitorflow("inner", signal("approval", yes)).asTask();
    const quick = signal("quick", yes).to(task("after", () => "quick"));
    const slow = plus("a").to(plus("b")).to(plus("c")).to(approval);
    return new Aitorflow("flow", task("given", () => 1).to([quick, slow]), { concurrency: 1, version });
  };
  const journal = memoryJournal();
  await life(journal, async (engine, advance) => {
    engine.start(flow("1"), undefined, { id: "r" }).result.catch(() => {});
    await advance();
  });
  await new EmbeddedEngine({ journal }).answer("r", "quick", { value: true });
  await life(journal, async (engine, advance) => {
    const { result } = await engine.resume(flow("2"), "r");
    await advance();
    await engine.answer("r", "inner/approval", { value: true });
    expect(await result).toEqual({ after: "quick", inner: true });
  });
});
