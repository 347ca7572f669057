import type { Contender } from "../../contender.ts";
import { sinks, sum } from "../../graphs.ts";

interface PGraphs {
  readonly PGraph: new (
    nodes: Map<string, { run: () => Promise<void> }>,
    edges: [string, string][],
  ) => { run(): Promise<void> };
}

const name = "p-graph";
const { PGraph } = (await import(name)) as PGraphs;

/** A scheduler alone, without journal, results or types: nodes pass results through a list of their own. */
export const contender: Contender = {
  flow: (shape) => {
    const results: number[] = [];
    const nodes = new Map<string, { run: () => Promise<void> }>();
    const edges: [string, string][] = [];
    for (const [index, parents] of shape.parents.entries()) {
      nodes.set(String(index), {
        run: async () => {
          results[index] = await sum(
            ...(parents.length === 0 ? [1] : parents.map((parent) => results[parent] as number)),
          );
        },
      });
      for (const parent of parents) edges.push([String(parent), String(index)]);
    }
    const exits = sinks(shape);
    return async () => {
      await new PGraph(nodes, edges).run();
      return exits.map((exit) => results[exit]);
    };
  },
  cannot: { agent: "it has no agents", stream: "it has no models" },
};
