import { atLeast, describe, invalidOption } from "../base/index.ts";
import { isPart } from "./chain.ts";
import { foreignHandleError } from "./errors.ts";
import type { Graph, GraphNode, Source } from "./graph.ts";
import type { AnyTask, FitsTask, InOf, NameOf, OutOf, OutputOf, OutsOf, Wiring } from "./types.ts";

/** The place of a task's result in a flow that is being defined; later tasks take it. */
export interface Handle<Name extends string = string, Out = unknown> {
  readonly name: Name;
  readonly "~types": { readonly out: Out };
}

/** The flow's own input, as a handle. */
export type Input<Value> = Handle<"input", Value>;

/** What a definition adds tasks to. A task takes from handles that exist, so no cycle can be written. */
export interface FlowBuilder {
  /** Adds a task that takes the results of `inputs`, in this order. */
  add<T extends AnyTask, const Inputs extends readonly Handle[]>(
    task: T & FitsTask<OutsOf<Inputs>, T>,
    ...inputs: Inputs
  ): Handle<NameOf<T>, OutOf<T>>;
  /**
   * Adds a task that runs once for each element of a list; its result is the list of theirs, in order, with null where
   * the task gives nothing.
   */
  map<T extends AnyTask, List extends Handle>(
    task: T & FitsElement<OutOf<List>, T>,
    list: List,
    options?: MapOptions,
  ): Handle<NameOf<T>, readonly Listed<OutOf<T>>[]>;
}

/** `unknown` where the elements of the list that is given fit the task, else the `Wiring` that says why not. */
type FitsElement<List, T> = List extends readonly (infer Element)[]
  ? FitsTask<[Element], T>
  : Wiring<NameOf<T>, InOf<T> extends readonly [infer Element] ? readonly Element[] : never, List>;

/** A list has no `undefined` in JSON. */
type Listed<Out> = Out extends void ? null : Out;

export interface MapOptions {
  /** Elements at the same time; the flow's own limit holds as well. @default the flow's limit */
  readonly concurrency?: number;
}

/** What a flow gives: the result behind its one handle, or an object of the results by their tasks' names. */
export type HandlesOutput<Exits> = Exits extends readonly unknown[] ? OutputOf<Exits> : OutOf<Exits>;

/** Builds the graph that `define` describes. */
export function buildGraph(
  flow: string,
  define: (builder: FlowBuilder, input: Handle<"input", never>) => Handle | readonly Handle[],
): Graph {
  const nodes: GraphNode[] = [];
  const places = new WeakMap<object, Source>();
  const input = Object.freeze({ name: "input" }) as Handle<"input", never>;
  places.set(input, "input");

  let open = true;

  const place = (handle: Handle, task: string): Source => {
    const found = places.get(handle);
    if (found === undefined)
      throw foreignHandleError(flow, task, isHandle(handle) ? `"${handle.name}"` : describe(handle));
    return found;
  };
  const addNode = (task: AnyTask, inputs: readonly Handle[], concurrency?: number): Handle => {
    if (!isPart(task) || task["~part"].kind !== "task") {
      throw invalidOption(`what is added to flow "${flow}"`, 'a task: task("name", fn)', task);
    }
    if (!open)
      throw invalidOption(`what is added to flow "${flow}"`, "nothing after its definition has returned", task);
    const sources = inputs.map((handle) => place(handle, task.name));
    const handle = Object.freeze({ name: task.name }) as Handle;
    const mapped = concurrency !== undefined && {
      concurrency: atLeast(1, concurrency, `concurrency of mapped task "${task.name}"`),
    };
    nodes.push({ task, sources, ...(mapped && { mapped }) });
    places.set(handle, nodes.length - 1);
    return handle;
  };
  const builder = {
    add: (task: AnyTask, ...inputs: Handle[]) => addNode(task, inputs),
    map: (task: AnyTask, list: Handle, options?: MapOptions) => addNode(task, [list], options?.concurrency ?? Infinity),
  };
  const returned = define(builder as unknown as FlowBuilder, input);
  open = false;
  const exits = (Array.isArray(returned) ? returned : [returned]) as readonly Handle[];
  if (exits.length === 0)
    throw invalidOption(`what the definition of flow "${flow}" returns`, "at least one handle", exits);
  return { nodes, exits: exits.map((exit) => exitPlace(flow, exit, places)) };
}

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "name" in value;
}

function exitPlace(flow: string, exit: Handle, places: WeakMap<object, Source>): number {
  const found = places.get(exit);
  if (typeof found === "number") return found;
  throw invalidOption(
    `what the definition of flow "${flow}" returns`,
    "a handle of one of its tasks, or an array of them",
    exit,
  );
}
