import type { RecordedAgent, RecordedPlanning, TodoPlan } from "../../planning/index.ts";
import { groupedText } from "./moment-text.ts";
import { dollarsText } from "./chat-lines.ts";
import { elapsedText } from "./progress-line.ts";
import { progressText } from "./plan-lines.ts";
import { STATE_FORMATS } from "./runs-table.ts";
import { shownState } from "./run-state.ts";
import type { Style } from "../terminal/style.ts";
import { type Cell, type Column, table } from "./table.ts";
import { todoLine } from "./todo-line.ts";

interface PlanningTextOptions {
  readonly all: boolean;
  /** A process holds the journal. */
  readonly held: boolean;
  /** Runs that are on record as suspended, and go on with one below them. */
  readonly awake: { has(run: string): boolean };
  readonly width: number;
  readonly style: Style;
}

/** As many todos, and runs of sub-agents, are shown of a run with more. */
const SHOWN = 50;

const COLUMNS: readonly Column[] = [
  { title: "sub-agent" },
  { title: "for", gives: true },
  { title: "state" },
  { title: "turns", right: true },
  { title: "took", right: true },
  { title: "tokens", right: true },
  { title: "cost", right: true },
  // It is what other commands take, and so is never cut.
  { title: "run" },
];

/** The plan of a run, a line for each todo. */
export function planTextLines(
  { plan, missing, agents }: RecordedPlanning,
  { all, width, style }: PlanningTextOptions,
): readonly string[] {
  if (missing !== undefined) return [missing];
  if (plan === undefined || plan.size === 0) return [];
  const { todos, left } = plan.excerpt(all ? Infinity : SHOWN);
  const lines = todos.map((todo) =>
    todoLine(todo, { plan, spent: spentOn(todo.id, agents), now: 0, columns: width, sign: "▸", style }),
  );
  const more = left === 0 ? [] : [`… and ${groupedText(left)} more (--all)`];
  return [countsText(plan), ...lines, ...more];
}

/** The runs of sub-agents, each with its id. */
export function agentLines({ agents }: RecordedPlanning, options: PlanningTextOptions): readonly string[] {
  if (agents.length === 0) return [];
  const shown = options.all ? agents : agents.slice(0, SHOWN);
  const rows = shown.map((agent): Cell[] => {
    const { run, task, level, turns, usage, startedAt, endedAt } = agent;
    const state = shownState(agent.state, options.held, options.awake.has(run));
    return [
      { text: agent.agent, indent: 2 * (level - 1) },
      { text: task },
      { text: state, format: STATE_FORMATS[state] },
      { text: String(turns) },
      { text: startedAt === undefined || endedAt === undefined ? "" : elapsedText(endedAt - startedAt) },
      { text: groupedText(usage.inputTokens + usage.outputTokens) },
      { text: usage.unpriced > 0 ? "?" : dollarsText(usage.cost) },
      { text: run, format: "dim" },
    ];
  });
  const left = agents.length - shown.length;
  const lines = table(COLUMNS, rows, options.width, options.style);
  return left === 0 ? lines : [...lines, `… and ${groupedText(left)} more (--all)`];
}

function countsText(plan: TodoPlan): string {
  const progress = plan.progress();
  const { byStatus } = progress;
  const counts = (["in-progress", "failed", "blocked", "skipped", "cancelled"] as const)
    .filter((status) => byStatus[status] > 0)
    .map((status) => `${groupedText(byStatus[status])} ${status}`);
  return [`${progressText(progress)} over`, ...counts].join(", ");
}

/** In this run, over all attempts and all that was delegated on. */
function spentOn(
  todo: string,
  agents: readonly RecordedAgent[],
): { readonly tokens: number; readonly cost: number | undefined } | undefined {
  const own = agents.filter(({ task, level }) => task === todo && level === 1);
  if (own.length === 0) return undefined;
  let tokens = 0;
  let cost: number | undefined = 0;
  for (const { run, usage } of agents) {
    if (!own.some((each) => run === each.run || run.startsWith(`${each.run}/`))) continue;
    tokens += usage.inputTokens + usage.outputTokens;
    cost = cost === undefined || usage.unpriced > 0 ? undefined : cost + usage.cost;
  }
  return { tokens, cost };
}
