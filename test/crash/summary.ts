import { type Fault, judgeCount } from "./faults.ts";
import { addOutcome, noOutcome, type Outcome } from "./outcome.ts";

const FAULTS: readonly Fault[] = ["lost", "reordered", "repeated", "twice", "wrong"];
/** Of each kind, the faults that are told. */
const TOLD = 20;

/** What was done and found: a table of the parts, what was found, and the figures, one a line. */
export function summary(
  outcomes: ReadonlyMap<string, Outcome>,
  seconds: number,
): { readonly text: string; readonly passed: boolean } {
  const all = noOutcome();
  const rows = [["", "points", "kills", "accepted", "calls", "in flight", "faults"]];
  const lines: string[] = [];
  for (const [part, outcome] of outcomes) {
    judgeCount(`${part}: points and kills`, outcome.points + outcome.kills, 1, outcome.faults);
    judgeCount(`${part}: accepted`, outcome.accepted, 1, outcome.faults);
    addOutcome(all, outcome);
    const { points, kills, accepted, calls, inFlight } = outcome;
    rows.push([part, ...[points, kills, accepted, calls, inFlight, faultsOf(outcome).length].map(String)]);
    lines.push(...outcome.notes.map((note) => `${part}: ${note}`));
  }
  const found = faultsOf(all);
  const { faults } = all;
  const figures: readonly (readonly [name: string, count: number, more?: string])[] = [
    ["points", all.points],
    ["kills", all.kills],
    ["messages accepted", all.accepted],
    ["lost", faults.lost.length],
    ["reordered", faults.reordered.length],
    ["steps repeated", faults.repeated.length, `of ${all.calls}; ${all.inFlight} were in flight and called again`],
    ["once effects repeated", faults.twice.length],
    ["wrong otherwise", faults.wrong.length],
    ["seconds", seconds],
  ];
  const told = figures.map(
    ([name, count, more]) => `${name.padEnd(24)}${count}${more === undefined ? "" : ` (${more})`}`,
  );
  const text = [...table(rows), "", ...lines, ...found, "", ...told].join("\n");
  return { text: `${text}\n`, passed: found.length === 0 && outcomes.size > 0 };
}

function faultsOf({ faults }: Outcome): string[] {
  return FAULTS.flatMap((kind) => {
    const found = faults[kind];
    const more = found.length > TOLD ? [`${kind}: ${found.length - TOLD} more`] : [];
    return [...found.slice(0, TOLD).map((fault) => `${kind}: ${fault}`), ...more];
  });
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}
