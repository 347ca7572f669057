import { visible } from "../../base/index.ts";
import { type AgentInfo, listAgents } from "../../agent/index.ts";
import { mailboxName } from "../../engine/index.ts";
import type { AgentsArguments } from "./agents-arguments.ts";
import type { CommandOutput, Page } from "../terminal/command-output.ts";
import { writerOf } from "../../sqlite/index.ts";
import { awakeRuns } from "../load/awake-runs.ts";
import { findJournal, type JournalPlace, openToRead } from "../load/journal-place.ts";
import { agoText, countText } from "../text/moment-text.ts";
import type { Format } from "../terminal/style.ts";
import { type Cell, type Column, table } from "../text/table.ts";

const COLUMNS: readonly Column[] = [
  { title: "agent", gives: true },
  { title: "id", gives: true },
  { title: "state" },
  { title: "waiting", right: true },
  { title: "memory changed" },
];

const FORMATS: Readonly<Record<AgentInfo["state"], Format>> = {
  idle: "dim",
  busy: "cyan",
  interrupted: "yellow",
  suspended: "yellow",
};

export async function agentsCommand(command: AgentsArguments, output: CommandOutput): Promise<void> {
  const place = findJournal(command.journal);
  await using journal = await openToRead(place);
  const isHeld = writerOf(place.file) !== undefined;
  const awake = new Set<string>();
  for (const { key } of (await awakeRuns(journal)).values()) if (key !== undefined) awake.add(mailboxName(key));
  const shownAs = (agent: AgentInfo): AgentInfo => {
    if (agent.state !== "suspended" || !awake.has(mailboxName(agent))) return agent;
    return { ...agent, state: isHeld ? "busy" : "interrupted" };
  };
  const agents = (await listAgents(journal, () => isHeld, command.name)).map(shownAs).sort(byLiveliness);
  const shown = agents.slice(0, command.limit);
  if (command.json) await output.resultJson(shown);
  else {
    if (shown.length > 0) await output.resultLines(linesOf(shown, output.page));
    const hint = hintOf(agents.length, shown.length, command, place);
    if (hint !== undefined) output.hint(hint);
  }
}

function linesOf(agents: readonly AgentInfo[], { now, width, style }: Page): string[] {
  const rows = agents.map((agent): Cell[] => [
    { text: agent.name },
    { text: agent.id },
    { text: agent.state, format: FORMATS[agent.state] },
    { text: agent.queued === 0 ? "" : String(agent.queued) },
    { text: agent.changedAt === undefined ? "never" : agoText(agent.changedAt, now) },
  ]);
  return table(COLUMNS, rows, width, style);
}

function hintOf(all: number, shown: number, { name }: AgentsArguments, { path }: JournalPlace): string | undefined {
  if (all === 0) return `no agents${name === undefined ? "" : ` "${visible(name)}"`} in ${path}`;
  return all > shown ? `not shown: ${countText(all - shown, "agent")} (--limit ${all})` : undefined;
}

/** Those at work first, then those whose memory changed last. */
function byLiveliness(a: AgentInfo, b: AgentInfo): number {
  const work = (agent: AgentInfo): number => (agent.state === "idle" && agent.queued === 0 ? 0 : 1);
  return work(b) - work(a) || (b.changedAt ?? 0) - (a.changedAt ?? 0) || (a.id < b.id ? -1 : 1);
}
