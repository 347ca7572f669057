import type { RunReport, StepReport } from "../engine/index.ts";
import { failingTasks } from "./errors.ts";
import type { TaskReport, TaskState } from "./flow-report.ts";
import { type KeptResults, keptResults } from "./kept-results.ts";
import { orderOf } from "./graph.ts";
import type { OutlineGraph, OutlineNode } from "./outline.ts";
import { RecordedScope } from "./recorded-scope.ts";
import type { Source } from "./types.ts";

/**
 * How far each task of a recorded run came, told by its record and the outline of its flow alone. A mapped task over an
 * empty list, a choice that passes on what it was given and a task that fails before it begins leave no record of their
 * own: what they came to follows from what stands around them.
 */
export function recordedTasks(graph: OutlineGraph, report: RunReport): Readonly<Record<string, TaskReport>> {
  const { input, state, error } = report;
  const lengthOf = (source: Source): number | undefined => lengthOfList(fieldOf(input, source));
  const kept = keptResults(report.name, report.carried);
  const surroundings = { scope: RecordedScope.of(report), failing: failingTasks(error), lengthOf, kept };
  return new RecordedGraph(graph, { ...surroundings, end: ENDS[state] }).tasks;
}

/** What became of what has no outcome on record: it is done, goes on, was cut off, or, around what failed, failed. */
type End = "done" | "open" | "cut" | "failed";

const ENDS: Readonly<Record<RunReport["state"], End>> = {
  finished: "done",
  queued: "open",
  running: "open",
  suspended: "open",
  failed: "failed",
  cancelled: "cut",
  "set-aside": "cut",
  "sent-again": "cut",
};

/** What is around a graph. */
interface Surroundings {
  readonly scope: RecordedScope | undefined;
  readonly end: End;
  /** The task because of which it failed, the one inside of that, and so on. */
  readonly failing: readonly string[];
  /** The length of a list that the graph is given. */
  readonly lengthOf: (source: Source) => number | undefined;
  /** The results that the graph's tasks kept of an earlier run: these were given nothing. */
  readonly kept?: KeptResults | undefined;
}

interface NodeRecord {
  readonly state: TaskState;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly elements?: number | undefined;
  readonly tasks?: Readonly<Record<string, TaskReport>>;
  /** Of its result, where that is known to be a list. */
  readonly length?: number | undefined;
}

/** One graph of a run: the flow's, or one inside of a task. */
class RecordedGraph {
  readonly tasks: Readonly<Record<string, TaskReport>>;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly #graph: OutlineGraph;
  readonly #around: Surroundings;
  readonly #records: NodeRecord[] = [];
  /** The nodes whose results something was given. */
  readonly #taken = new Set<number>();

  constructor(graph: OutlineGraph, around: Surroundings) {
    this.#graph = graph;
    this.#around = around;
    for (const node of graph.nodes) {
      if (!this.#isGiven(node)) continue;
      for (const source of node.from) if (typeof source === "number") this.#taken.add(source);
    }
    const order = orderOf(graph.nodes.map(({ from }) => from));
    for (const index of order) {
      const record = this.#record(index);
      // Its steps may have finished, and what they gave have been of no use.
      const isFailing = record.state === "done" && around.failing[0] === graph.nodes[index]?.name;
      this.#records[index] = isFailing ? { ...record, state: "failed" } : record;
    }
    const because = this.#because(order);
    this.tasks = Object.fromEntries(
      graph.nodes.map(({ name }, index) => [name, taskReport(this.#at(index), because.get(index))]),
    );
    this.startedAt = least(this.#records.map((record) => record.startedAt));
    this.endedAt = most(this.#records.map((record) => record.endedAt));
  }

  get isFailed(): boolean {
    return this.#records.some(({ state }) => state === "failed");
  }

  get isDone(): boolean {
    return this.#records.every(({ state }) => state === "done");
  }

  /** Of its output, where that is a list. */
  get length(): number | undefined {
    const [exit, ...others] = this.#graph.exits;
    return exit === undefined || others.length > 0 ? undefined : this.#at(exit).length;
  }

  #record(index: number): NodeRecord {
    const node = this.#graph.nodes[index] as OutlineNode;
    const { scope, end, failing } = this.#around;
    const own = scope?.step(node.name);
    if (own !== undefined) return this.#ofStep(node, own, end);
    const sources = node.from.filter((source) => typeof source === "number").map((source) => this.#at(source).state);
    const isolated = this.#graph.failure === "isolate";
    if (isolated && sources.some((state) => state === "failed" || state === "skipped")) return { state: "skipped" };
    const isReady = sources.every((state) => state === "done");
    const isFailing = failing[0] === node.name;
    const isUnbegun = end === "failed" && isReady && (isolated || (failing.length === 0 && node.mapped !== undefined));
    const unrecorded = isFailing || isUnbegun ? "failed" : "waiting";
    const isDone = end === "done" || this.#taken.has(index);
    const within: Surroundings = {
      scope: undefined,
      end: isDone ? "done" : end === "failed" && !isFailing && !isolated ? "cut" : end,
      failing: isFailing ? failing.slice(1) : [],
      lengthOf: (source) => this.#given(node, source),
    };
    if (node.mapped !== undefined) return this.#ofElements(node, node.mapped, within, isReady, unrecorded);
    if (node.inner !== undefined) return ofInner(node.inner, { ...within, scope: scope?.scope(node.name) }, unrecorded);
    return { state: isDone ? "done" : unrecorded };
  }

  #ofStep(node: OutlineNode, step: StepReport, end: End): NodeRecord {
    const { startedAt, endedAt, durationMs, result } = step;
    const length = node.waits === "timer" ? this.#length(node.from[0]) : lengthOfList(result);
    return { state: stateOf(step, end), startedAt, endedAt, durationMs, length };
  }

  /** @param unrecorded What it is where none of its elements is on record. */
  #ofElements(
    node: OutlineNode,
    size: "each" | number,
    within: Surroundings,
    isReady: boolean,
    unrecorded: TaskState,
  ): NodeRecord {
    const { scope, end } = this.#around;
    const length = this.#length(node.from[0]);
    const steps = [...(scope?.steps.get(node.name)?.values() ?? [])].map((step) => this.#ofStep(node, step, end));
    const scopes = [...(scope?.scopes.get(node.name)?.values() ?? [])].map((each) =>
      ofInner(node.inner ?? [], { ...within, scope: each, lengthOf: () => undefined }, unrecorded),
    );
    const records = [...steps, ...scopes];
    const isDone = within.end === "done" || (length === 0 && isReady);
    const elements = length ?? (size === "each" && (isDone || records.length > 0) ? records.length : undefined);
    const times = { startedAt: least(records.map((each) => each.startedAt)), endedAt: undefined };
    const ended = { ...times, endedAt: most(records.map((each) => each.endedAt)) };
    if (isDone) return { state: "done", ...ended, elements, length: elements };
    if (records.length === 0) return { state: unrecorded, elements: isReady ? elements : undefined };
    if (records.some(({ state }) => state === "failed")) return { state: "failed", ...ended, elements };
    const count = length === undefined || size === "each" ? length : Math.ceil(length / size);
    if (records.length === count && records.every(({ state }) => state === "done")) {
      return { state: "done", ...ended, elements, length };
    }
    return within.end === "open"
      ? { state: "running", ...times, elements }
      : { state: "cancelled", ...ended, elements };
  }

  /** Whether it was begun, and with what it takes. */
  #isGiven({ name }: OutlineNode): boolean {
    const { scope, kept } = this.#around;
    if (kept !== undefined && Object.hasOwn(kept, name)) return false;
    return scope !== undefined && (scope.steps.has(name) || scope.scopes.has(name));
  }

  /** What a graph inside of a node is given: the one input of that, or its inputs by number. */
  #given({ from }: OutlineNode, source: Source): number | undefined {
    return this.#length(from[typeof source === "object" ? Number(source.field) : 0]);
  }

  #length(source: Source | undefined): number | undefined {
    if (source === undefined) return undefined;
    return typeof source === "number" ? this.#at(source).length : this.#around.lengthOf(source);
  }

  /** The failed tasks because of which each one was skipped. */
  #because(order: readonly number[]): Map<number, readonly string[]> {
    const reasons = new Map<number, readonly string[]>();
    for (const index of order) {
      if (this.#at(index).state !== "skipped") continue;
      const sources = (this.#graph.nodes[index] as OutlineNode).from.filter((source) => typeof source === "number");
      const names = sources.flatMap((source) =>
        this.#at(source).state === "failed"
          ? [(this.#graph.nodes[source] as OutlineNode).name]
          : (reasons.get(source) ?? []),
      );
      reasons.set(index, [...new Set(names)]);
    }
    return reasons;
  }

  /** Of a cycle, which cannot run, nothing is known. */
  #at(index: number): NodeRecord {
    return this.#records[index] ?? { state: "waiting" };
  }
}

/** A task made of tasks; where it has several graphs, a test tells which one runs. */
function ofInner(inner: NonNullable<OutlineNode["inner"]>, around: Surroundings, unrecorded: TaskState): NodeRecord {
  const { scope, end } = around;
  if (inner.some(({ label }) => label !== undefined)) return ofChoice(inner, around, unrecorded);
  const [only] = inner;
  // Code of another version had tasks inside.
  if (only === undefined) return { state: unrecorded };
  const graph = new RecordedGraph(only.graph, around);
  const { tasks, startedAt, length } = graph;
  if (end === "done" || graph.isDone) return { state: "done", tasks, startedAt, endedAt: graph.endedAt, length };
  if (scope === undefined) return { state: unrecorded, ...(graph.isFailed && { tasks }) };
  const state = unfinished(graph, end);
  return { state, tasks, startedAt, endedAt: state === "running" ? undefined : graph.endedAt };
}

function ofChoice(
  ways: NonNullable<OutlineNode["inner"]>,
  { scope, end, ...around }: Surroundings,
  unrecorded: TaskState,
): NodeRecord {
  const test = scope?.step("test");
  if (test === undefined) return { state: end === "done" ? "done" : unrecorded };
  const { startedAt } = test;
  const label = test.result ? "yes" : "no";
  const way = ways.find((each) => each.label === label);
  if (test.state !== "finished") return { state: stateOf(test, end), startedAt, endedAt: test.endedAt };
  if (typeof test.result !== "boolean") return { state: "failed", startedAt, endedAt: test.endedAt };
  if (way === undefined) return { state: "done", startedAt, endedAt: test.endedAt, length: around.lengthOf("input") };
  const graph = new RecordedGraph(way.graph, { ...around, end, scope: scope?.scope(label) });
  const { tasks, length } = graph;
  const endedAt = most([test.endedAt, graph.endedAt]);
  if (end === "done" || graph.isDone) return { state: "done", tasks, startedAt, endedAt, length };
  const state = unfinished(graph, end);
  return { state, tasks, startedAt, endedAt: state === "running" ? undefined : endedAt };
}

function unfinished(graph: RecordedGraph, end: End): TaskState {
  if (graph.isFailed || end === "failed") return "failed";
  return end === "open" ? "running" : "cancelled";
}

function stateOf({ state }: StepReport, end: End): TaskState {
  switch (state) {
    case "finished":
      return "done";
    case "failed":
      return "failed";
    case "abandoned":
    case "cancelled":
      return "cancelled";
    case "running":
    case "waiting":
    case "in-doubt":
      return end === "open" ? "running" : "cancelled";
  }
}

function taskReport(
  { state, startedAt, endedAt, elements, tasks, ...record }: NodeRecord,
  because: readonly string[] | undefined,
): TaskReport {
  const spanned = startedAt === undefined || endedAt === undefined ? undefined : Math.max(0, endedAt - startedAt);
  const durationMs = record.durationMs ?? spanned;
  return {
    state,
    ...(durationMs !== undefined && { durationMs }),
    ...(elements !== undefined && { elements }),
    ...(because !== undefined && { because }),
    ...(tasks !== undefined && { tasks }),
  };
}

function fieldOf(input: unknown, source: Source): unknown {
  if (source === "input" || typeof source === "number") return input;
  return (input as Record<string, unknown> | null | undefined)?.[source.field];
}

function lengthOfList(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function least(times: readonly (number | undefined)[]): number | undefined {
  return reduced(times, (a, b) => (b < a ? b : a));
}

function most(times: readonly (number | undefined)[]): number | undefined {
  return reduced(times, (a, b) => (b > a ? b : a));
}

function reduced(times: readonly (number | undefined)[], choose: (a: number, b: number) => number): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : known.reduce(choose);
}
