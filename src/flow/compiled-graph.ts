import type { Graph, GraphNode, Source } from "./types.ts";

/** A graph made ready to run, once for all runs of a flow. */
export interface CompiledGraph {
  readonly nodes: readonly GraphNode[];
  readonly exits: readonly number[];
  readonly fields: readonly string[];
  /** For each node, how many of its sources are nodes. A source given twice counts twice. */
  readonly unmet: Int32Array;
  /** For each node, those that take from it, as often as they do. */
  readonly followers: readonly (readonly number[])[];
  /** For each node, how many of the places that `concurrency` counts its steps hold: 0 where it only waits, else 1. */
  readonly places: Uint8Array;
}

export function compile({ nodes, exits, fields = [] }: Graph): CompiledGraph {
  const unmet = new Int32Array(nodes.length);
  const followers: number[][] = nodes.map(() => []);
  nodes.forEach(({ sources }, index) => {
    for (const source of sources) {
      if (typeof source !== "number") continue;
      unmet[index] = (unmet[index] as number) + 1;
      (followers[source] as number[]).push(index);
    }
  });
  const places = Uint8Array.from(nodes, ({ task }) => (task["~waits"] === undefined ? 1 : 0));
  return { nodes, exits, fields, unmet, followers, places };
}

/** What a node is given: results it takes, the flow's input, or a field of it. */
export function inputsOf(sources: readonly Source[], results: readonly unknown[], input: unknown): unknown[] {
  return sources.map((source) => {
    if (typeof source === "number") return results[source];
    return source === "input" ? input : (input as Record<string, unknown>)[source.field];
  });
}
