import type { RunAbout, RunState } from "../../engine/index.ts";
import type { Head, HeadFilter, Journal } from "../../journal/index.ts";
import { writerOf } from "../../sqlite/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { awakeRuns } from "../load/awake-runs.ts";
import { findJournal, openToRead } from "../load/journal-place.ts";
import { type ShownState, shownState } from "../text/run-state.ts";
import type { RunsArguments } from "./runs-arguments.ts";
import { type ListedRun, runsHint, runsTable } from "../text/runs-table.ts";

/** The newest runs, and how many more there are. */
interface Listing {
  readonly runs: readonly ListedRun[];
  readonly more: number;
  readonly children: number;
}

export async function runsCommand(command: RunsArguments, output: CommandOutput): Promise<void> {
  const place = findJournal(command.journal);
  await using journal = await openToRead(place);
  const held = writerOf(place.file) !== undefined;
  const listing = await listRuns(journal, command, held);
  const { runs } = listing;
  if (command.json) await output.resultJson(runs);
  else {
    if (runs.length > 0) await output.resultLines(runsTable(runs, output.page));
    for (const line of runsHint(listing, command, place)) output.hint(line);
  }
}

async function listRuns(journal: Journal, command: RunsArguments, held: boolean): Promise<Listing> {
  const newest: ListedRun[] = [];
  let found = 0;
  let children = 0;
  const awake = await awakeRuns(journal);
  for await (const head of journal.heads({ kind: "run", ...filterOf(command.state) })) {
    const run = listed(head, held, awake.has(head.stream));
    if (!fits(run.state, command.state)) continue;
    if (run.parent !== undefined && !command.children) {
      children++;
      continue;
    }
    found++;
    newest.push(run);
    if (newest.length > 2 * command.limit) newest.splice(0, newest.length - command.limit);
  }
  return { runs: newest.slice(-command.limit).reverse(), more: Math.max(0, found - command.limit), children };
}

/** What the journal itself can tell apart. */
function filterOf(state: RunsArguments["state"]): Pick<HeadFilter, "state" | "ended"> {
  if (state === undefined) return {};
  if (state === "unfinished") return { ended: false };
  // A run that is on record as suspended may be awake.
  return state === "running" || state === "interrupted" ? { ended: false } : { state };
}

function fits(shown: ShownState, wanted: RunsArguments["state"]): boolean {
  return wanted === undefined || wanted === "unfinished" || wanted === shown;
}

function listed({ stream, state, about, firstAt, lastAt }: Head, held: boolean, awake: boolean): ListedRun {
  const { name, key, parent, dueAt, waitsFor } = about as RunAbout;
  return {
    id: stream,
    name,
    state: shownState(state as RunState, held, awake),
    startedAt: firstAt,
    lastEventAt: lastAt,
    ...(key !== undefined && { key }),
    ...(parent !== undefined && { parent }),
    ...(dueAt !== undefined && { dueAt }),
    ...(waitsFor !== undefined && !awake && { waitsFor }),
  };
}
