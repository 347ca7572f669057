import { clipped, visible } from "../../base/index.ts";
import { type PlanProgress, progressOf } from "./plan-progress.ts";
import { selection } from "./plan-selection.ts";
import { type Entry, laneOf } from "./plan-entry.ts";
import type { TodoStatus } from "./todo.ts";
import type { PlanState } from "./plan-state.ts";

/** How much of a plan is written. */
export interface PlanTextOptions {
  /** The number of todos that are shown: those that matter most, with their parents. @default 50 */
  readonly maxTodos?: number;
  /** The number of characters in all. @default 6_000 */
  readonly maxCharacters?: number;
}

const LONGEST_CONTENT = 160;
const LONGEST_DETAIL = 80;
const MOST_DEPENDENCIES = 8;
/** Skipped, given up, or opened again. */
const SAYS_WHY: ReadonlySet<TodoStatus> = new Set(["skipped", "cancelled", "pending"]);

/** Returns a plan for a prompt: one line for each todo, and at most as long as the options say. */
export function planText(state: PlanState, { maxTodos = 50, maxCharacters = 6_000 }: PlanTextOptions = {}): string {
  for (let most = Math.min(maxTodos, state.entries.size); ; most = most >> 1) {
    const text = written(state, most);
    if (text.length <= maxCharacters) return text;
    if (most <= 0) return clipped(text, maxCharacters).slice(0, Math.max(0, maxCharacters));
  }
}

function written(state: PlanState, most: number): string {
  const { shown, left } = selection(state, most);
  const more = left.map(([lane, count]) => `${count} ${lane}`);
  const rest = more.length === 0 ? [] : [`not shown: ${more.join(", ")}`];
  return [planCounts(progressOf(state)), ...shown.map(line), ...rest].join("\n");
}

/** Returns how far a plan is, in a line. */
export function planCounts({ total, over, ready, byStatus, state }: PlanProgress): string {
  if (state === "empty") return "the plan is empty";
  const { "in-progress": begun, failed, blocked } = byStatus;
  return [
    `${over} of ${total} over`,
    `${ready} ready`,
    ...(begun > 0 ? [`${begun} in progress`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
  ].join(", ");
}

function line(entry: Entry): string {
  const { id, content, priority, status, depth, dependsOn, assignee, error, reason } = entry.todo;
  const lane = entry.tally === undefined ? laneOf(entry) : status;
  const said = [
    ...(priority === "medium" ? [] : [priority]),
    ...(dependsOn.length === 0 ? [] : [`after ${idList(dependsOn)}`]),
    ...(assignee === undefined ? [] : [`by ${detail(assignee)}`]),
    ...(status === "failed" && error !== undefined ? [`error: ${detail(error)}`] : []),
    ...(SAYS_WHY.has(status) && reason !== undefined ? [`reason: ${detail(reason)}`] : []),
  ];
  const behind = said.length === 0 ? "" : ` (${said.join("; ")})`;
  return `${"  ".repeat(depth)}${id} ${lane}: ${clipped(visible(content.slice(0, LONGEST_CONTENT + 1)), LONGEST_CONTENT)}${behind}`;
}

function idList(ids: readonly string[]): string {
  const left = ids.length - MOST_DEPENDENCIES;
  return ids.slice(0, MOST_DEPENDENCIES).join(", ") + (left > 0 ? ` and ${left} more` : "");
}

function detail(text: string): string {
  return clipped(visible(text.slice(0, LONGEST_DETAIL + 1)), LONGEST_DETAIL);
}
