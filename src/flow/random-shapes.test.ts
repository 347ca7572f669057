import fc from "fast-check";
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../engine/index.ts";
import { virtualClock } from "../testing/index.ts";
import { Aitorflow, type Handle, type Input, isFlowError, task, when } from "./index.ts";

/*
 * Random graphs of plain tasks, choices, flows in flows and maps in batches, with random failures and delays, agree with a
 * model that computes one node after the other:
 * - with failure "isolate": what is done and with which values, what failed, what was skipped because of what, and what was
 *   called how often;
 * - with failure "stop": the output where nothing fails, else a failure that the model has too.
 */

type Kind = "plain" | "choice" | "nested" | "batches";

interface Node {
  readonly kind: Kind;
  readonly parents: readonly number[];
  readonly fails: boolean;
  readonly delayed: boolean;
}

const nodes = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Kind>("plain", "choice", "nested", "batches"),
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      fails: fc.boolean(),
      delayed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drawn) =>
    drawn.map(({ parents, fails, ...node }, index): Node => {
      const earlier = index === 0 ? [] : [...new Set(parents.map((parent) => parent % index))];
      return { ...node, parents: earlier, fails: fails && index % 3 === 1 };
    }),
  );

class Failure extends Error {}

/** What a node computes from the sum of what it is given; `call` is told of each function that is entered. */
function compute({ kind, fails }: Node, x: number, call: (part: string) => void): number {
  const fail = (): void => {
    if (fails) throw new Failure();
  };
  switch (kind) {
    case "plain":
      call("plain");
      fail();
      return x + 1;
    case "choice":
      if (x % 2 === 0) {
        call("half");
        fail();
        return x / 2;
      }
      call("triple");
      call("more");
      return x * 3 + 1;
    case "nested":
      call("first");
      call("second");
      fail();
      return (x + 1) * 2;
    case "batches":
      for (let batch = 0; batch < 3; batch++) call("double");
      fail();
      return [x, x + 1, x + 2, x + 3, x + 4].reduce((sum, each) => sum + each * 2, 0);
  }
}

interface Told {
  readonly results: Record<string, number>;
  readonly failed: string[];
  readonly skipped: Record<string, string[]>;
  readonly calls: Record<string, number>;
}

function model(graph: readonly Node[]): Told {
  const told: Told = { results: {}, failed: [], skipped: {}, calls: {} };
  const because: string[][] = [];
  for (const [index, node] of graph.entries()) {
    const name = `t${index}`;
    const reasons = [...new Set(node.parents.flatMap((parent) => because[parent] ?? []))].sort();
    because[index] = reasons;
    if (reasons.length > 0) {
      told.skipped[name] = reasons;
      continue;
    }
    const x = node.parents.reduce((sum, parent) => sum + (told.results[`t${parent}`] as number), 1);
    try {
      told.results[name] = compute(node, x, (part) => count(told.calls, `${name}.${part}`)) % 10_007;
    } catch {
      told.failed.push(name);
      because[index] = [name];
    }
  }
  return told;
}

function count(calls: Record<string, number>, key: string): void {
  calls[key] = (calls[key] ?? 0) + 1;
}

/** The same as a flow: what a node takes is the sum of its parents' results, or 1. */
function flowOf<Failure extends "stop" | "isolate">(
  graph: readonly Node[],
  failure: Failure,
  calls: Record<string, number>,
  pause: () => Promise<void>,
) {
  return Aitorflow.define(
    "random",
    (flow, input: Input<number>) => {
      const handles: Handle<string, number>[] = [];
      for (const [index, node] of graph.entries()) {
        const name = `t${index}`;
        const enter = async (part: string): Promise<void> => {
          count(calls, `${name}.${part}`);
          if (node.delayed) await pause();
        };
        const fail = (): void => {
          if (node.fails) throw new Failure();
        };
        const step = (part: string, act: (x: number) => number) =>
          task(part, async (x: number) => {
            await enter(part);
            return act(x);
          });
        const failing = (act: (x: number) => number) => (x: number) => {
          fail();
          return act(x);
        };
        const within = (x: number): number => x % 10_007;
        const sum = task(`sum${index}`, (...given: number[]) => given.reduce((total, each) => total + each, 0));
        const given = node.parents.map((parent) => handles[parent] as Handle<string, number>);
        const one = flow.add(
          task(`one${index}`, (x: number) => x),
          input,
        );
        const x = flow.add(sum, one, ...given);
        const half = step(
          "half",
          failing((n) => within(n / 2)),
        );
        const triple = step("triple", (n) => n * 3).to(step("more", (n) => within(n + 1)));
        const inner = step("first", (n) => n + 1).to(
          step(
            "second",
            failing((n) => within(n * 2)),
          ),
        );
        const list = task(`list${index}`, (n: number) => [n, n + 1, n + 2, n + 3, n + 4]);
        const double = task(`double${index}`, async (batch: number[]) => {
          await enter("double");
          fail();
          return batch.map((n) => n * 2);
        });
        switch (node.kind) {
          case "plain":
            handles.push(
              flow.add(
                step(
                  "plain",
                  failing((n) => within(n + 1)),
                ).as(name),
                x,
              ),
            );
            break;
          case "choice":
            handles.push(
              flow.add(
                when(name, (n: number) => n % 2 === 0, half, triple),
                x,
              ),
            );
            break;
          case "nested":
            handles.push(flow.add(new Aitorflow(name, inner).asTask(), x));
            break;
          case "batches": {
            const doubled = flow.map(double, flow.add(list, x), { batch: 2, concurrency: 3 });
            const total = task(name, (all: readonly number[]) => within(all.reduce((t, each) => t + each, 0)));
            handles.push(flow.add(total, doubled));
            break;
          }
        }
      }
      return handles;
    },
    { failure, concurrency: 3 },
  );
}

async function settle<Out>(clock: { advanceToNext(): Promise<boolean> }, result: Promise<Out>): Promise<Out> {
  let settled = false;
  const done = (): void => void (settled = true);
  result.then(done, done);
  do await clock.advanceToNext();
  while (!settled);
  return result;
}

/** A mapped task fails or is skipped under its own name; the model knows the node alone. */
const node = (name: string): string => name.replace("double", "t");
const isNode = (name: string): boolean => /^t\d/.test(name);

function place() {
  const clock = virtualClock();
  let delay = 0;
  const pause = (): Promise<void> =>
    new Promise((resolve) => void clock.timer((delay = (delay * 7 + 3) % 11), () => resolve()));
  return { clock, pause, engine: new EmbeddedEngine({ clock }) };
}

test("with isolated failures", async () => {
  await fc.assert(
    fc.asyncProperty(nodes, async (graph) => {
      const { clock, pause, engine } = place();
      const calls: Record<string, number> = {};
      const expected = model(graph);
      const result = await settle(clock, flowOf(graph, "isolate", calls, pause).run(1, { engine }));
      const results = Object.fromEntries(Object.entries(result.results).filter(([name]) => isNode(name)));
      expect(results).toEqual(expected.results);
      expect(Object.keys(result.failed).map(node).sort()).toEqual([...expected.failed].sort());
      for (const [name, reasons] of Object.entries(expected.skipped)) {
        expect(result.skipped[name]?.map(node).sort()).toEqual(reasons);
      }
      expect(result.complete).toBe(expected.failed.length === 0);
      for (const [call, times] of Object.entries(expected.calls)) {
        const broken = call.endsWith(".double") && expected.failed.includes(call.split(".")[0] as string);
        if (broken) expect(calls[call]).toBeGreaterThan(0);
        else expect(calls[call], call).toBe(times);
      }
      expect(Object.keys(calls).sort()).toEqual(Object.keys(expected.calls).sort());
    }),
    { numRuns: 150 },
  );
});

test("with the first failure stopping all", async () => {
  await fc.assert(
    fc.asyncProperty(nodes, async (graph) => {
      const { clock, pause, engine } = place();
      const expected = model(graph);
      const outcome = settle(clock, flowOf(graph, "stop", {}, pause).run(1, { engine }));
      if (expected.failed.length === 0) {
        const { output, results } = await outcome;
        expect(Object.fromEntries(Object.entries(results).filter(([name]) => isNode(name)))).toEqual(expected.results);
        expect(graph.length === 1 ? { t0: output } : output).toEqual(expected.results);
      } else {
        const error: unknown = await outcome.catch((thrown: unknown) => thrown);
        expect(isFlowError(error) && expected.failed).toContain(node((error as { task: string }).task));
      }
    }),
    { numRuns: 150 },
  );
});
