import type { FailureMode, Graph, Source, WaitKind } from "./types.ts";

/** The structure of a flow, as JSON. It is kept with the flow's runs, so that they can be drawn without the flow's code. */
export interface FlowOutline extends OutlineGraph {
  /** The version of this format. */
  readonly v: 1;
}

/** A graph. Its tasks are in the order in which they were written. */
export interface OutlineGraph {
  readonly nodes: readonly OutlineNode[];
  /** The nodes whose results form the output. */
  readonly exits: readonly number[];
  /** @default "stop" */
  readonly failure?: FailureMode;
}

export interface OutlineNode {
  readonly name: string;
  readonly from: readonly Source[];
  /** For a mapped task: how many elements each step gets, one alone or a batch. */
  readonly mapped?: "each" | number;
  readonly waits?: WaitKind;
  /** The graphs inside. If there are several, the label says when a graph runs. */
  readonly inner?: readonly OutlineInner[];
}

export interface OutlineInner {
  readonly label?: string;
  readonly graph: OutlineGraph;
}

export function outlineOf({ nodes, exits }: Graph, failure: FailureMode = "stop"): OutlineGraph {
  return {
    nodes: nodes.map(({ task, sources, mapped }) => ({
      name: task.name,
      from: sources,
      ...(mapped !== undefined && { mapped: mapped.batch ?? "each" }),
      ...(task["~waits"] !== undefined && { waits: task["~waits"] }),
      ...(task["~inner"].length > 0 && {
        inner: task["~inner"].map((inner) => ({
          ...(inner.label !== undefined && { label: inner.label }),
          graph: outlineOf(inner.graph, inner.failure),
        })),
      }),
    })),
    exits,
    ...(failure === "isolate" && { failure }),
  };
}

/** Returns `value` if it is an outline of this version, else `undefined`. */
export function readOutline(value: unknown): FlowOutline | undefined {
  return (value as Partial<FlowOutline> | null | undefined)?.v === 1 && isGraph(value)
    ? (value as FlowOutline)
    : undefined;
}

function isGraph(value: unknown): value is OutlineGraph {
  if (!isObject(value)) return false;
  const { nodes, exits, failure } = value;
  if (!Array.isArray(nodes) || !Array.isArray(exits)) return false;
  const isPlace = (place: unknown): boolean => Number.isInteger(place) && Object.hasOwn(nodes, place as number);
  return (
    nodes.every((node) => isNode(node, isPlace)) &&
    exits.every(isPlace) &&
    isOneOf(failure, undefined, "stop", "isolate")
  );
}

function isNode(value: unknown, isPlace: (place: unknown) => boolean): value is OutlineNode {
  if (!isObject(value)) return false;
  const { name, from, mapped, waits, inner } = value;
  const isSource = (source: unknown): boolean =>
    isPlace(source) || source === "input" || (isObject(source) && typeof source["field"] === "string");
  return (
    typeof name === "string" &&
    Array.isArray(from) &&
    from.every(isSource) &&
    (isOneOf(mapped, undefined, "each") || (Number.isInteger(mapped) && (mapped as number) >= 1)) &&
    isOneOf(waits, undefined, "signal", "timer") &&
    (inner === undefined || (Array.isArray(inner) && inner.length > 0 && inner.every(isInner)))
  );
}

function isInner(value: unknown): value is OutlineInner {
  return isObject(value) && isOneOf(typeof value["label"], "string", "undefined") && isGraph(value["graph"]);
}

function isOneOf(value: unknown, ...allowed: readonly unknown[]): boolean {
  return allowed.includes(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
