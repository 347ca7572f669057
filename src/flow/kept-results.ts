import type { Graph } from "./types.ts";

/** Results of an earlier run, by task: these tasks do not run again. */
export type KeptResults = Readonly<Record<string, unknown>>;

/** As it is recorded: a result that is `undefined` has a name alone. */
type Carried = readonly (readonly [task: string, result?: unknown])[];

/** What a run that keeps results of an earlier one has on record of them. */
export function carriedResults(flow: string, kept: KeptResults): unknown {
  const results: Carried = Object.entries(kept).map((entry) => (entry[1] === undefined ? [entry[0]] : entry));
  return { flow, kept: results };
}

/** What a run that goes on keeps of an earlier one. @param carried What it has on record. */
export function keptResults(flow: string, carried: unknown): KeptResults | undefined {
  const { flow: of, kept } = (carried ?? {}) as { readonly flow?: string; readonly kept?: Carried };
  if (of !== flow || kept === undefined) return undefined;
  return Object.fromEntries(kept.map(([task, result]) => [task, result]));
}

/** The results of a run, and what it keeps of those of its graph, be the task done by now or not. */
export function withKept(kept: KeptResults, { nodes }: Graph, results: KeptResults): KeptResults {
  const names = nodes.map(({ task }) => task.name).filter((name) => Object.hasOwn(kept, name));
  return { ...Object.fromEntries(names.map((name) => [name, kept[name]])), ...results };
}
