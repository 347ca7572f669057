import { describe, type Run, type StepContext, type StepOptions } from "../base/index.ts";
import { type CompiledGraph, inputsOf } from "./compiled-graph.ts";
import { FlowError, type FlowProgress, notAListError } from "./errors.ts";
import type { TaskReport, TaskState } from "./flow-report.ts";
import type { GraphNode } from "./graph.ts";

/** One step to start: a node, or the next element of a mapped node. */
type Work = number | MappedNode;

/** A mapped node under way. */
interface MappedNode {
  readonly index: number;
  readonly list: readonly unknown[];
  readonly results: unknown[];
  readonly limit: number;
  next: number;
  active: number;
  left: number;
}

/**
 * One run of a flow. Each node counts the inputs it still lacks; the result that brings the last one makes it ready,
 * so a run costs what its edges cost, whatever its shape. The first failure rejects at once; the engine then cancels
 * the steps that are open, since their scope has ended.
 */
export class FlowExecution implements FlowProgress {
  runId = "";
  readonly #flow: string;
  readonly #graph: CompiledGraph;
  readonly #concurrency: number;
  readonly #unmet: Int32Array;
  readonly #results: unknown[];
  readonly #states: TaskState[];
  readonly #startedAt: Float64Array;
  readonly #endedAt: Float64Array;
  /** How many elements the mapped nodes have that were started, by index. */
  readonly #elements = new Map<number, number>();
  readonly #ready: Work[] = [];
  #head = 0;
  #active = 0;
  #left: number;
  #stopped = false;
  #run!: Run;
  #input: unknown;
  #resolve!: () => void;
  #reject!: (error: FlowError) => void;

  constructor(flow: string, graph: CompiledGraph, concurrency: number) {
    const count = graph.nodes.length;
    this.#flow = flow;
    this.#graph = graph;
    this.#concurrency = concurrency;
    this.#unmet = graph.unmet.slice();
    this.#results = Array.from({ length: count });
    this.#states = Array.from({ length: count }, () => "waiting");
    this.#startedAt = new Float64Array(count);
    this.#endedAt = new Float64Array(count);
    this.#left = count;
  }

  /** The results of what is done, by task. */
  get results(): Readonly<Record<string, unknown>> {
    const done = this.#graph.nodes.flatMap(({ task }, index) =>
      this.#states[index] === "done" ? [[task.name, this.#results[index]] as const] : [],
    );
    return Object.fromEntries(done);
  }

  get tasks(): Readonly<Record<string, TaskReport>> {
    return Object.fromEntries(this.#graph.nodes.map(({ task }, index) => [task.name, this.#report(index)]));
  }

  async start(run: Run, input: unknown): Promise<unknown> {
    this.runId = run.id;
    this.#run = run;
    this.#input = input;
    await new Promise<void>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#unmet.forEach((unmet, index) => {
        if (unmet === 0) this.#ready.push(index);
      });
      this.#pump();
    });
    const { exits, nodes } = this.#graph;
    if (exits.length === 1) return this.#results[exits[0] as number];
    return Object.fromEntries(exits.map((exit) => [(nodes[exit] as GraphNode).task.name, this.#results[exit]]));
  }

  /** The error of a run that was cancelled from outside; nothing starts any more. */
  cancelled(cause: unknown): FlowError {
    this.#stop();
    return new FlowError(this.#flow, this, cause);
  }

  /** Starts what is ready, as far as the limit allows. A loop, since what it starts may be done at once. */
  #pump(): void {
    while (!this.#stopped && this.#active < this.#concurrency && this.#head < this.#ready.length) {
      const work = this.#ready[this.#head++] as Work;
      if (this.#head > 1_024 && this.#head * 2 > this.#ready.length) {
        this.#ready.splice(0, this.#head);
        this.#head = 0;
      }
      if (typeof work === "number") this.#startNode(work);
      else this.#startElement(work);
    }
  }

  #startNode(index: number): void {
    const { task, sources, mapped } = this.#graph.nodes[index] as GraphNode;
    const input = inputsOf(sources, this.#results, this.#input);
    if (mapped !== undefined) return this.#startMapped(index, input[0], mapped.concurrency);
    this.#active++;
    this.#states[index] = "running";
    const call = (step: StepContext): unknown => {
      this.#startedAt[index] ||= performance.now();
      return task["~call"](step, input);
    };
    this.#run.step(task.name, call, stepOptions(task["~settings"], input)).then(
      (result) => {
        if (this.#stopped) return;
        this.#active--;
        this.#finish(index, result);
        this.#pump();
      },
      (error: unknown) => this.#fail(index, undefined, error),
    );
  }

  #startMapped(index: number, list: unknown, limit: number): void {
    if (!Array.isArray(list)) {
      const { task } = this.#graph.nodes[index] as GraphNode;
      return this.#fail(index, undefined, notAListError(task.name, describe(list)));
    }
    this.#states[index] = "running";
    this.#elements.set(index, list.length);
    if (list.length > 0) {
      this.#ready.push({ index, list, results: [], limit, next: 0, active: 0, left: list.length });
    } else {
      this.#startedAt[index] = performance.now();
      this.#finish(index, []);
    }
  }

  #startElement(mapped: MappedNode): void {
    const { index } = mapped;
    const { task } = this.#graph.nodes[index] as GraphNode;
    const element = mapped.next++;
    this.#active++;
    mapped.active++;
    if (mapped.next < mapped.list.length && mapped.active < mapped.limit) this.#ready.push(mapped);
    const input = [mapped.list[element]];
    const name = { name: task.name, key: String(element) };
    const call = (step: StepContext): unknown => {
      this.#startedAt[index] ||= performance.now();
      return task["~call"](step, input);
    };
    this.#run.step(name, call, stepOptions(task["~settings"], input)).then(
      (result) => {
        if (this.#stopped) return;
        this.#active--;
        mapped.results[element] = result ?? null;
        if (mapped.active-- === mapped.limit && mapped.next < mapped.list.length) this.#ready.push(mapped);
        if (--mapped.left === 0) this.#finish(index, mapped.results);
        this.#pump();
      },
      (error: unknown) => this.#fail(index, element, error),
    );
  }

  #finish(index: number, result: unknown): void {
    this.#results[index] = result;
    this.#states[index] = "done";
    if (this.#startedAt[index] !== 0) this.#endedAt[index] = performance.now();
    for (const follower of this.#graph.followers[index] as readonly number[]) {
      const unmet = (this.#unmet[follower] as number) - 1;
      this.#unmet[follower] = unmet;
      if (unmet === 0) this.#ready.push(follower);
    }
    if (--this.#left === 0) this.#resolve();
  }

  #fail(index: number, element: number | undefined, error: unknown): void {
    if (this.#stopped) return;
    if (this.#run.abortSignal.aborted) return this.#reject(this.cancelled(error));
    this.#stop();
    this.#states[index] = "failed";
    const task = (this.#graph.nodes[index] as GraphNode).task.name;
    const failed = element === undefined ? { task } : { task, element };
    this.#reject(new FlowError(this.#flow, this, error, failed));
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#states.forEach((state, index) => {
      if (state !== "running") return;
      this.#states[index] = this.#startedAt[index] === 0 ? "waiting" : "cancelled";
      this.#endedAt[index] = performance.now();
    });
  }

  #report(index: number): TaskReport {
    const state = this.#states[index] as TaskState;
    const elements = this.#elements.get(index);
    const counted = elements === undefined ? { state } : { state, elements };
    const startedAt = this.#startedAt[index] as number;
    if (startedAt === 0) return state === "done" ? { ...counted, recovered: true } : counted;
    const endedAt = (this.#endedAt[index] as number) || performance.now();
    return { ...counted, durationMs: endedAt - startedAt };
  }
}

/** A list has no `undefined` in JSON, so what a task of no result gives is recorded as null. */
function stepOptions({ effect, timeout, retry }: StepOptions, given: readonly unknown[]): StepOptions {
  const input = given.includes(undefined) ? given.map((value) => value ?? null) : given;
  return { effect, timeout, retry, input } as StepOptions;
}
