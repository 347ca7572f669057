import { mermaidLabel } from "../base/index.ts";
import type { TaskReport, TaskState } from "./flow-report.ts";
import type { OutlineGraph, OutlineInner, OutlineNode } from "./outline.ts";
import type { WaitKind } from "./types.ts";

const STYLES: Readonly<Record<TaskState, string>> = {
  waiting: "fill:#f3f4f6,stroke:#9ca3af,color:#374151",
  running: "fill:#dbeafe,stroke:#2563eb,color:#1e3a8a",
  done: "fill:#dcfce7,stroke:#16a34a,color:#14532d",
  failed: "fill:#fee2e2,stroke:#dc2626,color:#7f1d1d",
  cancelled: "fill:#fef3c7,stroke:#d97706,color:#78350f",
  skipped: "fill:#f3f4f6,stroke:#9ca3af,color:#6b7280,stroke-dasharray:4",
};

type Shape = readonly [left: string, right: string];

const TASK: Shape = ["[", "]"];
const MAPPED: Shape = ["[[", "]]"];
const WAITS: Readonly<Record<WaitKind, Shape>> = { signal: ["{{", "}}"], timer: ["([", "])"] };

type Reports = Readonly<Record<string, TaskReport>>;

/** A Mermaid flowchart of a graph and, with `tasks`, of how far each task came in a run. */
export function flowchart(graph: OutlineGraph, tasks?: Reports): string {
  const states = new Set<TaskState>();
  const lines = draw(graph, "n", tasks, states);
  const classes = [...states].map((state) => `classDef ${state} ${STYLES[state]}`);
  return ["flowchart TD", ...[...lines, ...classes].map((line) => `  ${line}`)].join("\n");
}

/** The boxes and arrows of a graph; ids begin with `prefix`. Adds the states that it shows to `states`. */
function draw({ nodes }: OutlineGraph, prefix: string, tasks: Reports | undefined, states: Set<TaskState>): string[] {
  const boxes = nodes.flatMap((node, index) => {
    const { name } = node;
    const report = tasks !== undefined && Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    if (report !== undefined) states.add(report.state);
    return box(node, `${prefix}${index}`, report, states);
  });
  const arrows = nodes.flatMap(({ from }, index) =>
    [...new Set(from)].flatMap((source) =>
      typeof source === "number" ? [`${prefix}${source} --> ${prefix}${index}`] : [],
    ),
  );
  return [...boxes, ...arrows];
}

function box(
  { name, mapped, waits, inner }: OutlineNode,
  id: string,
  report: TaskReport | undefined,
  states: Set<TaskState>,
): string[] {
  const label =
    mermaidLabel(name) +
    (mapped === undefined ? "" : ` × ${report?.elements ?? "each"}`) +
    (report ? `<br/>${outcome(report, waits)}` : "");
  if (inner !== undefined) return group(inner, id, label, report, states);
  const [left, right] = waits === undefined ? (mapped === undefined ? TASK : MAPPED) : WAITS[waits];
  return [`${id}${left}"${label}"${right}${report === undefined ? "" : `:::${report.state}`}`];
}

/** A task made of tasks; where it has several graphs, a test leads to the one that runs. */
function group(
  inner: readonly OutlineInner[],
  id: string,
  label: string,
  report: TaskReport | undefined,
  states: Set<TaskState>,
): string[] {
  const lines = inner.flatMap(({ label: way, graph }, which) => {
    const prefix = `${id}_${which}_`;
    const drawn = draw(graph, prefix, report?.tasks, states);
    const arrows = graph.nodes.flatMap(({ from }, index) =>
      way !== undefined && !from.some((source) => typeof source === "number")
        ? [`${id}_test -- ${way} --> ${prefix}${index}`]
        : [],
    );
    return [...drawn, ...arrows];
  });
  const test = inner.some(({ label: way }) => way !== undefined) ? [`${id}_test{"?"}`] : [];
  const colour = report === undefined ? [] : [`class ${id} ${report.state}`];
  return [`subgraph ${id}["${label}"]`, ...[...test, ...lines].map((line) => `  ${line}`), "end", ...colour];
}

function outcome({ state, durationMs, recovered, because }: TaskReport, waits: WaitKind | undefined): string {
  if (because !== undefined) return `skipped because of ${because.map(mermaidLabel).join(", ")}`;
  if (recovered === true) return "recovered";
  if (state === "running" && waits !== undefined) return waits === "signal" ? "waits for an answer" : "waits";
  return durationMs === undefined ? state : `${state} in ${duration(durationMs)}`;
}

function duration(ms: number): string {
  if (ms < 1) return "under 1 ms";
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
