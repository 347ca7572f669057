// Random graphs (sync, async and mapped tasks, any edges, any limit), run on a virtual clock:
// - every task runs exactly once, after all that it takes, with the right values, as a sequential model computes them;
// - with random failures, delays and cancels: the task that is named is one that failed; `results` and `tasks` agree with what
//   had finished; nothing runs after the run has settled; every release has run exactly once.
import fc from "fast-check";
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { type FlowError, isFlowError } from "./errors.ts";
import type { Handle, Input } from "./flow-builder.ts";
import { task } from "./task.ts";

type Value = number | readonly number[];

/** One task of a random graph. */
interface Row {
  readonly kind: "sync" | "async" | "list" | "mapped";
  /** Indexes of earlier tasks; none: it takes the flow's input. A mapped task takes the first one that gives a list. */
  readonly from: readonly number[];
  /** Milliseconds of an async task or element. */
  readonly delay: number;
  /** For each release, the milliseconds it takes. */
  readonly releases: readonly number[];
  /** Fails where one of the inputs, added up, is divisible by this. */
  readonly failsAt: number;
}

const row = fc.record({
  kind: fc.constantFrom("sync", "async", "list", "mapped"),
  from: fc.array(fc.nat(), { maxLength: 3 }),
  delay: fc.nat({ max: 6 }),
  releases: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
  failsAt: fc.integer({ min: 3, max: 40 }),
});
const dag = fc
  .array(row, { minLength: 1, maxLength: 14 })
  .map((rows) =>
    rows.map((given, index): Row => ({ ...given, from: index === 0 ? [] : given.from.map((n) => n % index) })),
  );
const limit = fc.constantFrom(1, 2, 3, 64);
const moment = fc.option(fc.nat({ max: 25 }));

test("every task runs exactly once, after what it takes, with the right values", async () => {
  await fc.assert(
    fc.asyncProperty(dag, limit, fc.nat(), async (rows, concurrency, input) => {
      const trial = new Trial(rows, concurrency, false);
      const run = trial.flow.run(input, { engine: trial.engine });
      while (await trial.clock.advanceToNext());
      const { output, results, tasks } = await run;
      const expected = model(rows, input);
      expect(results).toEqual(expected);
      expect(Object.values(tasks).every(({ state }) => state === "done")).toBe(true);
      expect(output).toEqual(rows.length === 1 ? expected["t0"] : expected);
      expect(trial.calls).toEqual(new Map(expectedKeys(rows, expected).map((key) => [key, 1])));
      expect(trial.early).toEqual([]);
      expect(trial.mostOpen).toBeLessThanOrEqual(concurrency);
      expect(trial.taken).toBe(trial.released);
    }),
    { numRuns: 200 },
  );
});

test("failures, delays and cancels at any moment leave nothing behind", async () => {
  const endings = { finished: 0, failed: 0, cancelled: 0 };
  await fc.assert(
    fc.asyncProperty(dag, limit, fc.nat(), moment, async (rows, concurrency, input, cancelAt) => {
      const trial = new Trial(rows, concurrency, true);
      const { clock } = trial;
      const handle = trial.flow.start(input, { engine: trial.engine });
      let settled = false;
      const outcome = handle.result.catch((error: unknown) => error).finally(() => (settled = true));
      let cancelled = Promise.resolve();
      for (let tick = 0; !settled; tick++) {
        expect(tick).toBeLessThan(1_000);
        if (tick === cancelAt) cancelled = handle.cancel("enough");
        await clock.advance(1);
      }
      await cancelled;
      const ended = await outcome;
      const { log, released, taken } = trial;
      const entries = log.length;
      expect(released).toBe(taken);
      await clock.advance("1h");
      expect(log.slice(entries)).toEqual([]);
      expect(trial.releasedTwice).toBe(false);

      const known = model(rows, input);
      if (!isFlowError(ended)) {
        endings.finished++;
        expect(ended).toMatchObject({ results: known });
        return;
      }
      endings[ended.code === "cancelled" ? "cancelled" : "failed"]++;
      for (const [name, result] of Object.entries(ended.results)) expect(result).toEqual(known[name]);
      trial.checkReport(ended, ended.code === "cancelled" ? (cancelAt as number) : undefined);
    }),
    { numRuns: 400 },
  );
  for (const count of Object.values(endings)) expect(count).toBeGreaterThan(10);
});

/** A flow of random rows, with a record of what it does. */
class Trial {
  readonly clock = virtualClock();
  readonly engine = new EmbeddedEngine({ clock: this.clock });
  readonly flow: Aitorflow<number, unknown>;
  readonly calls = new Map<string, number>();
  /** What happened, with its time. */
  readonly log: {
    readonly what: "began" | "returned" | "threw" | "released";
    readonly key: string;
    readonly at: number;
  }[] = [];
  /** Tasks that began before one that they take from had returned. */
  readonly early: string[] = [];
  taken = 0;
  released = 0;
  releasedTwice = false;
  open = 0;
  mostOpen = 0;
  readonly #rows: readonly Row[];
  readonly #fails: boolean;

  constructor(rows: readonly Row[], concurrency: number, fails: boolean) {
    this.#rows = rows;
    this.#fails = fails;
    this.flow = Aitorflow.define(
      "random",
      (builder, input: Input<number>) => {
        const handles: Handle<string, Value>[] = [];
        rows.forEach((given, index) => {
          const mappedFrom = mappedSource(rows, index);
          if (mappedFrom === undefined) {
            const made = task.step(`t${index}`, (step, ...values: Value[]) => this.#work(step, index, values));
            handles.push(
              builder.add(
                made,
                ...(given.from.length === 0 ? [input] : given.from.map((n) => handles[n] as typeof input)),
              ),
            );
          } else {
            const made = task.step(
              `t${index}`,
              (step, n: number) => this.#work(step, index, [n]) as number | Promise<number>,
            );
            const list = handles[mappedFrom] as Handle<string, readonly number[]>;
            handles.push(builder.map(made, list, { concurrency: 1 + (index % 3) }));
          }
        });
        return handles;
      },
      { concurrency },
    );
  }

  #work(
    step: Parameters<Parameters<typeof task.step>[1]>[0],
    index: number,
    values: readonly Value[],
  ): Value | Promise<Value> {
    const { key } = step;
    const given = this.#rows[index] as Row;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
    this.#note("began", key);
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    const mappedFrom = mappedSource(this.#rows, index);
    for (const source of mappedFrom === undefined ? given.from : [mappedFrom]) {
      if (!this.#complete(source)) this.early.push(`${key} before t${source}`);
    }
    for (const ms of given.releases) this.#take(step, ms);
    if (given.kind === "async" || given.kind === "mapped") return this.#later(step, index, values);
    return this.#finish(key, index, values);
  }

  async #later(
    step: { key: string; abortSignal: AbortSignal },
    index: number,
    values: readonly Value[],
  ): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = this.clock.timer((this.#rows[index] as Row).delay, resolve);
    step.abortSignal.addEventListener("abort", () => {
      timer.cancel();
      reject(step.abortSignal.reason as Error);
    });
    await promise;
    return this.#finish(step.key, index, values);
  }

  #finish(key: string, index: number, values: readonly Value[]): Value {
    this.open--;
    const given = this.#rows[index] as Row;
    if (this.#fails && values.flat().reduce((a, b) => a + b, 1) % given.failsAt === 0) {
      this.#note("threw", key);
      throw new Error(`${key} threw`);
    }
    this.#note("returned", key);
    return combine(given, index, values);
  }

  #take(step: { key: string; defer(release: () => Promise<void>): void }, ms: number): void {
    this.taken++;
    let once = false;
    step.defer(async () => {
      this.releasedTwice ||= once;
      once = true;
      await new Promise<void>((resolve) => void this.clock.timer(ms, resolve));
      this.released++;
      this.#note("released", step.key);
      if (ms === 3) throw new Error("a release that fails");
    });
  }

  #note(what: Trial["log"][number]["what"], key: string): void {
    this.log.push({ what, key, at: this.clock.now() });
  }

  /** Whether all of its calls so far have returned. */
  #complete(index: number): boolean {
    const own = this.log.filter(({ key }) => key === `t${index}` || key.startsWith(`t${index}[`));
    return own.filter(({ what }) => what === "began").length === own.filter(({ what }) => what === "returned").length;
  }

  /**
   * Compares a failed run's report with what happened; `at` is the moment of the cancel. A run that is cancelled while a
   * failure has it give back what it took ends as cancelled, with the failed task's state.
   */
  checkReport({ task: named, tasks, results, cause }: FlowError, at: number | undefined): void {
    const failed = Object.entries(tasks).flatMap(([name, { state }]) => (state === "failed" ? [name] : []));
    expect(failed.length).toBeLessThanOrEqual(1);
    if (named !== undefined) expect(failed).toEqual([named]);
    const threw = new Set(this.log.flatMap(({ what, key }) => (what === "threw" ? [key] : [])));
    if (named !== undefined) {
      const { stepKey } = cause as { stepKey: string };
      expect(threw).toContain(stepKey);
      expect(stepKey.startsWith(named)).toBe(true);
    }
    this.#rows.forEach((_, index) => {
      const name = `t${index}`;
      const own = this.log.filter(({ key }) => key === name || key.startsWith(`${name}[`));
      const { state } = tasks[name] as (typeof tasks)[string];
      expect(name in results).toBe(state === "done");
      if (state === "failed") expect([...threw].some((key) => key === name || key.startsWith(`${name}[`))).toBe(true);
      if (own.length === 0) expect(["waiting", "done"]).toContain(state);
      else expect(["done", "failed", "cancelled"]).toContain(state);
      if (state === "done") expect(this.#complete(index)).toBe(true);
      const last = own.at(-1);
      if (
        at !== undefined &&
        failed.length === 0 &&
        mappedSource(this.#rows, index) === undefined &&
        last !== undefined &&
        last.at < at
      ) {
        expect(state === "done", `${name}, whose last was ${last.what}`).toBe(
          last.what !== "began" && !threw.has(name),
        );
      }
    });
  }
}

/** What a task gives, or a mapped task for one element. */
function combine({ kind }: Row, index: number, values: readonly Value[]): Value {
  const sum = values.flat().reduce((a, b) => (a * 31 + b + 1) % 1_009, index + 1);
  return kind === "list" ? Array.from({ length: sum % 5 }, (_, n) => sum + n) : sum;
}

/** The list that a mapped task takes; where there is none it is an async task like others. */
function mappedSource(rows: readonly Row[], index: number): number | undefined {
  const { kind, from } = rows[index] as Row;
  return kind === "mapped"
    ? from.find((n) => rows[n]?.kind === "list" || mappedSource(rows, n) !== undefined)
    : undefined;
}

function model(rows: readonly Row[], input: number): Record<string, Value> {
  const values: Value[] = [];
  rows.forEach((given, index) => {
    const mappedFrom = mappedSource(rows, index);
    const inputs = given.from.length === 0 ? [input] : given.from.map((n) => values[n] as Value);
    values.push(
      mappedFrom === undefined
        ? combine(given, index, inputs)
        : (values[mappedFrom] as readonly number[]).map((element) => combine(given, index, [element]) as number),
    );
  });
  return Object.fromEntries(values.map((value, index) => [`t${index}`, value]));
}

/** The key of every step that a run without failures has. */
function expectedKeys(rows: readonly Row[], values: Readonly<Record<string, Value>>): string[] {
  return rows.flatMap((_, index) => {
    if (mappedSource(rows, index) === undefined) return [`t${index}`];
    return (values[`t${index}`] as readonly number[]).map((_element, element) => `t${index}[${element}]`);
  });
}
