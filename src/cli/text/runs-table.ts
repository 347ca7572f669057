import type { MessageKey } from "../../base/index.ts";
import type { Page } from "../terminal/command-output.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import { agoText, countText, untilText } from "./moment-text.ts";
import type { ListedState, ShownState } from "./run-state.ts";
import { commandLine } from "../terminal/shell-text.ts";
import { shortId, shortIds } from "./short-id.ts";
import type { Format } from "../terminal/style.ts";
import { type Cell, type Column, table } from "./table.ts";

/** A run as `aitor runs --json` gives it. Times are milliseconds since 1970. */
export interface ListedRun {
  readonly id: string;
  /** The definition's. */
  readonly name: string;
  readonly state: ShownState;
  /** Of a run that handles a message, when that was received. */
  readonly startedAt: number;
  readonly lastEventAt: number;
  readonly key?: MessageKey;
  readonly parent?: string;
  readonly dueAt?: number;
  /** Keys. */
  readonly waitsFor?: readonly string[];
}

export const STATE_FORMATS: Readonly<Record<ShownState, Format>> = {
  queued: "cyan",
  running: "cyan",
  suspended: "yellow",
  interrupted: "yellow",
  finished: "green",
  failed: "red",
  cancelled: "dim",
  "set-aside": "red",
  "sent-again": "dim",
};

const COLUMNS: readonly Column[] = [
  { title: "run" },
  { title: "definition", gives: true },
  { title: "state" },
  { title: "started" },
  { title: "waits for", gives: true },
];

export function runsTable(runs: readonly ListedRun[], { now, width, style }: Page): string[] {
  const ids = shortIds(runs);
  const rows = runs.map((run): Cell[] => [
    { text: ids.get(run.id) ?? run.id },
    { text: run.key === undefined ? run.name : `${run.name} ${run.key.id}` },
    { text: run.state, format: STATE_FORMATS[run.state] },
    { text: agoText(run.startedAt, now) },
    { text: waitsText(run, now) },
  ]);
  return table(COLUMNS, rows, width, style);
}

function waitsText({ state, waitsFor = [], dueAt }: ListedRun, now: number): string {
  if (state === "queued") return dueAt !== undefined && dueAt > now ? `its time, ${untilText(dueAt, now)}` : "its turn";
  return waitsFor.join(", ");
}

/** What is not in the table, and what to do about what is. */
export function runsHint(
  listing: { readonly runs: readonly ListedRun[]; readonly more: number; readonly children: number },
  { state, limit }: { readonly state: ListedState | undefined; readonly limit: number },
  { path, option }: Pick<JournalPlace, "option" | "path">,
): string[] {
  const { runs, more, children } = listing;
  const lines: string[] = [];
  if (runs.length === 0) lines.push(state === undefined ? `no runs in ${path}` : `no runs in ${path} are ${state}`);
  const unseen: string[] = [];
  if (more > 0) unseen.push(`${countText(more, "older run")} (--limit ${Math.min(more + limit, 10 * limit)})`);
  if (children > 0) unseen.push(`${countText(children, "child", "children")} of runs (--children)`);
  if (unseen.length > 0) lines.push(`not shown: ${unseen.join(", ")}`);
  const interrupted = runs.find((run) => run.state === "interrupted" && run.parent === undefined);
  if (interrupted !== undefined) {
    const { id, key } = interrupted;
    const line = commandLine("aitor resume", [shortId(id, key)], option);
    lines.push(`no process holds the journal; go on with a run that is interrupted: ${line}`);
  }
  return lines;
}
