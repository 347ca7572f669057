import type { TaskReport, TaskState } from "./flow-report.ts";
import type { Graph, GraphNode } from "./graph.ts";

const STYLES: Readonly<Record<TaskState, string>> = {
  waiting: "fill:#f3f4f6,stroke:#9ca3af,color:#374151",
  running: "fill:#dbeafe,stroke:#2563eb,color:#1e3a8a",
  done: "fill:#dcfce7,stroke:#16a34a,color:#14532d",
  failed: "fill:#fee2e2,stroke:#dc2626,color:#7f1d1d",
  cancelled: "fill:#fef3c7,stroke:#d97706,color:#78350f",
};

/** A Mermaid flowchart of a graph and, with `tasks`, of how far each task came in a run. */
export function flowchart({ nodes }: Graph, tasks?: Readonly<Record<string, TaskReport>>): string {
  const lines = ["flowchart TD"];
  const reports = nodes.map(({ task }) =>
    tasks !== undefined && Object.hasOwn(tasks, task.name) ? tasks[task.name] : undefined,
  );
  nodes.forEach((node, index) => lines.push(`  ${box(node, index, reports[index])}`));
  nodes.forEach(({ sources }, index) => {
    for (const source of new Set(sources)) if (source !== "input") lines.push(`  n${source} --> n${index}`);
  });
  const states = new Set(reports.flatMap((report) => report?.state ?? []));
  for (const state of states) lines.push(`  classDef ${state} ${STYLES[state]}`);
  return lines.join("\n");
}

function box({ task, mapped }: GraphNode, index: number, report: TaskReport | undefined): string {
  const label =
    escapeLabel(task.name) +
    (mapped === undefined ? "" : ` × ${report?.elements ?? "each"}`) +
    (report ? `<br/>${outcome(report)}` : "");
  const shape = mapped === undefined ? `["${label}"]` : `[["${label}"]]`;
  return `n${index}${shape}${report === undefined ? "" : `:::${report.state}`}`;
}

function outcome({ state, durationMs, recovered }: TaskReport): string {
  if (recovered === true) return "recovered";
  return durationMs === undefined ? state : `${state} in ${duration(durationMs)}`;
}

function duration(ms: number): string {
  if (ms < 1) return "under 1 ms";
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/**
 * A name inside the quotes of a label, so that no two names look the same. What cannot be seen (control and direction
 * characters, line ends) is written as an escape such as `\u202e` or `\u{e0001}`, and a backslash is doubled. Letters,
 * digits and harmless signs stay, `_`, `.` and `-` only where no Markdown can begin; all else becomes Mermaid's entity
 * code.
 */
function escapeLabel(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replace(/[^\p{L}\p{N} ,?!_.-]|(?<![\p{L}\p{N}])[_.-]|[_.-](?![\p{L}\p{N}])|(?<![^ ]) /gu, (sign) =>
      /[\p{C}\p{Zl}\p{Zp}]/u.test(sign) ? unicodeEscape(sign) : `#${sign.codePointAt(0)};`,
    );
}

function unicodeEscape(sign: string): string {
  const hex = (sign.codePointAt(0) as number).toString(16).padStart(4, "0");
  return hex.length === 4 ? `\\u${hex}` : `\\u{${hex}}`;
}
