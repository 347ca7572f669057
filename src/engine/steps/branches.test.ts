// Branches
// - each has a scope of its own: equal step names do not meet, and the outer run takes no effects meanwhile
// - all: the results in order; the first failure cancels the siblings and is thrown
// - race: the first to settle decides, with its result or its failure; the others are cancelled
// - settle: every outcome in order, whatever becomes of them
// - before any of them goes on, what the branches took has been given back
// - who decided is recorded before anything that follows from it
import { describe, expect, test } from "vitest";
import type { Branch, Run } from "../../base/index.ts";
import { body, failureOf, forever, history, place, recorded } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";

const boom = new Error("boom");
const value = <Out>(name: string, result: Out): Branch<Out> => ({ name, run: (run) => run.step("s", () => result) });
const failing = (name: string): Branch<never> => ({ name, run: (run) => run.step("s", () => Promise.reject(boom)) });
const stuck = (name: string): Branch<never> => ({ name, run: (run) => run.step("s", forever) });

describe.each(journals)("%s", (_, open) => {
  const run = <Out>(execute: (run: Run) => Promise<Out>): Promise<Out> =>
    place(open()).engine.run(body(execute), undefined);

  describe("all", () => {
    test("gives the results in the order of the branches", async () => {
      expect(await run((r) => r.all([value("a", 1), value("b", "two"), { name: "c", run: async () => [3] }]))).toEqual([
        1,
        "two",
        [3],
      ]);
      expect(await run((r) => r.all([]))).toEqual([]);
    });

    test("throws the first failure, as it was thrown, and cancels the siblings", async () => {
      let reason: unknown;
      const sibling: Branch<never> = {
        name: "sibling",
        run: (branch) =>
          branch.step("wait", (step) => {
            step.abortSignal.addEventListener("abort", () => void (reason = step.abortSignal.reason));
            return forever();
          }),
      };
      const error = await run((r) =>
        failureOf(r.all([sibling, failing("bad")])).then((e) => [
          e.message.split("\n")[0],
          (e as { code?: string }).code,
        ]),
      );
      expect(error).toEqual(['step "bad/s" failed: boom', "step-failed"]);
      expect(reason).toMatchObject({ code: "cancelled", cause: 'branch "bad" has settled' });
    });

    test("throws what a body throws outside of a step, also before it first waits", async () => {
      const sync: Branch<never> = {
        name: "sync",
        run: () => {
          throw boom;
        },
      };
      expect((await failureOf(run((r) => r.all([sync])))).message).toBe("boom");
    });
  });

  describe("race", () => {
    test("gives the first result and cancels the others", async () => {
      expect(await run((r) => r.race([stuck("slow"), value("fast", 1)]))).toBe(1);
    });

    test("throws where a failure is first", async () => {
      expect(
        await run((r) =>
          failureOf(r.race([stuck("slow"), failing("bad")])).then((e) => (e as { stepKey?: string }).stepKey),
        ),
      ).toBe("bad/s");
    });

    test("needs a branch", async () => {
      expect(await failureOf(run((r) => r.race([])))).toMatchObject({ code: "invalid-option" });
    });
  });

  test("settle gives every outcome in order", async () => {
    const outcomes = await run(async (r) => {
      const [a, b] = await r.settle([failing("bad"), value("good", 1)]);
      return [a.status, b.status === "fulfilled" ? b.value : null];
    });
    expect(outcomes).toEqual(["rejected", 1]);
    expect(await run((r) => r.settle([]))).toEqual([]);
  });

  test.each(["all", "race"] as const)("what the branches of %s took is given back before it goes on", async (kind) => {
    const given: string[] = [];
    const taking: Branch<never> = {
      name: "taking",
      run: (branch) =>
        branch.step("take", (step) => {
          step.defer(async () => {
            for (let turn = 0; turn < 20; turn++) await undefined;
            given.push("released");
          });
          return forever();
        }),
    };
    await run(async (r) => {
      await failureOf(r[kind]([taking, failing("bad")]));
      given.push("went on");
    });
    expect(given).toEqual(["released", "went on"]);
  });

  test("steps that a branch leaves open are cancelled when it settles, the others' are not", async () => {
    const cancelled: string[] = [];
    const leaving = (name: string, wait: boolean): Branch<string> => ({
      name,
      run: async (branch) => {
        branch.abortSignal.addEventListener("abort", () => cancelled.push(name));
        void branch.step("open", forever);
        if (wait) await branch.step("last", async () => cancelled.slice());
        return name;
      },
    });
    expect(await run((r) => r.all([leaving("first", false), leaving("second", true)]))).toEqual(["first", "second"]);
    expect(cancelled).toEqual(["first", "second"]);
  });

  describe("the outer run", () => {
    const during = (effect: (r: Run) => Promise<unknown>) =>
      run((r) =>
        r.all([{ name: "b", run: async () => ((await failureOf(effect(r))) as { code?: string }).code ?? "none" }]),
      );

    test.each<[string, (r: Run) => Promise<unknown>]>([
      ["a step", (r) => r.step("s", () => 1)],
      ["branches", (r) => r.all([value("x", 1)])],
      ["no branches at all", (r) => r.all([])],
      ["a race", (r) => r.race([value("x", 1)])],
      ["a loop", (r) => r.loop("l", 0, async () => ({ done: 1 }))],
    ])("refuses %s while a branch is open", async (_name, effect) => {
      expect(await during(effect)).toEqual(["branch-open"]);
    });

    test("still refuses when it has refused before", async () => {
      const codes = await run(async (r) => {
        const found: unknown[] = [];
        const attempt = async (): Promise<void> =>
          void found.push(((await failureOf(r.all([]))) as { code?: string }).code);
        await r.all([
          { name: "b", run: attempt },
          { name: "c", run: attempt },
        ]);
        return found;
      });
      expect(codes).toEqual(["branch-open", "branch-open"]);
    });

    test("refuses while a loop is open, and takes steps again afterwards", async () => {
      const found = await run(async (r) => {
        const code = await r.loop("l", 0, async () => ({
          done: ((await failureOf(r.step("s", () => 1))) as { code?: string }).code,
        }));
        return [code, await r.step("s", () => 1)];
      });
      expect(found).toEqual(["branch-open", 1]);
    });
  });

  test("equal names in different branches, and in the same branches again, are different steps", async () => {
    const { engine, journal } = place(open());
    await engine.run(
      body(async (r) => {
        await r.all([value("a", 1), value("b", 2)]);
        await r.all([value("a", 3)]);
        await r.step("a", () => 4);
      }),
      undefined,
      { id: "r" },
    );
    const started = (await history(journal, "r")).filter((line) => line.startsWith("step-started"));
    expect(started.map((line) => line.slice(13))).toEqual(["a/s", "b/s", "a#2/s", "a#3"]);
  });

  test("branches nest, and an inner failure is thrown through", async () => {
    const nested = (inner: Branch<number>): Branch<number> => ({
      name: "n",
      run: async (b) => (await b.all([inner]))[0],
    });
    expect(await run((r) => r.all([nested(nested(value("v", 7)))]))).toEqual([7]);
    expect(await failureOf(run((r) => r.all([nested(nested(failing("v")))])))).toMatchObject({ stepKey: "n/n/v/s" });
  });

  test("a branch that lost ends no turn after who decided is on record", async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { engine, journal } = place(open());
      const winner = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn++) await undefined;
      };
      await engine.run(
        body((r) =>
          r.race([
            { name: "winner", run: winner },
            { name: "loser", run: (b) => b.loop("l", 0, async (n) => ({ next: n + 1 })) },
          ]),
        ),
        undefined,
        { id: "r" },
      );
      const types = (await recorded(journal, "r")).map(({ type }) => type);
      expect(types.slice(types.indexOf("branch-decided") + 1)).toEqual(["run-finished"]);
    }
  });

  test("who decided is recorded before anything that follows from it", async () => {
    const { engine, journal } = place(open());
    let before: string[] = [];
    await engine.run(
      body(async (r) => {
        await r.race([stuck("slow"), value("fast", 1)]);
        before = await history(journal, "r");
      }),
      undefined,
      { id: "r" },
    );
    expect(before.at(-1)).toBe("branch-decided #race");
  });
});
