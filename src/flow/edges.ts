import { AitorError, describe } from "../base/index.ts";
import { isPart } from "./chain.ts";
import { compile } from "./compiled-graph.ts";
import { type FlowProblem, invalidFlowError } from "./errors.ts";
import { namedNodes, problemsOf } from "./graph.ts";
import type { AnyTask, Graph, GraphNode, Source } from "./types.ts";

/** A graph as data, such as from a JSON file. Names stand for tasks. */
export interface FlowEdges {
  /** The names of the fields of the flow's input. If there are none, tasks that no edge leads to begin the flow. */
  readonly inputs?: readonly string[];
  /**
   * The edges, each from a task or an input to a task. A task gets what its edges bring, in their order. Only one edge may lead to
   * a timer, to a flow inside that takes an input, or to a choice of one way.
   */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** The tasks whose results form the output. @default the tasks that no edge leads away from */
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
  // Of names that are unknown nothing comes: what is left is looked at, too.
  const leadingTo = Map.groupBy(edges, ([, to]) => to);
  const nodes = tasks.map((task) => ({
    task,
    sources: (leadingTo.get(task.name) ?? []).flatMap(([from]) => places.get(from) ?? []),
  }));
  const leading = new Set(edges.map(([from]) => from));
  const last = exits ?? names.filter((name) => !leading.has(name));
  const graph: Graph = {
    nodes,
    exits: last.map((name) => places.get(name)).filter((place) => typeof place === "number"),
    fields: [...inputs],
  };
  const problems = [
    ...asProblems([
      ...inputs.filter((input) => names.includes(input)).map((input) => `"${input}" names an input and a task`),
      ...twice("input", inputs),
      ...twice("exit", exits ?? []),
      ...unknownNames(edges, exits ?? [], places, names),
    ]),
    ...problemsOf(namedNodes(graph)),
    ...asProblems(inputs.length > 0 ? unreached(graph) : []),
    ...crowded(graph),
  ];
  if (problems.length > 0) throw invalidFlowError(flow, problems);
  return graph;
}

function twice(what: "input" | "exit", names: readonly string[]): string[] {
  const again = new Set(names.filter((name, index) => names.indexOf(name) < index));
  return [...again].map((name) => `the ${what} "${name}" stands twice`);
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

/** With declared inputs, every task must be behind one of them. Without, every task in no cycle is behind a task that begins. */
function unreached({ nodes }: Graph): string[] {
  const { followers } = compile({ nodes, exits: [] });
  const open = [...nodes.keys()].filter((index) => {
    const { sources } = nodes[index] as GraphNode;
    return sources.some((source) => typeof source === "object");
  });
  const reached = new Set<number>();
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    open.push(...(followers[index] as readonly number[]));
  }
  return nodes.flatMap(({ task }, index) => (reached.has(index) ? [] : [`no input reaches task "${task.name}"`]));
}

/** A flow inside, a timer and a choice of one way take one input; more would be lost. Elsewhere the compiler checks this. */
function crowded({ nodes }: Graph): FlowProblem[] {
  return nodes.flatMap(({ task, sources }) =>
    sources.length > 1 && takesOne(task)
      ? [
          {
            text: `task "${task.name}" takes one input, and ${sources.length} edges lead to it`,
            fix: "let a task that takes them all lead to it",
          },
        ]
      : [],
  );
}

/** A flow that takes nothing may wait for several. */
function takesOne({ "~inner": inner, "~waits": waits }: AnyTask): boolean {
  const [only, ...others] = inner;
  if (only === undefined) return waits === "timer";
  const isInput = (source: Source): boolean => typeof source !== "number";
  return others.length === 0 && only.graph.nodes.some(({ sources }) => sources.some(isInput));
}

function checkedShape(flow: string, data: unknown, tasks: unknown): FlowEdges {
  const { inputs, edges, exits, ...others } = (typeof data === "object" && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  const unknown = Object.keys(others).filter((key) => others[key] !== undefined);
  const problems = unknown.map((key) => `"${key}" is none of "inputs", "edges", "exits"`);
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
  if (Array.isArray(exits) && exits.length === 0) problems.push(`"exits" names no task`);
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
