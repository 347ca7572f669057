import type { Run } from "../base/index.ts";
import { type CompiledGraph, inputsOf } from "./compiled-graph.ts";
import { checkFields } from "./edges.ts";
import { FlowError, type FlowProgress } from "./errors.ts";
import type { TaskReport } from "./flow-report.ts";
import { FlowState } from "./flow-state.ts";
import { type EarlyStart, EarlyStarts } from "./early-start.ts";
import { MappedNode, type MappedStep } from "./mapped-node.ts";
import { Places } from "./places.ts";
import { carriedResults, keptResults, type KeptResults, withKept } from "./kept-results.ts";
import type { FailureMode, GraphNode, InnerProgress, Place } from "./types.ts";

export interface ExecutionSettings {
  readonly flow: string;
  readonly graph: CompiledGraph;
  /** `"borrowed"` shares the places of what it is inside of. */
  readonly concurrency: number | "borrowed";
  readonly failure: FailureMode;
  /** Results from an earlier run, by task: these tasks do not run again. */
  readonly kept?: KeptResults;
}

/** One step to start: a node, or the next element of a mapped node. */
type Work = number | MappedNode;

/**
 * One run of a flow. Each node counts the inputs it still lacks; the result that brings the last one makes it ready,
 * so a run costs what its edges cost, whatever its shape. In mode "stop" the first failure rejects at once, and the
 * engine cancels the steps that are open, since their scope has ended. In mode "isolate" a failure skips what takes from
 * it, and the rejection waits for the rest.
 */
export class FlowExecution implements FlowProgress, InnerProgress {
  runId = "";
  input: unknown;
  readonly #settings: ExecutionSettings;
  readonly #state: FlowState;
  readonly #unmet: Int32Array;
  readonly #places: Places<Work>;
  readonly #mapped: MappedNode[] = [];
  #kept: KeptResults | undefined;
  #left: number;
  #stopped = false;
  #failure: FlowError | undefined;
  #run!: Run;
  #early!: EarlyStarts;
  #resolve!: () => void;
  #reject!: (error: FlowError) => void;

  constructor(settings: ExecutionSettings) {
    this.#settings = settings;
    this.#kept = settings.kept;
    this.#state = new FlowState(settings.graph);
    this.#unmet = settings.graph.unmet.slice();
    this.#places = new Places(settings.concurrency, (work) => {
      if (typeof work === "number") this.#startNode(work);
      else this.#startElement(work);
    });
    this.#left = settings.graph.nodes.length;
  }

  /** What is kept is a result, be its task done by now or not: a rerun of this one keeps it, too. */
  get results(): Readonly<Record<string, unknown>> {
    const { resultsByName } = this.#state;
    return this.#kept === undefined ? resultsByName : withKept(this.#kept, this.#settings.graph, resultsByName);
  }

  get failed(): Readonly<Record<string, unknown>> {
    return this.#state.failuresByName;
  }

  get skipped(): Readonly<Record<string, readonly string[]>> {
    return this.#state.skippedByName;
  }

  get tasks(): Readonly<Record<string, TaskReport>> {
    return this.#state.tasks;
  }

  /** What whoever goes on with the run must know of it. */
  get carries(): unknown {
    return this.#kept && carriedResults(this.#settings.flow, this.#kept);
  }

  async start(run: Run, input: unknown): Promise<unknown> {
    this.runId = run.id;
    this.#run = run;
    this.#early = new EarlyStarts(run);
    this.input = input;
    this.#kept ??= keptResults(this.#settings.flow, run.carried);
    const { fields } = this.#settings.graph;
    if (fields.length > 0) checkFields(this.#settings.flow, fields, input);
    run.queue?.(() => this.#waiting);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        this.#unmet.forEach((unmet, index) => {
          if (unmet === 0) this.#isReady(index);
        });
        this.#places.pump();
      });
    } finally {
      this.#places.end();
    }
    if (this.#failure !== undefined) throw this.#failure;
    const { exits } = this.#settings.graph;
    const { results } = this.#state;
    if (exits.length === 1) return results[exits[0] as number];
    return Object.fromEntries(exits.map((exit) => [this.#state.name(exit), results[exit]]));
  }

  /** The error of a run that was cancelled from outside; nothing starts any more. */
  cancelled(cause: unknown): FlowError {
    this.#stop();
    return new FlowError(this.#settings.flow, this, cause);
  }

  within(place: Place, rests: boolean): void {
    this.#places.within(place, rests);
  }

  /** Steps that could start but for a limit: the flow's, or that of a mapped task. */
  get #waiting(): number {
    if (this.#stopped) return 0;
    const nodes = this.#places.queued.filter((work) => typeof work === "number");
    const mapped = this.#mapped.filter(({ index }) => this.#state.is(index, "running"));
    return mapped.reduce((sum, { waiting }) => sum + waiting, nodes.length);
  }

  /** What only waits starts at once, and so does what begins early. */
  #isReady(index: number): void {
    const early = this.#early.ofNode(this.#node(index));
    if (early !== undefined || this.#settings.graph.places[index] === 0) this.#startNode(index, early);
    else this.#places.push(index);
  }

  #startNode(index: number, early?: EarlyStart): void {
    const { task, sources, mapped } = this.#node(index);
    const isKept = this.#isKept(index);
    const given = isKept ? [] : inputsOf(sources, this.#state.results, this.input);
    if (mapped !== undefined && !isKept) return this.#startMapped(index, given[0], mapped);
    const places = this.#placesOf(index, early);
    this.#places.open(places);
    this.#state.running(index);
    const outcome = isKept
      ? this.#run.step(task.name, () => this.#kept?.[task.name])
      : task["~start"](this.#run, task.name, given, (inner) => this.#began(index, early, inner));
    outcome.then(
      (result) => {
        this.#places.close(places);
        this.#finish(index, result);
        this.#places.pump();
      },
      (error: unknown) => {
        this.#places.close(places);
        this.#fail(index, undefined, error);
      },
    );
  }

  #startMapped(index: number, list: unknown, options: NonNullable<GraphNode["mapped"]>): void {
    this.#state.running(index);
    try {
      const mapped = new MappedNode(index, this.#state.name(index), list, options);
      this.#state.mapped(index, (list as unknown[]).length);
      this.#mapped.push(mapped);
      const early = this.#early.ofElements(this.#node(index).task.name);
      if (early !== undefined) for (const step of mapped.takeOut(early)) this.#startStep(mapped, step);
      if (!mapped.isEmpty) return this.#goOn(mapped);
      this.#state.began(index);
      this.#finish(index, []);
    } catch (error) {
      this.#fail(index, undefined, error);
    }
  }

  #goOn(mapped: MappedNode): void {
    if (!mapped.isReady) return;
    if (this.#settings.graph.places[mapped.index] === 1) this.#places.push(mapped);
    else while (mapped.isReady && this.#state.is(mapped.index, "running")) this.#startElement(mapped);
  }

  #startElement(mapped: MappedNode): void {
    const { index } = mapped;
    if (!this.#state.is(index, "running")) return;
    this.#startStep(mapped, mapped.take());
    if (this.#settings.graph.places[index] === 1 && mapped.isReady) this.#places.push(mapped);
  }

  #startStep(mapped: MappedNode, { element, given, early }: MappedStep): void {
    const { index } = mapped;
    const { task } = this.#node(index);
    const places = this.#placesOf(index, early);
    this.#places.open(places);
    const name = { name: task.name, key: String(element) };
    task["~start"](this.#run, name, [given], (inner) => this.#elementBegan(index, early, inner)).then(
      (result) => {
        this.#places.close(places);
        if (mapped.release()) this.#goOn(mapped);
        this.#addElement(mapped, element, result);
        this.#places.pump();
      },
      (error: unknown) => {
        this.#places.close(places);
        this.#fail(index, element, error);
      },
    );
  }

  #placesOf(index: number, early: EarlyStart | undefined): number {
    return early === "done" ? 0 : (this.#settings.graph.places[index] as number);
  }

  #began(index: number, early: EarlyStart | undefined, inner: InnerProgress | undefined): void {
    inner?.within(this.#places, early === "begun");
    this.#state.began(index, inner);
  }

  /** Of the tasks inside of each element nothing is told. */
  #elementBegan(index: number, early: EarlyStart | undefined, inner: InnerProgress | undefined): void {
    inner?.within(this.#places, early === "begun");
    this.#state.began(index);
  }

  #addElement(mapped: MappedNode, element: number, result: unknown): void {
    try {
      if (mapped.add(element, result)) this.#finish(mapped.index, mapped.results);
    } catch (error) {
      this.#fail(mapped.index, element, error);
    }
  }

  #finish(index: number, result: unknown): void {
    if (this.#stopped || !this.#state.is(index, "running")) return;
    this.#state.done(index, result);
    for (const follower of this.#settings.graph.followers[index] as readonly number[]) this.#meet(follower);
    this.#count(1);
  }

  /** One of the tasks that it takes from has settled. */
  #meet(index: number): void {
    const unmet = (this.#unmet[index] as number) - 1;
    this.#unmet[index] = unmet;
    if (unmet === 0) this.#isReady(index);
  }

  #fail(index: number, element: number | undefined, error: unknown): void {
    if (this.#stopped || !this.#state.is(index, "running")) return;
    if (this.#run.abortSignal.aborted) return this.#reject(this.cancelled(error));
    this.#state.failed(index, error);
    const task = this.#state.name(index);
    this.#failure ??= new FlowError(this.#settings.flow, this, error, {
      task,
      ...(element !== undefined && { element }),
    });
    if (this.#settings.failure === "stop") {
      this.#stop();
      return this.#reject(this.#failure);
    }
    this.#count(1 + this.#skipFollowers(index));
    this.#places.pump();
  }

  /** Skips what takes from a task, and what takes from that, but what is kept; counts those that it skipped. */
  #skipFollowers(failed: number): number {
    const { followers } = this.#settings.graph;
    const open = [...(followers[failed] as readonly number[])];
    let count = 0;
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#isKept(index)) this.#meet(index);
      else if (this.#state.is(index, "waiting")) {
        this.#state.skipped(index);
        count++;
        for (const follower of followers[index] as readonly number[]) open.push(follower);
      }
    }
    return count;
  }

  #count(settled: number): void {
    this.#left -= settled;
    if (this.#left === 0) this.#resolve();
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#places.stop();
    this.#state.cancelled();
  }

  #isKept(index: number): boolean {
    return this.#kept !== undefined && Object.hasOwn(this.#kept, this.#state.name(index));
  }

  #node(index: number): GraphNode {
    return this.#settings.graph.nodes[index] as GraphNode;
  }
}
