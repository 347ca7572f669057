import type { Contender } from "../../contender.ts";
import { sinks, sum } from "../../graphs.ts";

type Results = Readonly<Record<string, number>>;

interface Async {
  readonly auto: (tasks: Readonly<Record<string, unknown>>) => Promise<Results>;
}

const name = "async";
const { auto } = ((await import(name)) as { readonly default: Async }).default;

/** `async.auto`: names and results, without journal or types. */
export const contender: Contender = {
  flow: (shape) => {
    const tasks: Record<string, unknown> = {};
    for (const [index, parents] of shape.parents.entries()) {
      const names = parents.map((parent) => `n${parent}`);
      // A task without dependencies takes no results.
      tasks[`n${index}`] =
        names.length === 0
          ? async () => sum(1)
          : [...names, async (results: Results) => sum(...names.map((parent) => results[parent] as number))];
    }
    const exits = sinks(shape).map((index) => `n${index}`);
    return async () => {
      const results = await auto(tasks);
      return exits.map((exit) => results[exit]);
    };
  },
  cannot: { agent: "it has no agents", stream: "it has no models" },
};
