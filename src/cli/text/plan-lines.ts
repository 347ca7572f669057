import { visible } from "../../base/index.ts";
import type { PlanEvent, PlanningEvent, PlanProgress } from "../../planning/index.ts";
import { dollarsText } from "./chat-lines.ts";
import { fit } from "../terminal/columns.ts";
import type { Mark } from "./marked-text.ts";
import { countText, groupedText } from "./moment-text.ts";
import type { Format } from "../terminal/style.ts";

/** A line about a plan, safe to print. */
export interface PlanLine {
  readonly text: string;
  readonly mark: Mark;
}

export type AboutPlan = Extract<PlanningEvent, { readonly type: `plan-${string}` | `todo-${string}` }>;

/** Columns of what a todo is, of what came of it, and of a reason. */
const CONTENT = 80;
const OUTCOME = 100;
/** Todos that a line names, and changes that are told of one event. */
const NAMED = 10;
const TOLD = 8;

export function isAboutPlan(event: { readonly type: string }): event is AboutPlan {
  return event.type.startsWith("plan-") || event.type.startsWith("todo-");
}

/** What happened to a plan; each change of the planner's is a line of its own. */
export function planLines(event: AboutPlan): readonly PlanLine[] {
  switch (event.type) {
    case "plan-made":
      return [line("▸", "cyan", `a plan of ${countText(event.todos.length, "todo")}: ${named(event.todos)}`)];
    case "plan-changed": {
      const told = event.changes.slice(0, TOLD).map((change) => line("↻", "cyan", changeText(change)));
      const left = event.changes.length - told.length;
      return left === 0 ? told : [...told, line("↻", "cyan", `… and ${countText(left, "change")} more`)];
    }
    case "todo-started": {
      const { todo, content, agent, attempt } = event;
      const again = attempt > 1 ? `, attempt ${attempt}` : "";
      return [line("▸", "cyan", `${visible(todo)}: ${clipped(content, CONTENT)}  (${visible(agent)}${again})`)];
    }
    case "todo-progressed": {
      const { todo, agent, turn, note } = event;
      return [line("·", "dim", `${visible(todo)}: ${clipped(note, OUTCOME)}  (${visible(agent)}, turn ${turn})`)];
    }
    case "todo-finished": {
      const { todo, result, progress, ...rest } = event;
      const facts = [progressText(progress), ...spentTexts(rest)].join(", ");
      return [line("✔", "green", `${visible(todo)}: ${clipped(result, OUTCOME)}  (${facts})`)];
    }
    case "todo-failed": {
      const { todo, error, partial, progress, ...rest } = event;
      const facts = [progressText(progress), ...spentTexts(rest)].join(", ");
      const found = partial === undefined ? "" : `; it has: ${clipped(partial, OUTCOME)}`;
      return [line("✖", "red", `${visible(todo)}: ${clipped(error, OUTCOME)}${found}  (${facts})`)];
    }
  }
}

/** `5 of 9`. */
export function progressText({ over, total }: PlanProgress): string {
  return `${groupedText(over)} of ${groupedText(total)}`;
}

/** `1,234 tokens`, `$0.0012`; nothing for what is not known, or nothing. */
export function spentTexts({
  tokens = 0,
  cost,
}: {
  readonly tokens?: number | undefined;
  readonly cost?: number | undefined;
}): string[] {
  if (tokens === 0) return [];
  return [`${groupedText(tokens)} tokens`, ...(cost === undefined ? [] : [dollarsText(cost)])];
}

/** One change, and why. */
function changeText(change: PlanEvent): string {
  switch (change.type) {
    case "todos-added": {
      const [first] = change.todos;
      if (first === undefined || change.todos.length > 1) {
        return `${countText(change.todos.length, "todo")} added: ${named(change.todos.map(({ id }) => id))}`;
      }
      return `${visible(first.id)} added: ${clipped(first.content, CONTENT)}`;
    }
    case "todo-split":
      return `${visible(change.id)} split into ${named(change.parts.map(({ id }) => id))}${because(change.reason)}`;
    case "todo-started":
      return `${visible(change.id)} begun`;
    case "todo-completed":
      return `${visible(change.id)} done`;
    case "todo-failed":
      return `${visible(change.id)} failed${because(change.error)}`;
    case "todo-skipped":
      return `${visible(change.id)} skipped${because(change.reason)}`;
    case "todo-cancelled":
      return `${visible(change.id)} given up${because(change.reason)}`;
    case "todo-reopened":
      return `${visible(change.id)} opened again${because(change.reason)}`;
    case "todo-edited":
      return `${visible(change.id)} changed${because(change.changes.content)}`;
    case "todo-reprioritised":
      return `${visible(change.id)} is ${change.priority}`;
    case "todo-reordered":
      return `${visible(change.id)} moved${change.before === undefined ? " to the end" : ` before ${visible(change.before)}`}`;
    case "todo-dropped":
      return `${visible(change.id)} dropped${because(change.reason)}`;
    case "plan-cleared":
      return `the plan is emptied${because(change.reason)}`;
  }
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === "" ? "" : `: ${clipped(reason, OUTCOME)}`;
}

function named(ids: readonly string[]): string {
  const shown = ids.slice(0, NAMED).map(visible).join(", ");
  return ids.length > NAMED ? `${shown}, … and ${groupedText(ids.length - NAMED)} more` : shown;
}

/** In one line. A text may be long, and only its beginning is looked at. */
export function clipped(text: string, columns: number): string {
  return fit(visible(text.slice(0, 2 * columns).trim()), columns);
}

function line(sign: string, format: Format, text: string): PlanLine {
  return { text, mark: [sign, format] };
}
