// A scope inside a scope
// - has its own names, and its keys begin with its name
// - stands beside steps and scopes of other names, of which several may be open
// - is ambiguous with what has its name, unless both carry a key
// - ends what is open in it when its body settles, and ends with the scope around it
import { describe, expect, test } from "vitest";
import type { Run, StepName } from "../base/index.ts";
import { body, failureOf, forever, history, place } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  const run = <Out>(execute: (run: Run) => Promise<Out>): Promise<Out> =>
    place(open()).engine.run(body(execute), undefined);
  const codeOf = async (effect: Promise<unknown>): Promise<unknown> =>
    ((await failureOf(effect)) as { code?: string }).code;

  test("gives what its body returns, under keys of its own", async () => {
    const { engine, journal } = place(open());
    const scoped = (r: Run, name: StepName): Promise<string> =>
      r.scope(name, (inner) => inner.step("s", ({ key }) => key));
    const keys = engine.run(
      body(async (r) => [
        await scoped(r, "a"),
        await scoped(r, "a"),
        await scoped(r, { name: "a", key: "k" }),
        await r.step("a", ({ key }) => key),
        await r.scope("b", (inner) => scoped(inner, "c")),
      ]),
      undefined,
      { id: "r" },
    );
    expect(await keys).toEqual(["a/s", "a#2/s", "a[k]/s", "a#3", "b/c/s"]);
    expect((await history(journal, "r")).filter((line) => line.startsWith("step-finished"))).toHaveLength(5);
  });

  test("several may be open at once, beside steps", async () => {
    const output = await run((r) =>
      Promise.all([
        r.scope("a", (inner) => inner.step("s", async () => 1)),
        r.scope({ name: "b", key: "1" }, (inner) => inner.step("s", async () => 2)),
        r.scope({ name: "b", key: "2" }, (inner) => inner.step("s", async () => 3)),
        r.step("s", async () => 4),
      ]),
    );
    expect(output).toEqual([1, 2, 3, 4]);
  });

  test.each<[string, StepName, StepName]>([
    ["equal names", "a", "a"],
    ["a key only in the second", "a", { name: "a", key: "k" }],
    ["a key only in the first", { name: "a", key: "k" }, "a"],
    ["equal keys", { name: "a", key: "k" }, { name: "a", key: "k" }],
  ])("is ambiguous with what is open: %s", async (_name, first, second) => {
    const effects = [
      (r: Run, name: StepName) => r.scope(name, forever),
      (r: Run, name: StepName) => r.step(name, forever),
    ];
    for (const one of effects) {
      for (const other of effects) {
        const code = run(async (r) => {
          one(r, first).catch(() => {});
          return codeOf(other(r, second));
        });
        expect(await code).toBe("ambiguous-step");
      }
    }
  });

  test("cancels what its body leaves open, and throws what its body throws", async () => {
    let signal: AbortSignal | undefined;
    const error = await failureOf(
      run((r) =>
        r.scope("a", async (inner) => {
          void inner.step("open", (step) => ((signal = step.abortSignal), forever()));
          throw new Error("no");
        }),
      ),
    );
    expect([error.message, signal?.aborted]).toEqual(["no", true]);
  });

  test("ends with the run, awaited or not, and gives back first", async () => {
    const { engine, clock } = place(open());
    let given = false;
    const taking = (inner: Run): Promise<never> =>
      inner.step("take", (step) => {
        step.defer(async () => {
          for (let turn = 0; turn < 20; turn++) await undefined;
          given = true;
        });
        return forever();
      });
    const handle = engine.start(
      body((r) => r.scope("a", (inner) => inner.scope("b", taking))),
      undefined,
    );
    await clock.advance(0);
    await handle.cancel("enough");
    expect([await codeOf(handle.result), given]).toEqual(["cancelled", true]);
    await engine.run(
      body(async (r) => void r.scope("left open", forever)),
      undefined,
    );
    await engine.run(
      body(async (r) => [void r.scope("one", forever), void r.scope("two", forever)].length),
      undefined,
    );
  });

  test("does not begin once the scope around it has ended, nor while a branch is open", async () => {
    const inner = Promise.withResolvers<unknown>();
    const { engine, clock } = place(open());
    const handle = engine.start(
      body(async (r) => {
        await failureOf(r.step("s", forever));
        inner.resolve(await codeOf(r.scope("a", async () => 1)));
      }),
      undefined,
    );
    await clock.advance(0);
    await handle.cancel();
    expect(await inner.promise).toBe("cancelled");
    const code = run((r) => r.all([{ name: "b", run: () => codeOf(r.scope("a", async () => 1)) }]));
    expect(await code).toEqual(["branch-open"]);
  });
});
