import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { parseFlowchart } from "../../test/mermaid-parser.ts";
import { EmbeddedEngine, isStepError } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { type FlowError, isFlowError } from "./errors.ts";
import type { PreviousRun } from "./flow-options.ts";
import { Aitorflow, type Handle, type Input, type IsolatedResult, task, when } from "./index.ts";

/*
 * A flow with failure: "isolate":
 * - finishes what does not need the result of a failed task, and skips what does;
 * - gives what succeeded, what failed, and what was skipped because of what; agrees with a sequential model on random
 *   graphs with random failures;
 * - is complete where nothing failed, and then gives its output;
 * - rejects when it is cancelled;
 * - can be run again for what is missing alone, from its result or from what was stored of it.
 */

const isolate = { failure: "isolate" } as const;
const start = task("start", (n: number) => n);
const good = task("good", (n: number) => n + 1);
const fail = task("fail", (n: number): number => {
  throw new Error(`no ${n}`);
});
const after = task("after", (n: number) => n);
const join = task("join", (left: number, right: number) => left + right);

const flow = new Aitorflow("flow", start.to([good, fail.to(after)]).to(join), isolate);

describe("a failure", () => {
  test("skips what needs it, lets the rest finish, and all is told", async () => {
    const result = await flow.run(1);
    expect(result).toMatchObject({
      complete: false,
      output: undefined,
      results: { start: 1, good: 2 },
      failed: { fail: { code: "step-failed", stepKey: "fail", cause: { message: "no 1" } } },
      skipped: { after: ["fail"], join: ["fail"] },
    });
    expect(result.tasks["join"]).toEqual({ state: "skipped", because: ["fail"] });
    await parseFlowchart(flow.toMermaid(result));
    expect(flow.toMermaid(result)).toContain("skipped because of fail");
  });

  test("of several is told for each", async () => {
    const both = new Aitorflow("flow", start.to([fail, fail.as("fail-2")]).to(join), isolate);
    expect((await both.run(1)).skipped).toEqual({ join: ["fail", "fail-2"] });
  });

  test("of an element fails the mapped task", async () => {
    const odd = task("odd", (n: number) => {
      if (n % 2 === 0) throw new Error("even");
      return n;
    });
    const mapped = Aitorflow.define(
      "flow",
      (f, list: Input<number[]>) => [f.map(odd, list, { concurrency: 1 }), f.map(good, list)],
      isolate,
    );
    const result = await mapped.run([1, 2, 3]);
    expect(result.results).toEqual({ good: [2, 3, 4] });
    expect(Object.keys(result.failed)).toEqual(["odd"]);
  });

  test("is a failed run on record", async () => {
    const handle = flow.start(1);
    const types: string[] = [];
    for await (const event of handle) types.push(event.type);
    expect(types.at(-1)).toBe("run-failed");
    expect((await handle.result).complete).toBe(false);
  });
});

test("without a failure the result is complete", async () => {
  const whole = new Aitorflow("flow", start.to([good, good.as("again")]).to(join), isolate);
  const result = await whole.run(1);
  expect(result).toMatchObject({ complete: true, output: 4, failed: {}, skipped: {} });
});

test("the type says that an output may be missing", async () => {
  const result = await flow.run(1);
  expectTypeOf(result).toEqualTypeOf<IsolatedResult<number>>();
  if (result.complete) expectTypeOf(result.output).toEqualTypeOf<number>();
  else expectTypeOf(result.output).toEqualTypeOf<undefined>();
});

test("a cancel rejects", async () => {
  const clock = virtualClock();
  const hang = task("hang", (_n: number) => new Promise<number>(() => {}));
  const handle = new Aitorflow("flow", start.to([hang, fail]).to(join), isolate).start(1, {
    engine: new EmbeddedEngine({ clock }),
  });
  await clock.advance(1);
  await handle.cancel();
  await expect(handle.result).rejects.toMatchObject({ code: "cancelled", results: { start: 1 } });
});

test("an isolating flow as a task of another fails as one task", async () => {
  await expect(new Aitorflow("outer", flow.asTask()).run(1)).rejects.toMatchObject({
    task: "flow",
    cause: { task: "fail" },
  });
});

test("a failure is a StepError, that of a flow inside or of a choice a FlowError, that of a task's own rules another one", async () => {
  const never = (n: number): boolean => JSON.parse(String(n)) as boolean;
  const { failed } = await Aitorflow.define(
    "outer",
    (f, n: Input<number>) => [
      f.add(fail, n),
      f.add(new Aitorflow("inner", fail).asTask(), n),
      f.add(
        when("choice", (given: number) => given > 0, fail, good),
        n,
      ),
      f.add(when("undecided", never, fail, good), n),
    ],
    isolate,
  ).run(1);
  const kinds = Object.entries(failed).map(([name, error]) => [
    name,
    isStepError(error),
    isFlowError(error),
    error.code,
  ]);
  expect(kinds).toEqual([
    ["fail", true, false, "step-failed"],
    ["inner", false, true, "task-failed"],
    ["choice", false, true, "task-failed"],
    ["undecided", false, false, "invalid-output"],
  ]);
  const { inner } = failed;
  if (isStepError(inner)) expectTypeOf(inner.stepKey).toEqualTypeOf<string>();
  // @ts-expect-error It may be a FlowError.
  expect(inner?.stepKey).toBe(undefined);
});

test("another failure mode is refused", () => {
  expect(() => new Aitorflow("flow", start, { failure: "ignore" as never })).toThrow('"stop" or "isolate"');
});

describe("rerun", () => {
  function repairable() {
    const calls: string[] = [];
    let broken = true;
    const traced = (name: string) => task(name, (n: number) => (calls.push(name), n + 1));
    const flaky = task("flaky", (n: number) => {
      calls.push("flaky");
      if (broken) throw new Error("down");
      return n * 10;
    });
    const chain = traced("first")
      .to([traced("good"), flaky.to(traced("after"))])
      .to(join);
    return { calls, chain, repair: () => (broken = false) };
  }

  test("runs only what is missing", async () => {
    const { calls, chain, repair } = repairable();
    const once = new Aitorflow("flow", chain, isolate);
    const before = await once.run(1);
    repair();
    calls.length = 0;
    const result = await once.rerun(before);
    expect(calls).toEqual(["flaky", "after"]);
    expect(result).toMatchObject({ complete: true, output: 3 + 21, input: 1 });
    expect(result.tasks["good"]).toEqual({ state: "done", recovered: true });
  });

  test("calls all tasks of a flow inside in which one failed", async () => {
    const { calls, chain, repair } = repairable();
    const outer = new Aitorflow("outer", start.to(new Aitorflow("flow", chain).asTask()), isolate);
    const before = await outer.run(1);
    repair();
    calls.length = 0;
    expect(await outer.rerun(before)).toMatchObject({ complete: true, output: 24 });
    expect(calls).toEqual(["first", "good", "flaky", "after"]);
  });

  test("takes a FlowError, and what was stored as JSON", async () => {
    const { calls, chain, repair } = repairable();
    const stopping = new Aitorflow("flow", chain);
    const error = (await stopping.run(1).catch((thrown: unknown) => thrown)) as { input: unknown; results: object };
    repair();
    calls.length = 0;
    const stored = JSON.parse(JSON.stringify({ input: error.input, results: error.results })) as never;
    expect((await stopping.rerun(stored)).output).toBe(24);
    expect(calls).not.toContain("first");
  });

  test("keeps what stands behind a failure, and runs what needs only that", async () => {
    const chain = fail.to([good.to(after), after.as("needs-fail")]).to(join);
    const result = await new Aitorflow("flow", chain, isolate).rerun({ input: 1, results: { good: 5 } });
    expect(result).toMatchObject({ complete: false, results: { good: 5, after: 5 } });
    expect(result.skipped).toEqual({ "needs-fail": ["fail"], join: ["fail"] });
    expect(result.tasks["good"]).toEqual({ state: "done", recovered: true });
  });

  test("refuses results of another flow", async () => {
    await expect(flow.rerun({ input: 1, results: { other: 1 } })).rejects.toThrow('got: "other"');
  });

  test.each([
    [undefined],
    [null],
    [5],
    [{}],
    [{ input: 1 }],
    [{ input: 1, results: null }],
    [{ input: 1, results: [] }],
  ])("of what is no earlier run is refused (%j)", async (previous) => {
    const flow = new Aitorflow(
      "flow",
      task("a", (n: number) => n),
    );
    await expect(flow.rerun(previous as never)).rejects.toMatchObject({
      code: "invalid-option",
      expected: "a result, a FlowError, or an object of their input and results",
    });
  });
});

test("on random graphs it agrees with a sequential model", async () => {
  const node = fc.record({ parents: fc.array(fc.nat(), { maxLength: 3 }), fails: fc.boolean(), mapped: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 20 }), async (drawn) => {
      const nodes = drawn.map(({ parents, ...rest }, index) => ({
        ...rest,
        parents: index === 0 ? [] : [...new Set(parents.map((parent) => parent % index))],
      }));
      const model = sequential(nodes);
      const ran: string[] = [];
      const random = Aitorflow.define(
        "random",
        (f, input: Input<number[]>) => {
          const handles: Handle<string, readonly number[]>[] = [];
          for (const [index, { parents, fails, mapped }] of nodes.entries()) {
            const act = (name: string, value: number): number => {
              ran.push(name);
              if (fails && index % 3 === 0) throw new Error(name);
              return value;
            };
            const name = `t${index}`;
            const all = task(mapped ? `l${index}` : name, (...lists: (readonly number[])[]) =>
              mapped
                ? lists.flat().slice(0, 3)
                : lists
                    .flat()
                    .slice(0, 3)
                    .map(() => act(name, index))
                    .slice(0, 1),
            );
            const given =
              parents.length === 0 ? [input] : parents.map((parent) => handles[parent] as Handle<string, number[]>);
            const added = f.add(all, ...given);
            handles.push(
              mapped
                ? f.map(
                    task(name, (value: number) => act(name, value)),
                    added,
                  )
                : added,
            );
          }
          return handles;
        },
        isolate,
      );
      const result = await random.run([1, 2]);
      const named = (record: object): string[] =>
        Object.keys(record)
          .filter((name) => name.startsWith("t"))
          .sort();
      expect(named(result.results)).toEqual(model.done);
      expect(named(result.failed)).toEqual(model.failed);
      expect(
        Object.fromEntries(named(result.skipped).map((name) => [name, [...(result.skipped[name] ?? [])].sort()])),
      ).toEqual(model.skipped);
      expect(result.complete).toBe(model.failed.length === 0);
      expect([...new Set(ran)].sort()).toEqual(
        [...model.done, ...model.failed].filter((name) => ran.includes(name)).sort(),
      );
      for (const name of Object.keys(model.skipped)) expect(ran).not.toContain(name);
    }),
  );
});

test.each(["stop", "isolate"] as const)(
  "a rerun that fails, or is cancelled, keeps for the next one (%s)",
  async (failure) => {
    const calls: string[] = [];
    const pay = task("pay", () => void calls.push("pay"), { effect: "once" });
    const ship = task("ship", () => (calls.push("ship"), "shipped"), { effect: "once" });
    const bad = task("bad", () => {
      throw new Error("no");
    });
    const order = Aitorflow.define("order", (f) => [f.add(ship as never, f.add(pay)), f.add(bad)], { failure });
    const engine = new EmbeddedEngine();
    const results = { pay: undefined, ship: "shipped" };
    const rerun = (previous: PreviousRun, id: string, signal?: AbortSignal): Promise<PreviousRun> =>
      order.rerun(previous, { engine, id, ...(signal && { signal }) }).catch((error: unknown) => error as FlowError);
    const again = async (id: string): Promise<PreviousRun> =>
      (await order.resume(id, { engine })).result.catch((error: unknown) => error as FlowError);
    const second = await rerun({ input: undefined, results }, "second");
    expect(second.results).toEqual(results);
    expect((await again("second")).results).toEqual(results);
    const third = await rerun(second, "third", AbortSignal.abort("enough"));
    expect(third.results).toEqual(results);
    expect((await again("third")).results).toEqual(results);
    await rerun(third, "fourth");
    expect(calls).toEqual([]);
  },
);

/** Each node in turn: done, failed, or skipped because of the failed ones above it. */
function sequential(nodes: readonly { parents: readonly number[]; fails: boolean }[]) {
  const because: string[][] = [];
  const done: string[] = [];
  const failed: string[] = [];
  const skipped: Record<string, string[]> = {};
  for (const [index, { parents, fails }] of nodes.entries()) {
    const reasons = [...new Set(parents.flatMap((parent) => because[parent] ?? []))].sort();
    because[index] = reasons;
    if (reasons.length > 0) skipped[`t${index}`] = reasons;
    else if (fails && index % 3 === 0) {
      failed.push(`t${index}`);
      because[index] = [`t${index}`];
    } else done.push(`t${index}`);
  }
  return { done: done.sort(), failed: failed.sort(), skipped };
}
