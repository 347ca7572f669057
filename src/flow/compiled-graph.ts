import type { Graph, GraphNode, Source } from "./graph.ts";

/** A graph made ready to run, once for all runs of a flow. */
export interface CompiledGraph {
  readonly nodes: readonly GraphNode[];
  readonly exits: readonly number[];
  /** For each node, how many of its sources are nodes. A source given twice counts twice. */
  readonly unmet: Int32Array;
  /** For each node, those that take from it, as often as they do. */
  readonly followers: readonly (readonly number[])[];
}

export function compile({ nodes, exits }: Graph): CompiledGraph {
  const unmet = new Int32Array(nodes.length);
  const followers: number[][] = nodes.map(() => []);
  nodes.forEach(({ sources }, index) => {
    for (const source of sources) {
      if (source === "input") continue;
      unmet[index] = (unmet[index] as number) + 1;
      (followers[source] as number[]).push(index);
    }
  });
  return { nodes, exits, unmet, followers };
}

/** What a node is given: the flow's input or the results it takes. */
export function inputsOf(sources: readonly Source[], results: readonly unknown[], input: unknown): unknown[] {
  return sources.map((source) => (source === "input" ? input : results[source]));
}
