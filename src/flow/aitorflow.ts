import { atLeast, invalidOption, isAitorError, nonEmpty, type Run, type Runnable } from "../base/index.ts";
import { defaultEngine, type Engine, type EngineEvent, type StartOptions } from "../engine/index.ts";
import { isPart } from "./chain.ts";
import { type CompiledGraph, compile } from "./compiled-graph.ts";
import { invalidFlowError, isFlowError } from "./errors.ts";
import {
  buildGraph,
  type FlowBuilder,
  type Handle,
  type HandlesOutput,
  type Input as FlowInput,
} from "./flow-builder.ts";
import { FlowExecution } from "./flow-execution.ts";
import type { TaskReport } from "./flow-report.ts";
import { type Graph, type GraphNode, graphOf, namedNodes, problemsOf, topologicalOrder, versionOf } from "./graph.ts";
import { flowchart } from "./mermaid.ts";
import type { FlowPart } from "./types.ts";

export interface FlowOptions {
  /** Steps at the same time, over the whole flow. @default 64 */
  readonly concurrency?: number;
  /** When it changes, old runs are told apart. @default a hash of the graph: names, edges, maps, exits */
  readonly version?: string;
}

export interface FlowRunOptions extends StartOptions {
  /** @default the process's own, in memory, which keeps nothing of runs that have ended */
  readonly engine?: Engine;
}

/** What a finished run of a flow gives. */
export class FlowResult<Output> {
  readonly output: Output;
  readonly #execution: FlowExecution;

  constructor(output: Output, execution: FlowExecution) {
    this.output = output;
    this.#execution = execution;
  }

  get runId(): string {
    return this.#execution.runId;
  }

  /** Every task's result, by name. */
  get results(): Readonly<Record<string, unknown>> {
    return this.#execution.results;
  }

  /** Every task's state and duration, by name; {@link Aitorflow.toMermaid} draws it. */
  get tasks(): Readonly<Record<string, TaskReport>> {
    return this.#execution.tasks;
  }
}

/** A run of a flow that was started. Iterate it for its events; leaving the loop does not cancel the run. */
export interface FlowHandle<Output> extends AsyncIterable<EngineEvent> {
  readonly id: string;
  /** Rejects with a `FlowError` where a task failed or the run was cancelled. */
  readonly result: Promise<FlowResult<Output>>;
  /** Ends the run at once; resolves when it has ended, with everything given back. */
  cancel(reason?: unknown): Promise<void>;
}

/** An input that may be `undefined` need not be given. */
type RunArguments<Input> = undefined extends Input
  ? [input?: Input, options?: FlowRunOptions]
  : [input: Input, options?: FlowRunOptions];

/**
 * A directed acyclic graph of tasks, in one of two ways: a chain (`new Aitorflow(name, chain)`), or handles
 * (`Aitorflow.define`). It can be run as it is, and by anything that runs a `Runnable`.
 */
export class Aitorflow<Input, Output> implements Runnable<Input, Output> {
  readonly name: string;
  readonly #concurrency: number;
  readonly #graph: Graph;
  #version: string | undefined;
  #compiled: CompiledGraph | undefined;

  /** @throws AitorError `invalid-option`. The graph itself is checked by `validate`, before anything runs. */
  constructor(name: string, chain: FlowPart<Input, Output>, options: FlowOptions = {}) {
    this.name = nonEmpty(name, "the name of a flow");
    this.#concurrency = atLeast(1, options.concurrency ?? 64, `concurrency of flow "${name}"`);
    this.#version = options.version === undefined ? undefined : nonEmpty(options.version, `version of flow "${name}"`);
    this.#graph = chain instanceof Definition ? chain.graph : chainGraph(name, chain);
  }

  /**
   * A flow whose tasks take from named places, for graphs that are not series-parallel.
   *
   * @param build Called once, now. Adds the tasks and returns the handle, or the handles, that form the output.
   * @throws AitorError `foreign-handle`, `invalid-option`.
   */
  static define<Input, const Exits extends Handle | readonly Handle[]>(
    name: string,
    build: (flow: FlowBuilder, input: FlowInput<Input>) => Exits,
    options?: FlowOptions,
  ): Aitorflow<Input, HandlesOutput<Exits>> {
    const graph = buildGraph(nonEmpty(name, "the name of a flow"), build);
    return new Aitorflow<Input, HandlesOutput<Exits>>(name, new Definition(graph) as never, options);
  }

  get version(): string {
    return (this.#version ??= versionOf(this.#graph));
  }

  /** The names of the tasks that take from no other. */
  get entries(): readonly string[] {
    this.validate();
    return namedNodes(this.#graph).flatMap(({ name, inputs }) => (inputs.length === 0 ? [name] : []));
  }

  /** The names of the tasks whose results form the output. */
  get exits(): readonly string[] {
    this.validate();
    return this.#graph.exits.map((exit) => (this.#graph.nodes[exit] as GraphNode).task.name);
  }

  /** The names of all tasks, each behind those that it takes from. */
  get order(): readonly string[] {
    this.validate();
    return topologicalOrder(namedNodes(this.#graph));
  }

  /** @throws AitorError `invalid-flow`, which lists every problem: cycles with their path, names that stand twice. */
  validate(): void {
    this.#compile();
  }

  /** Runs the flow and waits for it. @throws FlowError (rejects with) where a task failed or the run was cancelled. */
  async run(...[input, options = {}]: RunArguments<Input>): Promise<FlowResult<Output>> {
    const execution = this.#execution();
    const { engine = defaultEngine(), ...startOptions } = options;
    return this.#settle(execution, engine.run(this.#runnable(execution), input as Input, startOptions));
  }

  /** Starts the flow and gives its handle at once. */
  start(...[input, options = {}]: RunArguments<Input>): FlowHandle<Output> {
    const execution = this.#execution();
    const { engine = defaultEngine(), ...startOptions } = options;
    const handle = engine.start(this.#runnable(execution), input as Input, startOptions);
    const result = this.#settle(execution, handle.result);
    result.catch(() => {});
    return {
      id: handle.id,
      result,
      cancel: (reason) => handle.cancel(reason),
      [Symbol.asyncIterator]: () => handle[Symbol.asyncIterator](),
    };
  }

  /** For engines: runs the flow in a scope of a run. */
  execute(run: Run, input: Input): Promise<Output> {
    return this.#execution().start(run, input) as Promise<Output>;
  }

  /**
   * A Mermaid flowchart of the flow or, given a result or a `FlowError`, of that run. Mermaid draws up to 500 edges
   * unless its `maxEdges` is raised.
   */
  toMermaid(run?: { readonly tasks: Readonly<Record<string, TaskReport>> }): string {
    return flowchart(this.#graph, run?.tasks);
  }

  #compile(): CompiledGraph {
    if (this.#compiled !== undefined) return this.#compiled;
    const problems = problemsOf(namedNodes(this.#graph));
    if (problems.length > 0) throw invalidFlowError(this.name, problems);
    return (this.#compiled = compile(this.#graph));
  }

  #execution(): FlowExecution {
    return new FlowExecution(this.name, this.#compile(), this.#concurrency);
  }

  #runnable(execution: FlowExecution): Runnable<Input, Output> {
    const { name, version } = this;
    return { name, version, execute: (run, input) => execution.start(run, input) as Promise<Output> };
  }

  async #settle(execution: FlowExecution, output: Promise<Output>): Promise<FlowResult<Output>> {
    try {
      return new FlowResult(await output, execution);
    } catch (error) {
      throw isAitorError(error, "cancelled") && !isFlowError(error) ? execution.cancelled(error) : error;
    }
  }
}

/** What `define` passes to the constructor in a chain's place. */
class Definition {
  readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
  }
}

function chainGraph(name: string, chain: unknown): Graph {
  if (isPart(chain)) return graphOf(chain["~part"]);
  throw invalidOption(`what flow "${name}" is made of`, 'a task or a chain: task("a", fn).to(task("b", fn))', chain);
}
