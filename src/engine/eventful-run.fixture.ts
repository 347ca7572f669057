import type { Branch, Run, Runnable, StepContext, StepOptions } from "../base/index.ts";
import { failureOf } from "./engine.fixture.ts";

/** What one process saw of the run. */
export interface Witness {
  /** Keys of the steps whose functions were called, as often as they were. */
  readonly calls: string[];
  /** Keys of the steps whose results the body was given. */
  readonly acknowledged: string[];
  /** Turns that began, by the path of their scope. */
  readonly turns: string[];
}

/** What the run gives where nothing happens to it. */
export interface Output {
  /** Results in the order of the program, each the step's key and the process that computed it. */
  readonly results: readonly string[];
  readonly winner: string;
  readonly paid: string;
}

/**
 * A run with everything that a run can have: steps, retries, branches of each kind, nested loops, failures, and a step
 * that must run once. It runs in a process, which can be gone: then what it still calls has never been called.
 */
export function eventfulRun(
  process: string,
  alive: () => boolean = () => true,
): { witness: Witness; definition: Runnable<void, Output> } {
  const witness: Witness = { calls: [], acknowledged: [], turns: [] };

  async function step(
    run: Run,
    name: string,
    options?: StepOptions,
    fn?: (step: StepContext) => void,
  ): Promise<string> {
    let key = "";
    const result = await run.step(
      name,
      async (given) => {
        if (alive()) witness.calls.push(given.key);
        fn?.(given);
        return `${given.key} of ${process}`;
      },
      options,
    );
    [key = ""] = result.split(" of ");
    if (alive()) witness.acknowledged.push(key);
    return result;
  }

  const branch = (name: string, ...steps: string[]): Branch<string[]> => ({
    name,
    run: async (run) => {
      const results: string[] = [];
      for (const s of steps) results.push(await step(run, s));
      return results;
    },
  });

  const failing: Branch<never> = {
    name: "bad",
    run: (run) =>
      run.step("s", ({ key }) => {
        if (alive()) witness.calls.push(key);
        throw new Error(`bad of ${process}`);
      }),
  };

  async function execute(run: Run): Promise<Output> {
    const results: string[] = [await step(run, "first", { input: { some: ["input"] } })];
    const flaky = ({ attempt }: StepContext): void => {
      if (attempt < 3) throw new Error("flaky");
    };
    results.push(await step(run, "flaky", { retry: { attempts: 3, initialDelay: 0 } }, flaky));
    results.push(...(await run.all([branch("left", "s", "s"), branch("right", "t", "s"), branch("idle")])).flat());

    results.push(await run.scope("scope", (scope) => step(scope, "s")));

    // In another process the other one is faster.
    const [hare, tortoise] = process === "first" ? [["s"], ["s", "t"]] : [["s", "t"], ["s"]];
    const racer = (name: string, steps: readonly string[] = []): Branch<string> => ({
      name,
      run: async (r) => (await branch(name, ...steps).run(r), name),
    });
    const winner = await run.race([racer("hare", hare), racer("tortoise", tortoise)]);

    const [good, bad] = await run.settle([branch("good", "s"), failing]);
    if (good.status === "fulfilled") results.push(...good.value);
    if (bad.status === "rejected") results.push((bad.reason as { stepKey: string }).stepKey);
    const failed = (await failureOf(run.all([branch("fine", "s"), failing]))) as Error & { stepKey: string };
    results.push(failed.stepKey);

    results.push(
      ...(await run.loop("outer", [] as string[], async (state, turn) => {
        witness.turns.push(`outer/#${state.length / 2 + 1}`);
        const inner = await turn.loop("inner", [] as string[], async (before, innerTurn) => {
          const all = [...before, await step(innerTurn, "s")];
          return all.length === 2 ? { done: all } : { next: all };
        });
        await step(turn, "after");
        const all = [...state, ...inner];
        return all.length === 4 ? { done: all } : { next: all };
      })),
    );

    const paid = await step(run, "pay", { effect: "once" }).catch((error: unknown) => (error as { code: string }).code);
    results.push(await step(run, "first"));
    return { results, winner, paid };
  }

  return { witness, definition: { name: "eventful", version: "1", execute } };
}
