import type { CompiledGraph } from "./compiled-graph.ts";
import type { TaskReport, TaskState } from "./flow-report.ts";
import type { GraphNode, InnerProgress } from "./types.ts";

/** What is known of each task of one run of a flow, by its index in the graph. */
export class FlowState {
  readonly results: unknown[];
  readonly #nodes: readonly GraphNode[];
  readonly #states: TaskState[];
  readonly #startedAt: Float64Array;
  readonly #endedAt: Float64Array;
  readonly #elements = new Map<number, number>();
  readonly #inner = new Map<number, InnerProgress>();
  readonly #failures = new Map<number, unknown>();

  constructor({ nodes }: CompiledGraph) {
    this.#nodes = nodes;
    this.results = Array.from({ length: nodes.length });
    this.#states = Array.from({ length: nodes.length }, () => "waiting");
    this.#startedAt = new Float64Array(nodes.length);
    this.#endedAt = new Float64Array(nodes.length);
  }

  is(index: number, state: TaskState): boolean {
    return this.#states[index] === state;
  }

  name(index: number): string {
    return (this.#nodes[index] as GraphNode).task.name;
  }

  running(index: number): void {
    this.#states[index] = "running";
  }

  /** Its function was called. */
  began(index: number, inner?: InnerProgress): void {
    this.#startedAt[index] ||= performance.now();
    if (inner !== undefined) this.#inner.set(index, inner);
  }

  mapped(index: number, elements: number): void {
    this.#elements.set(index, elements);
  }

  done(index: number, result: unknown): void {
    this.results[index] = result;
    this.#end(index, "done");
  }

  failed(index: number, error: unknown): void {
    this.#failures.set(index, error);
    this.#end(index, "failed");
  }

  skipped(index: number): void {
    this.#states[index] = "skipped";
  }

  /** What runs is cancelled; what was not called yet waits for ever. */
  cancelled(): void {
    this.#states.forEach((state, index) => {
      if (state === "running") this.#end(index, this.#startedAt[index] === 0 ? "waiting" : "cancelled");
    });
  }

  /** The results of what is done, by task. */
  get resultsByName(): Readonly<Record<string, unknown>> {
    return this.#byName("done", (index) => this.results[index]);
  }

  /** What was thrown, by the task that failed. */
  get failuresByName(): Readonly<Record<string, unknown>> {
    return this.#byName("failed", (index) => this.#failures.get(index));
  }

  /** The failed tasks because of which each one was skipped. */
  get skippedByName(): Readonly<Record<string, readonly string[]>> {
    const reasons = new Map<number, readonly string[]>();
    return this.#byName("skipped", (index) => this.#because(index, reasons));
  }

  get tasks(): Readonly<Record<string, TaskReport>> {
    const reasons = new Map<number, readonly string[]>();
    return Object.fromEntries(this.#nodes.map(({ task }, index) => [task.name, this.#report(index, reasons)]));
  }

  #end(index: number, state: TaskState): void {
    this.#states[index] = state;
    if (this.#startedAt[index] !== 0) this.#endedAt[index] = performance.now();
  }

  #byName<Value>(state: TaskState, value: (index: number) => Value): Readonly<Record<string, Value>> {
    const entries: [string, Value][] = [];
    this.#states.forEach((each, index) => {
      if (each === state) entries.push([this.name(index), value(index)]);
    });
    return Object.fromEntries(entries);
  }

  /** Without recursion, since a skipped chain may be as long as the flow. */
  #because(index: number, reasons: Map<number, readonly string[]>): readonly string[] {
    const open = [index];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const sources = (this.#nodes[top] as GraphNode).sources.filter((source) => typeof source === "number");
      const unknown = sources.filter((source) => this.is(source, "skipped") && !reasons.has(source));
      if (unknown.length > 0) {
        open.push(...unknown);
        continue;
      }
      open.pop();
      const names = sources.flatMap((source) =>
        this.is(source, "failed") ? [this.name(source)] : (reasons.get(source) ?? []),
      );
      reasons.set(top, [...new Set(names)]);
    }
    return reasons.get(index) as readonly string[];
  }

  #report(index: number, reasons: Map<number, readonly string[]>): TaskReport {
    const state = this.#states[index] as TaskState;
    if (state === "skipped") return { state, because: this.#because(index, reasons) };
    const elements = this.#elements.get(index);
    const tasks = this.#inner.get(index)?.tasks;
    const report = { state, ...(elements !== undefined && { elements }), ...(tasks !== undefined && { tasks }) };
    const startedAt = this.#startedAt[index] as number;
    if (startedAt === 0) return state === "done" ? { ...report, recovered: true } : report;
    const endedAt = (this.#endedAt[index] as number) || performance.now();
    return { ...report, durationMs: endedAt - startedAt };
  }
}
