import { AitorError, describe } from "../base/index.ts";
import { isPart } from "./chain.ts";
import { compile } from "./compiled-graph.ts";
import { type FlowProblem, invalidFlowError } from "./errors.ts";
import { namedNodes, problemsOf } from "./graph.ts";
import type { AnyTask, Graph, GraphNode, Source } from "./types.ts";

/** A graph as data, such as a JSON file holds it; names stand for tasks. */
export interface FlowEdges {
  /** The names of the fields of the flow's input. Without any, tasks that take from nothing begin the flow. */
  readonly inputs?: readonly string[];
  /** From a task or an input to a task; a task is given what its edges bring, in their order. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** The tasks whose results form the output. @default those from which no edge leads on */
  readonly exits?: readonly string[];
}

/** @throws AitorError `invalid-flow`, which lists every problem. */
export function graphFromEdges(flow: string, data: unknown, tasks: readonly AnyTask[]): Graph {
  const { inputs = [], edges, exits } = checkedShape(flow, data, tasks);
  const names = tasks.map(({ name }) => name);
  const places = new Map<string, Source>([
    ...inputs.map((field): [string, Source] => [field, { field }]),
    ...names.map((name, index): [string, Source] => [name, index]),
  ]);
  const problems = asProblems([
    ...inputs.filter((input) => names.includes(input)).map((input) => `"${input}" names an input and a task`),
    ...unknownNames(edges, exits ?? [], places, names),
  ]);
  if (problems.length > 0) throw invalidFlowError(flow, problems);

  const nodes = tasks.map((task, index) => ({
    task,
    sources: edges.flatMap(([from, to]) => (places.get(to) === index ? [places.get(from) as Source] : [])),
  }));
  const leading = new Set(edges.map(([from]) => from));
  const last = exits ?? names.filter((name) => !leading.has(name));
  const graph: Graph = { nodes, exits: last.map((name) => places.get(name) as number), fields: [...inputs] };
  const wrong = problemsOf(namedNodes(graph));
  const found = wrong.length > 0 ? wrong : asProblems(unreached(graph, inputs.length > 0));
  if (found.length > 0) throw invalidFlowError(flow, found);
  return graph;
}

function unknownNames(
  edges: FlowEdges["edges"],
  exits: readonly string[],
  places: ReadonlyMap<string, Source>,
  names: readonly string[],
): string[] {
  const unknown = (name: string, where: string): string[] =>
    places.has(name)
      ? []
      : [`${where} names "${name}", which is no task${places.size > names.length ? " or input" : ""}`];
  return [
    ...edges.flatMap(([from, to]) => [
      ...unknown(from, `the edge "${from}" → "${to}"`),
      ...(typeof places.get(to) === "object"
        ? [`the edge "${from}" → "${to}" leads to an input`]
        : unknown(to, `the edge "${from}" → "${to}"`)),
    ]),
    ...exits.flatMap((exit) => (names.includes(exit) ? [] : [`the exits name "${exit}", which is no task`])),
  ];
}

/** With declared inputs every task must be behind one of them; otherwise behind one that takes from nothing. */
function unreached({ nodes }: Graph, declared: boolean): string[] {
  const { followers } = compile({ nodes, exits: [] });
  const open = [...nodes.keys()].filter((index) => {
    const { sources } = nodes[index] as GraphNode;
    return declared ? sources.some((source) => typeof source === "object") : sources.length === 0;
  });
  const reached = new Set<number>();
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    open.push(...(followers[index] as readonly number[]));
  }
  const from = declared ? "no input" : "no task that takes from nothing";
  return nodes.flatMap(({ task }, index) => (reached.has(index) ? [] : [`${from} reaches task "${task.name}"`]));
}

function checkedShape(flow: string, data: unknown, tasks: unknown): FlowEdges {
  const { inputs, edges, exits } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const problems: string[] = [];
  if (!Array.isArray(edges)) problems.push(`"edges" is ${describe(edges)}, not an array of [from, to]`);
  else {
    edges.forEach((edge: unknown, index) => {
      const fits = Array.isArray(edge) && edge.length === 2 && edge.every((name) => typeof name === "string");
      if (!fits) problems.push(`edge ${index} is ${describe(edge)}, not [from, to]`);
    });
  }
  for (const [key, value] of Object.entries({ inputs, exits })) {
    const fits = value === undefined || (Array.isArray(value) && value.every((name) => typeof name === "string"));
    if (!fits) problems.push(`"${key}" is ${describe(value)}, not an array of names`);
  }
  if (!Array.isArray(tasks)) problems.push(`the list of tasks is ${describe(tasks)}`);
  else {
    tasks.forEach((task: unknown, index) => {
      const fits = isPart(task) && task["~part"].kind === "task";
      if (!fits) problems.push(`task ${index} of the list is ${describe(task)}`);
    });
  }
  if (problems.length > 0) throw invalidFlowError(flow, asProblems(problems));
  return data as FlowEdges;
}

/** Each says itself what is to be corrected. */
function asProblems(texts: readonly string[]): FlowProblem[] {
  return texts.map((text) => ({ text }));
}

/** @throws AitorError `invalid-input` where a declared input is missing. */
export function checkFields(flow: string, fields: readonly string[], input: unknown): void {
  const given = typeof input === "object" && input !== null ? input : {};
  if (fields.every((field) => Object.hasOwn(given, field))) return;
  throw new AitorError({
    code: "invalid-input",
    message: `flow "${flow}" was not given its inputs`,
    expected: `an object with ${fields.map((field) => `"${field}"`).join(", ")}`,
    got: describe(input),
    fix: "give an object with every input that the graph declares",
    retryable: false,
  });
}
