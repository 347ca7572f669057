// A flow under code of another version that does the same goes on where it was, whatever it waits for:
// - where a task that had failed cut off a signal, which is not asked for again
// - where a signal waits for a place of the flow, and something new has that place
// - where what is new is ready before what is done, since that was done in another order: what is done needs no place, and no more
//   is open at a time than the flow allows
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Run, Runnable } from "../base/index.ts";
import { EmbeddedEngine } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { type VirtualClock, virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { isFlowError } from "./errors.ts";
import type { FlowBuilder, Handle, Input } from "./flow-builder.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";
import { when } from "./when.ts";

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

describe("where what is new is ready first", () => {
  /** A flow with two places, and how many of them were taken at once. */
  class Work {
    most = 0;
    #open = 0;
    readonly #clock: VirtualClock;

    constructor(clock: VirtualClock) {
      this.#clock = clock;
    }

    task<const Name extends string>(name: Name, ms: number) {
      return task(name, async (n: number) => {
        this.most = Math.max(this.most, ++this.#open);
        await new Promise<void>((resolve) => this.#clock.timer(ms, () => resolve()));
        this.#open--;
        return n + 1;
      });
    }

    /** When `slow` is done, what it leads to waits behind all that `quick` has led to by then. */
    flow(version: string, beside: Beside): Aitorflow<number, unknown> {
      return Aitorflow.define(
        "flow",
        (flow, input: Input<number>) => {
          const slow = flow.add(this.task("slow", 12), input);
          const quick = flow.add(this.task("quick", 1), input);
          const late = ["late", "later"].map((name) => flow.add(this.task(name, 5), slow));
          const end = task("end", (...given: unknown[]) => given);
          return flow.add(end as never, ...([...late, ...beside(this, flow, quick)] as never));
        },
        { concurrency: 2, version },
      );
    }
  }

  type Beside = (work: Work, flow: FlowBuilder, quick: Handle<string, number>) => readonly Handle<string, unknown>[];

  const both = <Made>(make: (name: string) => Made): Made[] => ["one", "two"].map(make);
  const cases: Record<string, Beside> = {
    tasks: (work, flow, quick) => ["b", "c", "d", "e"].map((name) => flow.add(work.task(name, 4), quick)),
    "a mapped task": (work, flow, quick) => {
      const list = flow.add(
        task("list", (n: number) => [n, n, n, n]),
        quick,
      );
      return [flow.map(work.task("each", 4), list, { concurrency: 3 })];
    },
    "flows in it": (work, flow, quick) =>
      both((name) =>
        flow.add(
          new Aitorflow(name, work.task("b", 3).to(work.task("c", 3)).to(work.task("d", 9)), {
            concurrency: 1,
          }).asTask(),
          quick,
        ),
      ),
    choices: (work, flow, quick) =>
      both((name) =>
        flow.add(
          when(name, (n: number) => n > 0, work.task("b", 3).to(work.task("c", 9))),
          quick,
        ),
      ),
  };

  test.each(Object.entries(cases))("%s go on", async (_, beside) => {
    const clock = virtualClock();
    const whole = new EmbeddedEngine({ clock }).run(new Work(clock).flow("1", beside), 1);
    await clock.advance("1s");
    for (let ms = 1; ms <= 30; ms++) {
      const journal = memoryJournal();
      const first = virtualClock();
      const before = new EmbeddedEngine({ journal, clock: first });
      before.start(new Work(first).flow("1", beside), 1, { id: "r" }).result.catch(() => {});
      await first.advance(ms);
      await before[Symbol.asyncDispose]();
      const second = virtualClock();
      const work = new Work(second);
      const { result } = await new EmbeddedEngine({ journal, clock: second }).resume(work.flow("2", beside), "r");
      result.catch(() => {});
      await second.advance("1s");
      expect(await result).toEqual(await whole);
      expect(work.most).toBeLessThanOrEqual(2);
    }
  });
});
