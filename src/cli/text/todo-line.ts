import { visible } from "../../base/index.ts";
import { lastRunOf, type Todo, type TodoPlan, type TodoStatus } from "../../planning/index.ts";
import { columnsOf, fit } from "../terminal/columns.ts";
import type { Mark } from "./marked-text.ts";
import { clipped, spentTexts } from "./plan-lines.ts";
import { elapsedText } from "./progress-line.ts";
import type { Style } from "../terminal/style.ts";

/** Who is at a todo, and what with. */
export interface Attention {
  readonly agent: string;
  turn: number;
  /** Safe to print. */
  doing: string;
  /** By a monotonic clock. */
  readonly since: number;
  /** Calls that wait for somebody. */
  readonly waiting: Set<string>;
}

export interface TodoLineOptions {
  readonly plan: TodoPlan;
  /** Nothing where nobody is at it. */
  readonly attention?: Attention | undefined;
  /** What is known of it beside what the todo tells. */
  readonly spent?: { readonly tokens: number; readonly cost?: number | undefined } | undefined;
  readonly now: number;
  /** The line takes no more. */
  readonly columns: number;
  /** Of one that somebody is at. */
  readonly sign: string;
  readonly style: Style;
}

const SIGNS: Readonly<Record<TodoStatus, Mark>> = {
  pending: ["○", "dim"],
  "in-progress": ["▸", "cyan"],
  blocked: ["⊘", "yellow"],
  completed: ["✔", "green"],
  failed: ["✖", "red"],
  skipped: ["↷", "dim"],
  cancelled: ["■", "yellow"],
};

/** What stands behind a todo leaves it this part of the line. */
const FOR_CONTENT = 0.45;
/** Ids of what a todo waits for. */
const NAMED = 4;
const REASON = 80;

/** `⠹ src: count files in src  structure, turn 2: calls count_files, 1.2 s`, in so many columns at most. */
export function todoLine(todo: Todo, options: TodoLineOptions): string {
  const { attention, columns, style } = options;
  const [sign, format] = signOf(todo, options);
  const indent = "  ".repeat(Math.min(todo.depth, Math.floor(columns / 8)));
  const room = Math.max(1, columns - 2 - indent.length);
  const what = `${visible(todo.id)}: ${clipped(todo.content, room)}`;
  const facts = (attention === undefined ? factsOf(todo, options) : workFacts(todo, attention, options)).join(", ");
  const least = Math.min(columnsOf(what), Math.max(1, Math.floor(room * FOR_CONTENT)));
  const shown = fit(facts, Math.max(0, room - least - 2));
  const behind = shown === "" ? "" : `  ${shown}`;
  const text = fit(what, room - columnsOf(behind));
  const painted = todo.childCount > 0 ? style("bold", text) : text;
  return `${indent}${style(format, sign)} ${painted}${behind === "" ? "" : style("dim", behind)}`;
}

function signOf({ status }: Todo, { attention, sign }: TodoLineOptions): Mark {
  if (attention === undefined || status !== "in-progress") return SIGNS[status];
  return attention.waiting.size > 0 ? ["?", "yellow"] : [sign, "cyan"];
}

function workFacts({ attempts }: Todo, attention: Attention, { now, spent }: TodoLineOptions): string[] {
  const { agent, turn, doing, since } = attention;
  const at = turn === 0 ? visible(agent) : `${visible(agent)}, turn ${turn}`;
  return [
    doing === "" ? at : `${at}: ${doing}`,
    ...(attempts > 1 ? [`attempt ${attempts}`] : []),
    elapsedText(now - since),
    ...spentTexts(spent ?? {}),
  ];
}

function factsOf(todo: Todo, { plan, spent }: TodoLineOptions): string[] {
  const { id, status, childCount, assignee, attempts, startedAt, endedAt, error, reason } = todo;
  if (childCount > 0) return [];
  const { tokens, cost } = lastRunOf(todo);
  const waitsFor = status === "pending" || status === "blocked" ? plan.waitsFor(id) : [];
  const took = status === "completed" || status === "failed" ? (endedAt ?? 0) - (startedAt ?? endedAt ?? 0) : 0;
  return [
    ...(status === "failed" && error !== undefined ? [clipped(error, REASON)] : []),
    ...(status === "skipped" || status === "cancelled" ? [clipped(reason ?? "", REASON)] : []),
    ...(waitsFor.length === 0 ? [] : [`waits for ${waitedFor(waitsFor)}`]),
    ...(assignee === undefined ? [] : [visible(assignee)]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(took > 0 ? [elapsedText(took)] : []),
    ...spentTexts(spent ?? { tokens, cost }),
  ].filter((fact) => fact !== "");
}

function waitedFor(todos: readonly Todo[]): string {
  const named = todos
    .slice(0, NAMED)
    .map(({ id, status }) => (status === "failed" ? `${visible(id)} (failed)` : visible(id)));
  return todos.length > NAMED ? `${named.join(", ")}, …` : named.join(", ");
}
