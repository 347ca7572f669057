import {
  atLeast,
  invalidOption,
  invalidOptionGot,
  nonEmpty,
  optionsOf,
  type Run,
  type Runnable,
} from "../base/index.ts";
import {
  defaultEngine,
  type EngineEvent,
  type Engine,
  type RunHandle,
  type RunReport,
  runReport,
} from "../engine/index.ts";
import type { ArgsOf, DefinedTool, GivenTo, ToolInput } from "../tools/index.ts";
import { isPart } from "./chain.ts";
import { type CompiledGraph, compile } from "./compiled-graph.ts";
import { invalidFlowError } from "./errors.ts";
import {
  buildGraph,
  type FlowBuilder,
  type Handle,
  type HandlesOutput,
  type Input as FlowInput,
} from "./flow-builder.ts";
import { type FlowEdges, graphFromEdges } from "./edges.ts";
import { FlowExecution } from "./flow-execution.ts";
import type { FlowHandle, FlowOptions, FlowRunOptions, PreviousRun, RunArguments } from "./flow-options.ts";
import type { TaskReport } from "./flow-report.ts";
import { type FlowOutcome, flowResult, type ResultOf } from "./flow-result.ts";
import { graphOf, namedNodes, namesOf, orderOf, problemsOf, versionOf } from "./graph.ts";
import { flowTool, type FlowToolOptions } from "./flow-tool.ts";
import type { KeptResults } from "./kept-results.ts";
import { flowchart } from "./mermaid.ts";
import { flowTask } from "./nested.ts";
import { type FlowOutline, outlineOf } from "./outline.ts";
import { recordedOutcome } from "./recorded-outcome.ts";
import type { AnyTask, FailureMode, FlowPart, Graph, NestedInput, Task } from "./types.ts";

/**
 * A flow: a directed acyclic graph of tasks, made from a chain (`new Aitorflow(name, chain)`) or with handles
 * (`Aitorflow.define`). It runs on its own, or in anything that runs a `Runnable`.
 */
export class Aitorflow<Input, Output, Failure extends FailureMode = "stop"> implements Runnable<Input, Output> {
  readonly name: string;
  readonly #concurrency: number;
  readonly #failure: FailureMode;
  readonly #graph: Graph;
  #version: string | undefined;
  #compiled: CompiledGraph | undefined;

  /** Makes a flow. `validate` checks its graph, before anything runs. @throws AitorError `invalid-option`. */
  constructor(name: string, chain: FlowPart<Input, Output>, options: FlowOptions<Failure> = {}) {
    this.name = nonEmpty(name, "the name of a flow");
    if (isPart(options)) {
      throw invalidOptionGot(`an option of flow "${name}"`, OPTIONS.join(", "), "a second task", "join them: a.to(b)");
    }
    optionsOf(options, OPTIONS, `an option of flow "${name}"`);
    this.#concurrency = atLeast(1, options.concurrency ?? 64, `concurrency of flow "${name}"`);
    this.#failure = options.failure ?? "stop";
    if (this.#failure !== "stop" && this.#failure !== "isolate") {
      throw invalidOption(`failure of flow "${name}"`, '"stop" or "isolate"', options.failure);
    }
    this.#version = options.version === undefined ? undefined : nonEmpty(options.version, `version of flow "${name}"`);
    this.#graph = chain instanceof Definition ? chain.graph : chainGraph(name, chain);
  }

  /**
   * Makes a flow whose tasks take their inputs from handles, for graphs that are not series-parallel.
   *
   * @param build Adds the tasks and returns the handle, or the handles, that form the output. Called once, during this call.
   * @throws AitorError `foreign-handle`, `invalid-option`.
   */
  static define<Input, const Exits extends Handle | readonly Handle[], Failure extends FailureMode = "stop">(
    name: string,
    build: (flow: FlowBuilder, input: FlowInput<Input>) => Exits,
    options?: FlowOptions<Failure>,
  ): Aitorflow<Input, HandlesOutput<Exits>, Failure> {
    const graph = buildGraph(nonEmpty(name, "the name of a flow"), build);
    return new Aitorflow(name, new Definition(graph) as never, options);
  }

  /**
   * Makes a flow from a graph as data, in which names stand for `tasks`. Its input is an object of the declared inputs. Whether
   * the tasks fit together is known only at run time, so they should have input schemas.
   *
   * @throws AitorError `invalid-flow`, which lists every problem: names that are unknown or occur twice, cycles with their
   *   path, tasks that nothing reaches, data of another shape.
   */
  static fromEdges<Failure extends FailureMode = "stop">(
    name: string,
    data: FlowEdges,
    tasks: readonly AnyTask[],
    options?: FlowOptions<Failure>,
  ): Aitorflow<Readonly<Record<string, unknown>>, unknown, Failure> {
    const graph = graphFromEdges(nonEmpty(name, "the name of a flow"), data, tasks);
    return new Aitorflow(name, new Definition(graph) as never, options);
  }

  get version(): string {
    return (this.#version ??= versionOf(this.#graph));
  }

  /** The names of the tasks that take nothing from other tasks. */
  get entries(): readonly string[] {
    this.validate();
    return namedNodes(this.#graph).flatMap(({ name, inputs }) => (inputs.length === 0 ? [name] : []));
  }

  /** The names of the tasks whose results form the output. */
  get exits(): readonly string[] {
    return namesOf(this.#graph, this.#compile().exits);
  }

  /** The names of all tasks, each after those that it takes from. */
  get order(): readonly string[] {
    return namesOf(this.#graph, orderOf(this.#compile().nodes.map(({ sources }) => sources)));
  }

  /** Checks the graph. @throws AitorError `invalid-flow`, which lists every problem: cycles with their path, repeated names. */
  validate(): void {
    this.#compile();
  }

  /**
   * Runs the flow and resolves with its result.
   *
   * @throws FlowError (rejects with) if the run was cancelled or, with `failure: "stop"`, if a task failed.
   */
  async run(...[input, options]: RunArguments<Input>): Promise<ResultOf<Output, Failure>> {
    return this.#run(this.#execution(), input as Input, options);
  }

  /**
   * Runs what an earlier run left undone. Tasks whose results are in `previous` keep them and do not run again. This is another
   * run, with idempotency keys of its own. If an element of a map failed, all its elements run again. Of an unfinished flow or
   * choice inside, all tasks run again.
   *
   * @param previous A result, a `FlowError`, or their stored `input` and `results`.
   * @throws AitorError (rejects with) `invalid-option` if this is no earlier run, or has results of tasks not in this flow.
   */
  async rerun(previous: PreviousRun, options?: FlowRunOptions): Promise<ResultOf<Output, Failure>> {
    const kept = checkedResults(this.name, previous);
    const names = new Set(this.#graph.nodes.map(({ task }) => task.name));
    const unknown = Object.keys(kept).find((name) => !names.has(name));
    if (unknown !== undefined) {
      throw invalidOption(`the previous run of flow "${this.name}"`, "results of its own tasks", unknown);
    }
    return this.#run(this.#execution(kept), previous.input as Input, options);
  }

  /** Starts the flow and returns its handle at once. */
  start(...[input, options = {}]: RunArguments<Input>): FlowHandle<ResultOf<Output, Failure>> {
    const execution = this.#execution();
    const { engine = defaultEngine(), ...startOptions } = optionsOf(options, RUN, "an option of a run");
    const handle = engine.start(this.#runnable(execution), input as Input, startOptions);
    return flowHandle(handle, this.#settle(handle.result, execution));
  }

  /**
   * Continues a run that the engine's journal holds, as `engine.resume` does. The handle gives what the handle of the whole
   * run would have given. A run that has ended gives its result, or rejects, as it did.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-mismatch`, `run-taken`, `engine-closed`, `invalid-option`.
   */
  async resume(id: string, options: { readonly engine: Engine }): Promise<FlowHandle<ResultOf<Output, Failure>>> {
    const { engine } = optionsOf(options, ["engine"], `an option of resuming flow "${this.name}"`);
    if (engine === undefined) {
      throw invalidOption(`engine of resuming flow "${this.name}"`, "the engine whose journal holds the run", engine);
    }
    const execution = this.#execution();
    const handle = await engine.resume(this.#runnable(execution), id);
    return flowHandle(
      handle,
      this.#settle(handle.result, execution, () => this.#recorded(handle)),
    );
  }

  /**
   * Returns the flow as a task of another flow. The task's result is this flow's `output`. Its steps run in a scope under the
   * task's name, within this flow's own concurrency limit. For the other flow, the task is one step.
   */
  asTask<const Name extends string = string>(name: Name = this.name as Name): Task<Name, NestedInput<Input>, Output> {
    this.validate();
    const inner = { graph: this.#graph, failure: this.#failure };
    const nested = flowTask(name, inner, () => this.#execution());
    return nested as unknown as Task<Name, NestedInput<Input>, Output>;
  }

  /**
   * Returns the flow as a tool whose result is the flow's output. Its tasks are steps of the calling run, in the call's scope.
   *
   * @throws AitorError `invalid-flow`; those of `tool`, also if the flow's name is not valid for a tool.
   */
  asTool<Schema extends ToolInput, const Name extends string = string>(
    options: FlowToolOptions<Name, Schema, Input>,
  ): DefinedTool<Name, GivenTo<Schema>, ArgsOf<Schema>, Awaited<Output>> {
    this.validate();
    return flowTool(this, options);
  }

  /** For engines: runs the flow in a scope of a run. */
  execute(run: Run, input: Input): Promise<Output> {
    return this.#execution().start(run, input) as Promise<Output>;
  }

  /**
   * Returns a Mermaid flowchart of the flow or, given a result or a `FlowError`, of that run. Mermaid draws up to 500 edges,
   * unless its `maxEdges` is raised.
   */
  toMermaid(run?: { readonly tasks: Readonly<Record<string, TaskReport>> }): string {
    return flowchart(outlineOf(this.#graph), run?.tasks);
  }

  /** Returns the flow's structure as a JSON value; {@link drawRecorded} draws recorded runs with it. A durable journal keeps it. */
  outline(): FlowOutline {
    return { v: 1, ...outlineOf(this.#graph, this.#failure) };
  }

  #compile(): CompiledGraph {
    if (this.#compiled !== undefined) return this.#compiled;
    const problems = problemsOf(namedNodes(this.#graph));
    if (problems.length > 0) throw invalidFlowError(this.name, problems);
    return (this.#compiled = compile(this.#graph));
  }

  #execution(kept?: Readonly<Record<string, unknown>>): FlowExecution {
    return new FlowExecution({
      flow: this.name,
      graph: this.#compile(),
      concurrency: this.#concurrency,
      failure: this.#failure,
      ...(kept && { kept }),
    });
  }

  #run(execution: FlowExecution, input: Input, options: FlowRunOptions = {}): Promise<ResultOf<Output, Failure>> {
    const { engine = defaultEngine(), ...startOptions } = optionsOf(options, RUN, "an option of a run");
    return this.#settle(engine.run(this.#runnable(execution), input, startOptions), execution);
  }

  #runnable(execution: FlowExecution): Runnable<Input, Output> {
    const { name, version } = this;
    const { carries } = execution;
    const execute = (run: Run, input: Input): Promise<Output> => execution.start(run, input) as Promise<Output>;
    return { name, version, execute, outline: () => this.outline(), ...(carries !== undefined && { carries }) };
  }

  async #recorded(events: AsyncIterable<EngineEvent>): Promise<FlowOutcome> {
    const report = (await runReport(events)) as RunReport;
    return recordedOutcome(this.name, this.#compile(), this.outline(), report);
  }

  #settle(
    output: Promise<Output>,
    execution: FlowExecution,
    recorded?: () => Promise<FlowOutcome>,
  ): Promise<ResultOf<Output, Failure>> {
    return flowResult({ name: this.name, failure: this.#failure }, output, execution, recorded);
  }
}

const OPTIONS = ["concurrency", "failure", "version"] as const satisfies readonly (keyof FlowOptions)[];
const RUN = ["engine", "id", "signal", "origin"] as const satisfies readonly (keyof FlowRunOptions)[];

function checkedResults(flow: string, previous: unknown): KeptResults {
  const { results } = (previous ?? {}) as Partial<PreviousRun>;
  if (typeof results === "object" && results !== null && !Array.isArray(results)) return results;
  const expected = "a result, a FlowError, or an object of their input and results";
  throw invalidOption(`the previous run of flow "${flow}"`, expected, previous);
}

function flowHandle<Result>(handle: RunHandle<unknown>, result: Promise<Result>): FlowHandle<Result> {
  result.catch(() => {});
  return {
    id: handle.id,
    result,
    cancel: (reason) => handle.cancel(reason),
    [Symbol.asyncIterator]: () => handle[Symbol.asyncIterator](),
  };
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
