import { type RunAbout, type RunReport, runReport, type RunState } from "../../engine/index.ts";
import type { Head, Journal } from "../../journal/index.ts";
import type { JournalFigures } from "../../sqlite/index.ts";
import { awakeRuns } from "../load/awake-runs.ts";
import { type ShownState, shownState } from "./run-state.ts";

/** Those that are shown; `--json` gives all that the journal has. */
type Figures = Pick<JournalFigures, "bytes" | "bytesPerEvent" | "events" | "walBytes">;

/** What `aitor stats --json` gives. Times are milliseconds, moments milliseconds since 1970. */
export interface JournalStats {
  readonly path: string;
  /** The process that holds the journal. */
  readonly writer: number | null;
  readonly journal: Figures;
  /** Runs by state, children included. */
  readonly runs: Readonly<Partial<Record<ShownState, number>>>;
  readonly oldestUnfinished: { readonly id: string; readonly name: string; readonly startedAt: number } | null;
  /** The runs, the newest ones, whose steps are counted. */
  readonly counted: number;
  /** Of each definition and step, the most frequent first. */
  readonly steps: readonly StepCounts[];
}

export interface StepCounts {
  readonly definition: string;
  readonly step: string;
  readonly count: number;
  readonly failed: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

interface Sample {
  readonly definition: string;
  readonly step: string;
  count: number;
  failed: number;
  readonly durations: number[];
}

/** Counts runs by their heads, and steps in the newest `limit` runs. */
export async function journalStats(
  journal: Journal & { figures(): Promise<Figures> },
  place: { readonly path: string; readonly writer: number | undefined },
  limit: number,
): Promise<JournalStats> {
  const runs: Partial<Record<ShownState, number>> = {};
  let oldest: Head | undefined;
  const newest: string[] = [];
  const awake = await awakeRuns(journal);
  for await (const head of journal.heads({ kind: "run" })) {
    const state = shownState(head.state as RunState, place.writer !== undefined, awake.has(head.stream));
    runs[state] = (runs[state] ?? 0) + 1;
    if (!head.ended) oldest ??= head;
    newest.push(head.stream);
    if (newest.length > 2 * limit) newest.splice(0, newest.length - limit);
  }
  const samples = new Map<string, Sample>();
  for (const id of newest.slice(-limit)) addTo(samples, await runReport(journal.read(id)));
  return {
    path: place.path,
    writer: place.writer ?? null,
    journal: await journal.figures(),
    runs,
    oldestUnfinished:
      oldest === undefined
        ? null
        : { id: oldest.stream, name: (oldest.about as RunAbout).name, startedAt: oldest.firstAt },
    counted: Math.min(limit, newest.length),
    steps: [...samples.values()].sort((a, b) => b.count - a.count).map(countsOf),
  };
}

function addTo(samples: Map<string, Sample>, report: RunReport | undefined): void {
  for (const { name: step, kind, state, durationMs } of report?.steps ?? []) {
    if (kind !== "step" && kind !== "child") continue;
    const definition = report?.name as string;
    const which = JSON.stringify([definition, step]);
    let sample = samples.get(which);
    if (sample === undefined) samples.set(which, (sample = { definition, step, count: 0, failed: 0, durations: [] }));
    sample.count++;
    if (state === "failed") sample.failed++;
    if (durationMs !== undefined && state === "finished") sample.durations.push(durationMs);
  }
}

function countsOf({ durations, ...counts }: Sample): StepCounts {
  durations.sort((a, b) => a - b);
  return { ...counts, p50: quantile(durations, 0.5), p95: quantile(durations, 0.95) };
}

/** Of sorted values, the smallest one that so large a part of them does not exceed. */
function quantile(values: readonly number[], part: number): number | null {
  return values[Math.max(0, Math.ceil(part * values.length) - 1)] ?? null;
}
