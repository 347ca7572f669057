// A loop
// - takes turns until one is done; each turn is given the state that the one before it left
// - gives each turn a scope of its own, and records the end of each turn
// - fails as a turn fails, and where a turn does not say how to go on
import { describe, expect, test } from "vitest";
import type { Run } from "../../base/index.ts";
import { body, failureOf, forever, history, place, recorded } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  const run = <Out>(execute: (run: Run) => Promise<Out>): Promise<Out> =>
    place(open()).engine.run(body(execute), undefined);

  test("turns go on from state to state until one is done", async () => {
    const doubled = await run((r) =>
      r.loop("double", 1, async (n, turn) => {
        const twice = await turn.step("twice", () => n * 2);
        return twice > 100 ? { done: `${twice}` } : { next: twice };
      }),
    );
    expect(doubled).toBe("128");
  });

  test("each turn and the end are recorded, and each step under its turn", async () => {
    const { engine, journal } = place(open());
    await engine.run(
      body((r) =>
        r.loop("count", 0, async (n, turn) => {
          await turn.step("s", () => n);
          return n === 1 ? { done: "end" } : { next: n + 1 };
        }),
      ),
      undefined,
      { id: "r" },
    );
    const events = await recorded(journal, "r");
    expect(
      events.filter(({ type }) => type !== "step-started").map(({ type, key, data }) => [type, key, data]),
    ).toMatchObject([
      ["run-started", "", {}],
      ["step-finished", "count/#1/s", { result: 0 }],
      ["turn-finished", "count", { turn: 1, next: 1 }],
      ["step-finished", "count/#2/s", { result: 1 }],
      ["loop-finished", "count", { turns: 2, result: "end" }],
      ["run-finished", "", {}],
    ]);
  });

  test("loops nest, hold branches, and may be repeated under their name", async () => {
    const { engine, journal } = place(open());
    const sum = await engine.run(
      body(async (r) => {
        let total = 0;
        for (const start of [1, 2]) {
          total += await r.loop("outer", start, async (n, turn) => {
            const inner = await turn.loop("inner", n, async (m, t) => {
              const [a, b] = await t.all([
                { name: "a", run: (x) => x.step("s", () => m) },
                { name: "b", run: (x) => x.step("s", () => m) },
              ]);
              return { done: a + b };
            });
            return n === 3 ? { done: inner } : { next: n + 1 };
          });
        }
        return total;
      }),
      undefined,
      { id: "r" },
    );
    expect(sum).toBe(12);
    const lines = await history(journal, "r");
    expect(lines).toContain("step-finished outer/#3/inner/#1/a/s");
    expect(lines).toContain("step-finished outer#2/#2/inner/#1/b/s");
  });

  test("a loop may end with nothing, and its state may be nothing", async () => {
    const turns: unknown[] = [];
    const end = await run(
      async (r) =>
        (await r.loop("l", undefined, async (state) => {
          turns.push(state);
          return turns.length === 2 ? { done: undefined } : { next: undefined };
        })) === undefined,
    );
    expect([end, turns]).toEqual([true, [undefined, undefined]]);
  });

  test("what follows from a turn, or from the loop, comes after its record", async () => {
    const { engine, journal } = place(open());
    const before: (string | undefined)[] = [];
    const last = async (): Promise<void> => void before.push((await history(journal, "r")).at(-1));
    await engine.run(
      body(async (r) => {
        await r.loop("l", 1, async (n) => {
          await last();
          return n === 2 ? { done: 0 } : { next: n + 1 };
        });
        await last();
      }),
      undefined,
      { id: "r" },
    );
    expect(before).toEqual(["run-started", "turn-finished l", "loop-finished l"]);
  });

  test("a failing turn fails the loop, and the next of its name is another loop", async () => {
    const { engine, journal } = place(open());
    await engine.run(
      body(async (r) => {
        const failing = r.loop("l", 0, (_n, turn) => turn.step("s", () => Promise.reject(new Error("no"))));
        expect((await failureOf(failing)) as { stepKey?: string }).toMatchObject({ stepKey: "l/#1/s" });
        await r.loop("l", 0, async () => ({ done: 1 }));
      }),
      undefined,
      { id: "r" },
    );
    expect(await history(journal, "r")).toContain("loop-finished l#2");
  });

  test.each([[undefined], [5], [{}], [null]])("a turn that ends with %j does not say how to go on", async (ended) => {
    const error = await failureOf(run((r) => r.loop("l", 0, async () => ended as never)));
    expect(error).toMatchObject({
      code: "invalid-value",
      message: expect.stringContaining('turn 1 of loop "l"') as string,
    });
  });

  test.each([
    ["next", "the state after turn 1"],
    ["done", "the result"],
  ])("a %s that is not JSON fails the loop", async (word, what) => {
    const error = await failureOf(run((r) => r.loop("l", 0, async () => ({ [word]: { a: [1n] } }) as never)));
    expect(error).toMatchObject({
      code: "not-json",
      data: { path: ".a[0]" },
      message: expect.stringContaining(`${what} of loop "l"`) as string,
    });
  });

  test("steps that a turn leaves open are cancelled at its end", async () => {
    const signals: AbortSignal[] = [];
    await run((r) =>
      r.loop("l", 0, async (n, turn) => {
        void turn.step("open", (step) => {
          signals.push(step.abortSignal);
          return forever();
        });
        return n === 1 ? { done: 1 } : { next: n + 1 };
      }),
    );
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
