import { clipped, mermaidLabel } from "../../base/index.ts";
import { selection } from "./plan-selection.ts";
import type { Entry } from "./plan-entry.ts";
import type { PlanState } from "./plan-state.ts";
import type { TodoStatus } from "./todo.ts";

export interface PlanChartOptions {
  /** The number of todos that are drawn: those that matter most, with their parents. @default 200 */
  readonly maxTodos?: number;
}

const STYLES: Readonly<Record<TodoStatus, string>> = {
  pending: "fill:#f3f4f6,stroke:#9ca3af,color:#374151",
  "in-progress": "fill:#dbeafe,stroke:#2563eb,color:#1e3a8a",
  blocked: "fill:#ffedd5,stroke:#ea580c,color:#7c2d12,stroke-dasharray:4",
  completed: "fill:#dcfce7,stroke:#16a34a,color:#14532d",
  failed: "fill:#fee2e2,stroke:#dc2626,color:#7f1d1d",
  skipped: "fill:#f3f4f6,stroke:#9ca3af,color:#6b7280,stroke-dasharray:4",
  cancelled: "fill:#fef3c7,stroke:#d97706,color:#78350f",
};

const LONGEST = 60;

/** Returns a Mermaid flowchart: a box for each todo in the colour of its status, and a frame for a todo with children. */
export function planChart(state: PlanState, { maxTodos = 200 }: PlanChartOptions = {}): string {
  const { shown, left } = selection(state, maxTodos);
  const lines: string[] = [];
  const open: Entry[] = [];
  const close = (depth: number): void => {
    while (open.length > depth) {
      const { rank, todo } = open.pop() as Entry;
      lines.push(`${indent(open.length)}end`, `${indent(open.length)}class n${rank.number} ${todo.status}`);
    }
  };
  for (const [index, entry] of shown.entries()) {
    const { todo, rank } = entry;
    close(todo.depth);
    const label = mermaidLabel(`${todo.id}: ${clipped(todo.content, LONGEST)}`);
    // A frame without anything in it is drawn as a box.
    const isFrame = shown[index + 1]?.todo.parent === todo.id;
    const before = indent(todo.depth);
    lines.push(
      isFrame
        ? `${before}subgraph n${rank.number}["${label}"]`
        : `${before}n${rank.number}["${label}"]:::${todo.status}`,
    );
    if (isFrame) open.push(entry);
  }
  close(0);
  const numbers = new Map(shown.map(({ todo, rank }) => [todo.id, rank.number]));
  for (const { todo, rank } of shown) {
    for (const on of todo.dependsOn) if (numbers.has(on)) lines.push(`  n${numbers.get(on)} --> n${rank.number}`);
  }
  const count = left.reduce((sum, [, each]) => sum + each, 0);
  if (count > 0) lines.push(`  more["${count} more"]`);
  const statuses = [...new Set(shown.map(({ todo }) => todo.status))];
  const classes = statuses.map((status) => `  classDef ${status} ${STYLES[status]}`);
  return ["flowchart TD", ...lines, ...classes].join("\n");
}

function indent(depth: number): string {
  return "  ".repeat(depth + 1);
}
