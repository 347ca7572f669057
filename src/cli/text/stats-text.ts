import { visible } from "../../base/index.ts";
import type { Page } from "../terminal/command-output.ts";
import type { JournalStats } from "./journal-stats.ts";
import { agoText, bytesText, countText, groupedText } from "./moment-text.ts";
import { elapsedText } from "./progress-line.ts";
import { shortId } from "./short-id.ts";
import { type Column, table } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "definition", gives: true },
  { title: "step", gives: true },
  { title: "calls", right: true },
  { title: "failed", right: true },
  { title: "p50", right: true },
  { title: "p95", right: true },
];

/** Kinds of steps that are shown; `--json` gives all. */
const SHOWN = 30;

export function statsText(stats: JournalStats, { now, width, style }: Page): string {
  const { path, writer, journal, runs, oldestUnfinished: oldest, counted, steps } = stats;
  const states = Object.entries(runs).map(([state, count]) => `${groupedText(count)} ${state}`);
  const wal = journal.walBytes > 0 ? `, and ${bytesText(journal.walBytes)} beside it` : "";
  const fields: [label: string, text: string][] = [
    ["journal", visible(path)],
    ["held by", writer === null ? "nobody" : `process ${writer}`],
    ["size", `${bytesText(journal.bytes)}${wal}`],
    ["events", `${groupedText(journal.events)}, ${bytesText(journal.bytesPerEvent)} each`],
    ["runs", states.length === 0 ? "none" : states.join(", ")],
    [
      "oldest",
      oldest === null
        ? "all runs have ended"
        : visible(`${shortId(oldest.id)} of ${oldest.name} has not ended, started ${agoText(oldest.startedAt, now)}`),
    ],
  ];
  const lines = fields.map(([label, text]) => `${style("dim", label.padEnd(8))}  ${text}`);
  if (steps.length > 0) {
    const rows = steps
      .slice(0, SHOWN)
      .map(({ definition, step, count, failed, p50, p95 }) => [
        { text: definition },
        { text: step },
        { text: groupedText(count) },
        { text: failed === 0 ? "" : groupedText(failed), format: "red" as const },
        { text: p50 === null ? "" : elapsedText(p50) },
        { text: p95 === null ? "" : elapsedText(p95) },
      ]);
    lines.push(
      "",
      style("bold", `steps of the newest ${countText(counted, "run")}`),
      ...table(COLUMNS, rows, width, style),
    );
    if (steps.length > SHOWN) lines.push(`… ${steps.length - SHOWN} more (--json)`);
  }
  return `${lines.join("\n")}\n`;
}
