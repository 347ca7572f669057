import { hashJson } from "../base/index.ts";
import type { FlowProblem } from "./errors.ts";
import type { Expression, Graph, GraphNode, Source } from "./types.ts";

/** The graph of a chain: each part takes what the one before it gives. */
export function graphOf(expression: Expression, sources: readonly Source[] = ["input"]): Graph {
  const nodes: GraphNode[] = [];
  const exits = addExpression(nodes, expression, sources);
  return { nodes, exits: exits as number[] };
}

function addExpression(nodes: GraphNode[], expression: Expression, sources: readonly Source[]): readonly Source[] {
  switch (expression.kind) {
    case "task":
      nodes.push({ task: expression.task, sources });
      return [nodes.length - 1];
    case "sequence":
      return expression.parts.reduce((before, part) => addExpression(nodes, part, before), sources);
    case "parallel":
      return expression.parts.flatMap((part) => addExpression(nodes, part, sources));
  }
}

/** A hash of the names, edges, maps and exits, whatever the order in which tasks were added. */
export function versionOf({ nodes, exits }: Graph): string {
  const name = (source: Source): unknown => {
    if (typeof source === "number") return (nodes[source] as GraphNode).task.name;
    return source === "input" ? null : source;
  };
  const last = new Set(exits);
  const tasks = nodes.map(({ task, sources, mapped }, index) => {
    const each = mapped === undefined ? false : (mapped.batch ?? true);
    const inner = task["~inner"].map((within) => versionOf(within.graph));
    const waits = task["~waits"];
    const shape = { from: sources.map(name), each, exit: last.has(index), inner };
    return [task.name, waits === undefined ? shape : { ...shape, waits }] as const;
  });
  return hashJson(Object.fromEntries(tasks));
}

/** A graph by names alone, as it may come from anywhere: `inputs` are names of nodes. */
export interface NamedNode {
  readonly name: string;
  readonly inputs: readonly string[];
}

export function namedNodes(graph: Graph): NamedNode[] {
  return graph.nodes.map(({ task, sources }) => {
    const before = sources.filter((source) => typeof source === "number");
    return { name: task.name, inputs: namesOf(graph, before) };
  });
}

/** The names of the tasks at those places. */
export function namesOf({ nodes }: Graph, indexes: readonly number[]): string[] {
  return indexes.map((index) => (nodes[index] as GraphNode).task.name);
}

const ANOTHER_NAME = 'give a task that stands twice another name: task.as("other")';

/** What is wrong with a graph; nothing where it can run. */
export function problemsOf(nodes: readonly NamedNode[]): FlowProblem[] {
  if (nodes.length === 0) return [{ text: "it has no task", fix: "give it a task" }];
  const inputs = new Map<string, Set<string>>();
  const seen = new Map<string, number>();
  const problems: FlowProblem[] = [];
  for (const node of nodes) {
    seen.set(node.name, (seen.get(node.name) ?? 0) + 1);
    const merged = inputs.get(node.name) ?? new Set();
    for (const input of node.inputs) merged.add(input);
    inputs.set(node.name, merged);
  }
  for (const [name, count] of seen) {
    if (count > 1) problems.push({ text: `the name "${name}" stands ${count} times`, fix: ANOTHER_NAME });
  }
  for (const [name, before] of inputs) {
    for (const input of before) {
      if (!inputs.has(input)) problems.push({ text: `task "${name}" takes from "${input}", which is not in the flow` });
    }
  }
  for (const cycle of findCycles(inputs))
    problems.push({ text: `a cycle: ${cycle.join(" → ")}`, fix: "take one edge out of each cycle" });
  return problems;
}

/**
 * The indexes of nodes, given what each takes from: each node behind those. They keep their place where they can; what is on a cycle, or
 * behind one, is left out.
 */
export function orderOf(sourcesOf: readonly (readonly Source[])[]): number[] {
  const followers: number[][] = sourcesOf.map(() => []);
  const unmet = sourcesOf.map((each, index) => {
    const sources = each.filter((source) => typeof source === "number");
    for (const source of sources) (followers[source] as number[]).push(index);
    return sources.length;
  });
  const order = [...unmet.keys()].filter((index) => unmet[index] === 0);
  for (const index of order) {
    for (const follower of followers[index] as number[]) {
      const left = (unmet[follower] as number) - 1;
      unmet[follower] = left;
      if (left === 0) order.push(follower);
    }
  }
  return order;
}

/**
 * The names along each cycle, in the direction of the data, the first one again at the end; of those that share a task, one at least.
 * Depth first, no recursion.
 */
function findCycles(inputs: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of inputs.keys()) {
    const path: { name: string; rest: Iterator<string> }[] = [];
    const onPath = new Set<string>();
    const enter = (name: string): void => {
      onPath.add(name);
      path.push({ name, rest: (inputs.get(name) ?? new Set<string>()).values() });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        done.add(top.name);
        onPath.delete(top.name);
        path.pop();
      } else if (onPath.has(next.value)) {
        const names = path.map(({ name }) => name);
        cycles.push([next.value, ...names.slice(names.indexOf(next.value)).reverse()]);
        for (const name of names) done.add(name);
        path.length = 0;
      } else if (!done.has(next.value)) {
        enter(next.value);
      }
    }
  }
  return cycles;
}
