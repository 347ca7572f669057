// A recorded run of a flow is told as the live one was:
// - its chart, drawn from its outline without its code, shows the states that the live run's chart shows, and its durations;
// - `resume` of a run that has ended gives an equal result, or rejects with an equal error, and calls nothing;
// - `resume` of one that was cut off anywhere gives what a run that was not cut off gives;
// - `resume` of one that is under way joins it;
// - an outline is JSON; one of another version, or none, draws nothing;
// - nothing took less than no time;
// - a run that has ended gives what it gave, whatever the code has become.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseFlowchart } from "../../test/mermaid-parser.ts";
import { recordError, type Run } from "../base/index.ts";
import { EmbeddedEngine, type RunReport, runReport } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { crashingJournal, virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { drawRecorded } from "./draw-recorded.ts";
import { isFlowError } from "./errors.ts";
import type { Input } from "./flow-builder.ts";
import type { IsolatedResult } from "./flow-result.ts";
import type { TaskReport } from "./flow-report.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";
import { timer } from "./timer.ts";
import type { FailureMode, Task } from "./types.ts";
import { when } from "./when.ts";

type AnyFlow = Aitorflow<never, unknown, FailureMode>;
type Told = Pick<IsolatedResult<unknown>, "runId" | "input" | "results" | "tasks"> &
  Partial<Pick<IsolatedResult<unknown>, "failed" | "skipped" | "complete" | "output">>;

interface Case {
  readonly flow: AnyFlow;
  readonly input?: unknown;
  /** Cancels it at a virtual time. */
  readonly cancelAt?: number;
}

/** Tasks that take anything, so that they fit anywhere. */
const part = (name: string, fn: (...given: unknown[]) => unknown) => task(name, fn);
const add = (name: string) => part(name, (n) => Number(n) + 1);
const fails = (name: string) =>
  part(name, async () => {
    for (let turn = 0; turn < 30; turn++) await undefined; // what stands beside it has finished
    throw Object.assign(new Error(`no ${name}`), { code: "nope" });
  });
const hangs = (name: string) => part(name, () => new Promise(() => {}));
const sum = part("sum", (...numbers) => numbers.length);
const passes = part("pass", (given) => given ?? null);
const list = task("list", (n: unknown): unknown[] => Array.from({ length: Number(n) }, (_, index) => index));
const inner = (name: string, ...parts: Task<string, [input: unknown], unknown>[]) =>
  new Aitorflow(name, add("in").to(parts)).asTask(name);
const isBig = (n: unknown): boolean => Number(n) > 3;
const yes = z.boolean();

function mapped(failure: FailureMode, of: ReturnType<typeof part>): AnyFlow {
  return Aitorflow.define("mapped", (f, n: Input<unknown>) => f.add(passes, f.map(of, f.add(list, n))), { failure });
}

const halves = task("halves", (batch: unknown[]): unknown[] => batch.map((n) => Number(n) / 2));
const odd = part("odd", (n) => {
  if (Number(n) % 2 === 1) throw new Error(`odd ${String(n)}`);
  return n;
});

/** Maps over what is no list. */
const mapsNoList = (name: string) => Aitorflow.define(name, (f, n: Input<unknown[]>) => f.map(add("each"), n));

const noLists = (name: string) => mapsNoList(name).asTask() as Task<string, [input: unknown], unknown>;

const cases: Readonly<Record<string, Case>> = {
  "a chain": { flow: new Aitorflow("f", add("a").to(add("b")).to(add("c"))), input: 1 },
  "a fan": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([add("b"), add("c")])
        .to(sum),
    ),
    input: 1,
  },
  "several exits": { flow: new Aitorflow("f", add("a").to([add("b"), add("c%/[#]")])), input: 1 },
  "a map": { flow: mapped("stop", add("each")), input: 3 },
  "a map of nothing": { flow: mapped("stop", add("each")), input: 0 },
  batches: {
    flow: Aitorflow.define("f", (f, n: Input<unknown>) => f.add(passes, f.map(halves, f.add(list, n), { batch: 2 }))),
    input: 5,
  },
  "a map that fails": { flow: mapped("stop", odd), input: 4 },
  "a map that fails, isolated": { flow: mapped("isolate", odd), input: 4 },
  "a map over no list": {
    flow: Aitorflow.define("f", (f, n: Input<unknown[]>) => f.add(passes, f.map(add("each"), n))),
    input: 7,
  },
  "two maps over no list, isolated": {
    flow: Aitorflow.define(
      "f",
      (f, n: Input<unknown[]>) => {
        const a = f.add(passes, f.map(add("each"), n));
        return [a, f.add(passes.as("other"), f.map(add("every"), n)), f.add(passes.as("fine"), n)];
      },
      { failure: "isolate" },
    ),
    input: 7,
  },
  "a failure": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([fails("b"), add("c")])
        .to(sum),
    ),
    input: 1,
  },
  "a failure beside one that hangs": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([hangs("h"), fails("b")])
        .to(sum),
    ),
    input: 1,
  },
  "failures, isolated": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([fails("b").to(add("x")).to(add("y")), fails("d").to(add("z")), add("c")])
        .to(sum),
      { failure: "isolate" },
    ),
    input: 1,
  },
  "nothing failed, isolated": {
    flow: new Aitorflow("f", add("a").to(add("b")), { failure: "isolate" }),
    input: 1,
  },
  "a flow inside": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to(inner("deep", inner("deeper", add("b"))))
        .to(passes),
    ),
    input: 1,
  },
  "a flow inside that fails": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([inner("deep", fails("b"), hangs("c")), add("d")])
        .to(passes),
    ),
    input: 1,
  },
  "a flow inside that fails behind what had finished": {
    flow: new Aitorflow(
      "f",
      add("a").to(new Aitorflow("deep", add("in").to([fails("b"), add("c").to(add("d"))])).asTask()),
    ),
    input: 1,
  },
  "a map of flows inside that fails": {
    flow: mapped("stop", new Aitorflow("deep", add("b").to(odd)).asTask("each") as ReturnType<typeof part>),
    input: 3,
  },
  "flows inside that fail, isolated": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([inner("deep", fails("b"), hangs("c")), inner("second", fails("x")), add("d")])
        .to(passes),
      {
        failure: "isolate",
      },
    ),
    input: 1,
  },
  "maps of flows inside": {
    flow: Aitorflow.define("f", (f, n: Input<unknown>) =>
      f.map(
        new Aitorflow(
          "deep",
          add("a")
            .to([add("b"), add("c")])
            .to(sum),
        ).asTask(),
        f.add(list, n),
      ),
    ),
    input: 3,
  },
  "a flow inside that maps over nothing": {
    flow: new Aitorflow(
      "f",
      Aitorflow.define("deep", (f, n: Input<unknown[]>) => f.map(add("each"), n))
        .asTask()
        .to(passes),
    ),
    input: [],
  },
  "a choice of yes": {
    flow: new Aitorflow("f", when("big", isBig, add("y"), add("n").to(add("m"))).to(passes)),
    input: 5,
  },
  "a choice of no": {
    flow: new Aitorflow("f", when("big", isBig, add("y"), add("n").to(add("m"))).to(passes)),
    input: 1,
  },
  "a choice that passes on": {
    flow: new Aitorflow("f", when("big", isBig, add("y")).to(passes)),
    input: 1,
  },
  "a choice that is the end, and passes on": {
    flow: new Aitorflow("f", when("big", isBig, add("y"))),
    input: 1,
  },
  "a choice that fails": {
    flow: new Aitorflow("f", when("big", isBig, fails("y")).to(passes)),
    input: 9,
  },
  "a choice whose test fails": {
    flow: new Aitorflow(
      "f",
      when(
        "big",
        (_given: unknown): boolean => {
          throw new Error("no");
        },
        add("y"),
      ).to(passes),
    ),
    input: 9,
  },
  "maps of nothing and batches beside a failure": {
    flow: Aitorflow.define("f", (f, n: Input<unknown>) => {
      const four = f.add(list, n);
      const none = f.add(
        task("none", (): unknown[] => []),
        four,
      );
      const each = f.map(add("each"), none);
      return [f.map(add("every"), none), f.map(halves, four, { batch: 3 }), f.add(fails("b"), f.add(passes, each))];
    }),
    input: 4,
  },
  "a choice that does not decide": {
    flow: new Aitorflow("f", when("big", (n: unknown) => n as boolean, add("y")).to(passes)),
    input: 9,
  },
  "a batch without a result for each": {
    flow: Aitorflow.define("f", (f, n: Input<unknown>) =>
      f.add(
        passes,
        f.map(
          task("short", (_batch: unknown[]): unknown[] => []),
          f.add(list, n),
          { batch: 2 },
        ),
      ),
    ),
    input: 4,
  },
  "an answer of which the schema makes what cannot be recorded": {
    flow: new Aitorflow(
      "f",
      signal(
        "ok",
        z.string().transform((text) => new Date(text.length)),
      ).to(passes),
    ),
  },
  "a list that only a schema makes": {
    flow: Aitorflow.define("f", (f) => {
      const none = f.signal(
        "ok",
        z.string().transform((): unknown[] => []),
      );
      return f.add(fails("b"), f.add(passes, f.map(add("each"), none)));
    }),
  },
  "flows inside that map over no list": {
    flow: new Aitorflow("f", add("a").to([noLists("deep"), hangs("h")])),
    input: 4,
  },
  "flows inside that map over no list, isolated": {
    flow: new Aitorflow("f", add("a").to([noLists("deep"), noLists("other")]), {
      failure: "isolate",
    }),
    input: 4,
  },
  "timers and signals": {
    flow: Aitorflow.define("f", (f, n: Input<unknown>) => {
      const slow = f.timer("pause", "1s", f.add(list, n));
      const asked = f.signal(
        "ok",
        z.string().transform((text) => text.length),
        { request: slow, deadline: "1h" },
      );
      return [f.map(add("each"), slow), f.add(passes, asked)];
    }),
    input: 2,
  },
  "a signal that expires": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([signal("late", yes, { deadline: "1s" }), timer("pause", "1h")])
        .to(passes),
    ),
    input: 2,
  },
  "a flow cancelled": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([hangs("h"), timer("pause", "1h"), inner("deep", hangs("b")), add("d")])
        .to(passes),
    ),
    input: 2,
    cancelAt: 500,
  },
  "a flow cancelled, isolated": {
    flow: new Aitorflow(
      "f",
      add("a")
        .to([hangs("h"), fails("b").to(add("x")), add("d")])
        .to(passes),
      { failure: "isolate" },
    ),
    input: 2,
    cancelAt: 500,
  },
};

/** Lets a run's result come, moving time on and answering what it asks. */
async function settled(
  { journal, engine, clock }: { journal: Journal; engine: EmbeddedEngine; clock: ReturnType<typeof virtualClock> },
  result: Promise<unknown>,
  cancelAt: number | undefined,
  signalKey = "ok",
): Promise<Told | Error> {
  let over = false;
  const outcome = result.then(
    (value) => value as Told,
    (error: unknown) => error as Error,
  );
  void outcome.then(() => (over = true));
  for (let step = 0; !over && step < 20; step++) {
    if (clock.now() >= (cancelAt ?? Infinity)) await engine.cancel("r", new Error("enough"));
    const waits = (await runReport(journal.read("r")))?.waits ?? [];
    if (waits.some(({ name }) => name === "ok"))
      await engine.answer("r", signalKey, { value: "three" }).catch(() => {});
    await clock.advance(100);
  }
  for (let step = 0; !over && step < 100; step++) await clock.advance("1m");
  return outcome;
}

async function lived(journal: Journal, { flow, input, cancelAt }: Case): Promise<Told | Error> {
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal, clock });
  const { result } = flow.start(input as never, { engine, id: "r" });
  result.catch(() => {});
  return settled({ journal, engine, clock }, result, cancelAt);
}

/** The flow as a part of another run. */
async function livedInScope(journal: Journal, { flow, input, cancelAt }: Case): Promise<void> {
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal, clock });
  const execute = async (run: Run): Promise<unknown> => {
    await run.step("before", () => 1);
    return run.scope("part", (scope) => flow.execute(scope, input as never), { of: flow });
  };
  const { result } = engine.start({ name: "whole", version: "1", execute }, undefined, { id: "r" });
  result.catch(() => {});
  await settled({ journal, engine, clock }, result, cancelAt, "part/ok");
}

async function reportOf(journal: Journal): Promise<RunReport> {
  return (await runReport(journal.read("r"))) as RunReport;
}

/** What is compared of an outcome: all but times and stacks. */
function told(outcome: Told | Error): unknown {
  if (outcome instanceof Error) return { ...asRecorded(outcome), ...(isFlowError(outcome) && progress(outcome)) };
  const { failed = {}, skipped = {}, complete, output } = outcome;
  const failures = Object.fromEntries(Object.entries(failed).map(([name, error]) => [name, asRecorded(error)]));
  return { ...progress(outcome), failures, skipped, complete, output };
}

/** An error as a journal keeps it, and what a flow had been given and had finished. */
function asRecorded(error: Error): Record<string, unknown> {
  const { stack: _, ...record } = recordError(error);
  const { input, results } = isFlowError(error) ? error : {};
  return { ...record, input, results, cause: error.cause instanceof Error ? asRecorded(error.cause) : error.cause };
}

function progress({ runId, input, results, tasks }: Told): Record<string, unknown> {
  return { runId, input, results, states: states(tasks) };
}

function states(tasks: Readonly<Record<string, TaskReport>>): unknown {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, { state, elements, because, tasks: within }]) => [
      name,
      { state, elements, because, within: within && states(within) },
    ]),
  );
}

/** A chart without durations, and without what only the process that lived through it knows. */
const withoutTimes = (chart: string): string => chart.replaceAll(/ in (?:under 1 ms|\d+ ms|[\d.]+ s)/g, "");

const outlineOf = (flow: AnyFlow): unknown => JSON.parse(JSON.stringify(flow.outline()));

describe.each(Object.entries(cases))("%s", (_, each) => {
  test("is drawn from its record as it was drawn live", async () => {
    const journal = memoryJournal();
    const outcome = (await lived(journal, each)) as Told;
    const chart = drawRecorded(outlineOf(each.flow), await reportOf(journal));
    expect(withoutTimes(chart ?? "")).toBe(withoutTimes(each.flow.toMermaid(outcome)));
    await parseFlowchart(chart ?? "");
  });

  test("in a scope of another run, is drawn as it was drawn live", async () => {
    const journal = memoryJournal();
    const outcome = (await lived(memoryJournal(), each)) as Told;
    await livedInScope(journal, each);
    const chart = drawRecorded(outlineOf(each.flow), await reportOf(journal), "part");
    expect(withoutTimes(chart ?? "")).toBe(withoutTimes(each.flow.toMermaid(outcome)));
  });

  test("once ended, resumes with an equal outcome", async () => {
    const journal = memoryJournal();
    const outcome = await lived(journal, each);
    const engine = new EmbeddedEngine({ journal, clock: virtualClock() });
    const before = (await reportOf(journal)).steps.length;
    const handle = await each.flow.resume("r", { engine });
    const again = await handle.result.then(
      (value) => value as Told,
      (error: unknown) => error as Error,
    );
    expect(told(again)).toEqual(told(outcome));
    expect((await reportOf(journal)).steps).toHaveLength(before);
  });

  test("cut off anywhere, resumes with the same outcome", async () => {
    const whole = crashingJournal(memoryJournal());
    const outcome = await lived(whole, each);
    for (let append = 2; append <= whole.appends; append++) {
      for (const at of ["before", "after"] as const) {
        const journal = memoryJournal();
        const crashing = crashingJournal(journal, { append, when: at });
        void lived(crashing, each);
        await crashing.crashed;
        const chart = drawRecorded(outlineOf(each.flow), await reportOf(journal));
        expect(chart).toContain("flowchart TD");
        const clock = virtualClock();
        const engine = new EmbeddedEngine({ journal, clock });
        const handle = await each.flow.resume("r", { engine });
        const again = await settled({ journal, engine, clock }, handle.result, each.cancelAt);
        expect(told(again), `${at} ${append}`).toEqual(told(outcome));
      }
    }
  });
});

describe("resume", () => {
  test("of a run that is under way joins it", async () => {
    const journal = memoryJournal();
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock });
    const flow = new Aitorflow("f", add("a").to(timer("pause", "1h")).to(add("b")));
    const first = flow.start(1, { engine, id: "r" });
    await clock.advance("1s");
    const second = await flow.resume("r", { engine });
    await clock.advance("1h");
    const [one, two] = [await first.result, await second.result];
    expect(told(two as never)).toEqual(told(one as never));
    const types: string[] = [];
    for await (const { type } of second) types.push(type);
    expect(types.at(0)).toBe("run-started");
    expect(types.at(-1)).toBe("run-finished");
  });

  test("of a run that joins and fails gives the same error", async () => {
    const journal = memoryJournal();
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock });
    const flow = new Aitorflow("f", timer("pause", "1h").to(fails("b")));
    const first = flow.start(1, { engine, id: "r" });
    await clock.advance("1s");
    const second = await flow.resume("r", { engine });
    second.result.catch(() => {});
    await clock.advance("1h");
    const errors = await Promise.all([first, second].map(({ result }) => result.catch((error: unknown) => error)));
    expect(told(errors[1] as Error)).toEqual(told(errors[0] as Error));
  });

  test("of a rerun that has ended tells what was kept", async () => {
    const journal = memoryJournal();
    const engine = new EmbeddedEngine({ journal, clock: virtualClock() });
    const deep = inner("deep", add("b"));
    const flow = new Aitorflow("f", add("a").to(deep).to(passes)) as Aitorflow<number, number>;
    const first = await flow.run(1, { engine });
    const { pass: _, ...results } = first.results;
    const second = await flow.rerun({ input: 1, results }, { engine, id: "r" });
    const resumed = await flow.resume("r", { engine });
    expect((await resumed.result).results).toEqual(second.results);
    expect((await resumed.result).tasks["deep"]).toMatchObject({ state: "done" });
  });

  test.each([
    ["a task", fails("a")],
    ["a flow", new Aitorflow("a", fails("deep")).asTask()],
    ["a map", undefined],
  ])("of a rerun that kept what stands behind %s that failed tells both", async (_, broken) => {
    const engine = new EmbeddedEngine({ journal: memoryJournal(), clock: virtualClock() });
    const flow = Aitorflow.define(
      "f",
      (f, n: Input<unknown>) => {
        const first = f.add(part("first", () => Promise.reject(new Error("no first"))));
        const a = broken === undefined ? f.map(fails("a"), n as Input<number[]>) : f.add(broken, n);
        const b = f.add(add("b"), a);
        return [f.add(inner("c", add("d")), b), f.add(sum, a, b), first];
      },
      { failure: "isolate" },
    );
    const live = await flow.rerun({ input: [1, 2], results: { b: 5 } }, { engine, id: "r" });
    expect(live).toMatchObject({ results: { b: 5, c: 7 }, skipped: { sum: ["a"] } });
    expect(Object.keys(live.failed)).toEqual(["first", "a"]);
    const resumed = await (await flow.resume("r", { engine })).result;
    expect(resumed.results).toEqual(live.results);
    expect(resumed.skipped).toEqual(live.skipped);
    const states = ({ tasks }: typeof live) => Object.entries(tasks).map(([name, { state }]) => [name, state]);
    expect(states(resumed)).toEqual(states(live));
  });

  test("of a run that was cut off tells which tasks did not run again", async () => {
    const journal = memoryJournal();
    const flow = new Aitorflow("f", add("a").to(timer("pause", "1h")).to(add("b")));
    const clock = virtualClock();
    const first = new EmbeddedEngine({ journal, clock });
    flow.start(1, { engine: first, id: "r" }).result.catch(() => {});
    await clock.advance("1s");
    await first[Symbol.asyncDispose]();
    const { result } = await flow.resume("r", { engine: new EmbeddedEngine({ journal, clock }) });
    await clock.advance("1h");
    const { tasks } = await result;
    expect(tasks["a"]).toEqual({ state: "done", recovered: true });
    expect(tasks["b"]).not.toHaveProperty("recovered");
  });

  test("of a run that there is not, or of another flow, says so", async () => {
    const engine = new EmbeddedEngine({ journal: memoryJournal() });
    const flow = new Aitorflow("f", add("a"));
    await flow.run(1, { engine, id: "r" });
    await expect(flow.resume("x", { engine })).rejects.toMatchObject({ code: "run-unknown" });
    await expect(new Aitorflow("g", add("a")).resume("r", { engine })).rejects.toMatchObject({ code: "run-mismatch" });
  });

  test("can be cancelled", async () => {
    const journal = memoryJournal();
    const flow = new Aitorflow("f", add("a").to(timer("pause", "1h")));
    const clock = virtualClock();
    const first = new EmbeddedEngine({ journal, clock });
    flow.start(1, { engine: first, id: "r" }).result.catch(() => {});
    await clock.advance("1s");
    await first[Symbol.asyncDispose]();
    const handle = await flow.resume("r", { engine: new EmbeddedEngine({ journal, clock }) });
    handle.result.catch(() => {});
    await handle.cancel("enough");
    await expect(handle.result).rejects.toMatchObject({ code: "cancelled", results: { a: 2 } });
  });
});

describe("a run that goes on is drawn as it stands", () => {
  test("with what it waits for in a shape of its own", async () => {
    const journal = memoryJournal();
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock });
    const flow = new Aitorflow(
      "f",
      add("a")
        .to([signal('o"k', yes), timer("pause", "1h"), hangs("h")])
        .to(passes),
    );
    flow.start(1, { engine, id: "r" }).result.catch(() => {});
    await clock.advance("1s");
    const chart = drawRecorded(outlineOf(flow), await reportOf(journal)) ?? "";
    expect(
      chart
        .split("\n")
        .slice(1, 6)
        .map((line) => line.trim()),
    ).toEqual([
      'n0["a<br/>done in under 1 ms"]:::done',
      'n1{{"o#34;k<br/>waits for an answer"}}:::running',
      'n2(["pause<br/>waits"]):::running',
      'n3["h<br/>running"]:::running',
      'n4["pass<br/>waiting"]:::waiting',
    ]);
    await parseFlowchart(chart);
  });

  test("with the durations on record", async () => {
    const journal = memoryJournal();
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock });
    const flow = new Aitorflow("f", timer("pause", "90s").to(add("a")));
    const { result } = flow.start(1, { engine, id: "r" });
    await clock.advance("90s");
    await result;
    expect(drawRecorded(outlineOf(flow), await reportOf(journal))).toContain('n0(["pause<br/>done in 90.0 s"]):::done');
  });
});

describe("an outline", () => {
  const report = { steps: [], state: "running" } as unknown as RunReport;

  test("is JSON, and draws the graph that the flow draws", async () => {
    for (const { flow } of Object.values(cases)) {
      expect(outlineOf(flow)).toEqual(flow.outline());
      const drawn = drawRecorded(outlineOf(flow), report) ?? "";
      const plain = drawn
        .replaceAll(/<br\/>[^"]*|:::\w+/g, "")
        .split("\n")
        .filter((line) => !/^ *class(Def)? /.test(line));
      expect(plain).toEqual(flow.toMermaid().split("\n"));
    }
  });

  const good = { v: 1, nodes: [{ name: "a", from: ["input"] }], exits: [0] };
  const broken = (change: object): unknown => ({ ...good, ...change });
  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "flowchart TD"],
    ["another version", broken({ v: 2 })],
    ["no nodes", broken({ nodes: undefined })],
    ["no exits", broken({ exits: {} })],
    ["an exit that is not there", broken({ exits: [1] })],
    ["a node without a name", broken({ nodes: [{ from: [] }] })],
    ["a node without sources", broken({ nodes: [{ name: "a" }] })],
    ["a source that is not there", broken({ nodes: [{ name: "a", from: [3] }] })],
    ["a source that is none", broken({ nodes: [{ name: "a", from: ["output"] }] })],
    ["batches of none", broken({ nodes: [{ name: "a", from: [], mapped: 0 }] })],
    ["an unknown wait", broken({ nodes: [{ name: "a", from: [], waits: "moon" }] })],
    ["an unknown failure mode", broken({ failure: "panic" })],
    ["a broken graph inside", broken({ nodes: [{ name: "a", from: [], inner: [{ graph: {} }] }] })],
    ["no graph inside", broken({ nodes: [{ name: "a", from: [], inner: [] }] })],
  ])("that is %s draws nothing", (_, outline) => {
    expect(drawRecorded(outline, report)).toBeUndefined();
  });

  test("of a cycle draws what it says, and no run of it", () => {
    const cycle = broken({
      nodes: [
        { name: "a", from: [1] },
        { name: "b", from: [0] },
      ],
    });
    expect(drawRecorded(cycle, report)).toContain("n0 --> n1");
    expect(drawRecorded(good, report)).toContain('n0["a<br/>waiting"]:::waiting');
  });
});

test("a flow inside takes no less than no time where the clock is set back", async () => {
  const journal = memoryJournal();
  const clock = virtualClock(7_200_000);
  await using engine = new EmbeddedEngine({ journal, clock });
  const inner = new Aitorflow("inner", timer("wait", "1h"));
  const flow = new Aitorflow("outer", inner.asTask());
  const live = flow.run(undefined, { engine, id: "r" });
  await clock.advance("1m");
  clock.setWall(0);
  await clock.advance("1h");
  await live;
  const { tasks } = await (await flow.resume("r", { engine })).result;
  expect(tasks["inner"]?.durationMs).toBe(0);
});

test("a run that has ended gives what it gave, whatever the code has become", async () => {
  const list = task("list", () => [1, 2]);
  const same = task("same", (n: number) => n);
  const mapped = (each: Task<"each", [n: number], number>) => Aitorflow.define("flow", (f) => f.map(each, f.add(list)));
  const versions = [
    mapped(task("each", (n: number) => n)),
    mapped(new Aitorflow("inner", same).asTask("each")),
    mapped(when("each", (n: number) => n > 0, same)),
    Aitorflow.define("flow", (f) =>
      f.add(
        task("each", (all: number[]) => all),
        f.add(list),
      ),
    ),
  ];
  for (const before of versions) {
    for (const now of versions) {
      await using engine = new EmbeddedEngine({ journal: memoryJournal() });
      await before.run(undefined, { engine, id: "r" });
      const { output, tasks } = await (await now.resume("r", { engine })).result;
      expect([output, tasks["each"]?.state]).toEqual([[1, 2], "done"]);
    }
  }
});
