import { atLeast, type Duration, invalidOption, optionsOf, type Schema } from "../base/index.ts";
import { isPart } from "./chain.ts";
import { foreignHandleError } from "./errors.ts";
import { signalTask, type SignalTaskOptions } from "./signal.ts";
import { timerTask } from "./timer.ts";
import type {
  AnyTask,
  FitsTask,
  Graph,
  GraphNode,
  InOf,
  NameOf,
  OutGiven,
  OutOf,
  OutputOf,
  OutsOf,
  Source,
  Wiring,
} from "./types.ts";

/** Stands for the result of a task in a flow that is being defined. Later tasks take it as an input. */
export interface Handle<Name extends string = string, Out = unknown> {
  readonly name: Name;
  readonly "~types": { readonly out: Out };
}

/** The handle of the flow's own input. */
export type Input<Value> = Handle<"input", Value>;

/** Adds tasks to a flow that is being defined. A task takes from handles that already exist, so no cycle can be written. */
export interface FlowBuilder {
  /** Adds a task that takes the results of `inputs`, in this order. */
  add<T extends AnyTask, const Inputs extends readonly Handle[]>(
    task: T & FitsTask<OutsOf<Inputs>, T>,
    ...inputs: Inputs
  ): Handle<NameOf<T>, OutGiven<T, OutsOf<Inputs>>>;
  /**
   * Adds a task that runs once for each element of a list. Its result is the list of their results, in order, with null where
   * the task returns nothing. With `batch` it runs once for each batch of elements, gets the list of them, and must return a
   * list with a result for each.
   */
  map<T extends AnyTask, List extends Handle, Options extends MapOptions = object>(
    task: T & FitsElement<OutOf<List>, T, Options>,
    list: List,
    options?: Options & OnlyKnown<Options>,
  ): Handle<NameOf<T>, MapOut<OutGiven<T, [ElementOf<OutOf<List>>]>, BatchOf<Options>>>;
  /** Adds the task {@link signal}: it waits for an answer from outside and gives the schema's output for it. */
  signal<const Name extends string, Value>(
    name: Name,
    schema: Schema<unknown, Value>,
    options?: SignalPlace,
  ): Handle<Name, Value>;
  /** Adds the task {@link timer}: it passes on a value after a time, also over restarts. */
  timer<const Name extends string, Value>(
    name: Name,
    duration: Duration,
    value: Handle<string, Value>,
  ): Handle<Name, Value>;
}

/** The place of a signal in a flow. */
export interface SignalPlace extends SignalTaskOptions {
  /** The request, which is shown to whoever answers. @default nothing */
  readonly request?: Handle;
  /** What must have finished before the signal asks. */
  readonly after?: Handle | readonly Handle[];
}

type ElementOf<List> = List extends readonly unknown[] ? List[number] : never;

/** The `batch` option: `undefined` if there is none, a union with `undefined` if there may be one. */
type BatchOf<Options> = Options extends unknown
  ? "batch" extends keyof Options
    ? Options["batch"]
    : undefined
  : never;

/**
 * `unknown` if the elements of the given list, or batches of them, fit the task; else the `Wiring`. If there may be a batch,
 * both must fit.
 */
type FitsElement<List, T, Options> = [List] extends [readonly unknown[]]
  ? (undefined extends BatchOf<Options> ? FitsTask<[List[number]], T> : unknown) &
      ([BatchOf<Options>] extends [undefined] ? unknown : FitsBatch<List[number], T>)
  : Wiring<NameOf<T>, InOf<T> extends readonly [infer Element] ? readonly Element[] : never, List>;

/** Checks a task that takes batches. It must return a list for each. */
type FitsBatch<Element, T> =
  OutOf<T> extends readonly unknown[]
    ? FitsTask<[Element[]], T>
    : Wiring<NameOf<T>, InOf<T>, "a batch, for which it must give a list">;

/** A list has no `undefined` in JSON. */
type MapOut<Out, Batch> = Batch extends number ? Out : readonly (Out extends void ? null : Out)[];

export interface MapOptions {
  /** How many elements run at the same time. The flow's own limit also applies. @default the flow's limit */
  readonly concurrency?: number;
  /**
   * How many elements one step gets, as a list. If by its type this option may be set or not, the task must fit both cases.
   * @default none: one step for each element, given alone
   */
  readonly batch?: number;
}

/** Refuses unknown names, which the compiler does not look for in an object whose type it infers. */
type OnlyKnown<Options> = { readonly [Name in Exclude<keyof Options, keyof MapOptions>]: NoOption<Name> };

/** Appears in the compiler's message. */
interface NoOption<Name> {
  readonly error: "a map has no such option";
  readonly option: Name;
}

/** The output of a flow: the result of its one handle, or an object of the results by the names of their tasks. */
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
    if (found !== undefined) return found;
    if (isHandle(handle)) throw foreignHandleError(flow, task, `"${handle.name}"`);
    const fix = "what is computed from a handle is computed in a task: its result is not there yet";
    throw invalidOption(`an input of task "${task}" of flow "${flow}"`, "a handle that the flow gave out", handle, fix);
  };
  const addNode = (task: AnyTask, inputs: readonly Handle[], options?: MapOptions): Handle => {
    if (!isPart(task) || task["~part"].kind !== "task") {
      throw invalidOption(`what is added to flow "${flow}"`, 'a task: task("name", fn)', task);
    }
    if (!open)
      throw invalidOption(`what is added to flow "${flow}"`, "nothing after its definition has returned", task);
    const sources = inputs.map((handle) => place(handle, task.name));
    const handle = Object.freeze({ name: task.name }) as Handle;
    nodes.push({ task, sources, ...(options && { mapped: mapSettings(task.name, options) }) });
    places.set(handle, nodes.length - 1);
    return handle;
  };
  const builder = {
    add: (task: AnyTask, ...inputs: Handle[]) => addNode(task, inputs),
    map: (task: AnyTask, list: Handle, options?: MapOptions) => addNode(task, [list], options ?? {}),
    signal: (name: string, schema: Schema, place: SignalPlace = {}) => {
      const known = optionsOf(place, ["request", "after", "deadline"], `an option of signal "${name}"`);
      const { request, after = [], ...options } = known;
      const before = (Array.isArray(after) ? after : [after]) as readonly Handle[];
      const signal = signalTask(name, schema, options, ([asked]) => (request === undefined ? undefined : asked));
      return addNode(signal, request === undefined ? before : [request, ...before]);
    },
    timer: (name: string, duration: Duration, value: Handle) => addNode(timerTask(name, duration), [value]),
  };
  const returned = define(builder as unknown as FlowBuilder, input);
  open = false;
  const exits = (Array.isArray(returned) ? returned : [returned]) as readonly Handle[];
  if (exits.length === 0)
    throw invalidOption(`what the definition of flow "${flow}" returns`, "at least one handle", exits);
  return { nodes, exits: exits.map((exit) => exitPlace(flow, exit, places)) };
}

function mapSettings(task: string, options: MapOptions): NonNullable<GraphNode["mapped"]> {
  const { concurrency, batch } = optionsOf(options, ["concurrency", "batch"], `an option of mapped task "${task}"`);
  return {
    concurrency: atLeast(1, concurrency ?? Infinity, `concurrency of mapped task "${task}"`),
    ...(batch !== undefined && { batch: atLeast(1, batch, `batch of mapped task "${task}"`) }),
  };
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
