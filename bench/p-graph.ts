import type { Absent, Contender } from "./contender.ts";
import { type Shape, sinks, sum } from "./graphs.ts";

type PGraph = new (
  nodes: Map<string, { run: () => Promise<void> }>,
  edges: [string, string][],
) => { run(): Promise<void> };

/** p-graph 2.0.0: a scheduler without journal, results or types. Nodes pass results through a list of their own. */
export async function pGraph(shape: Shape): Promise<Contender | Absent> {
  const name = "p-graph";
  let PGraph: PGraph;
  try {
    ({ PGraph } = (await import(name)) as { PGraph: PGraph });
  } catch (error) {
    return { name, reason: (error as Error).message };
  }
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
  return {
    name,
    work: "a scheduler alone: no events, no checks",
    run: async () => {
      await new PGraph(nodes, edges).run();
      return exits.map((exit) => results[exit]);
    },
  };
}
