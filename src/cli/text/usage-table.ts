import type { UsageEntry, UsageParts } from "../../engine/index.ts";
import { addTotals, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import { countText, groupedText } from "./moment-text.ts";
import type { Style } from "../terminal/style.ts";
import { type Cell, type Column, table } from "./table.ts";

const FIGURES: readonly Column[] = [
  { title: "calls", right: true },
  { title: "failed", right: true },
  { title: "input", right: true },
  { title: "cached", right: true },
  { title: "output", right: true },
  { title: "cost", right: true },
];

const TITLES: Readonly<Record<keyof UsageParts, readonly string[]>> = {
  agent: ["definition", "id"],
  run: ["run", "definition"],
  model: ["model"],
};

/** A line for each entry, up to a limit, and one for all of them. */
export function usageTable(
  by: keyof UsageParts,
  entries: readonly UsageEntry[],
  limit: number,
  width: number,
  style: Style,
): string[] {
  const columns = [...TITLES[by].map((title) => ({ title, gives: true })), ...FIGURES];
  const rows = entries.slice(0, limit).map((entry) => [...namesOf(by, entry), ...figures(entry.usage)]);
  if (entries.length > 1) {
    const total = figures(entries.map(({ usage }) => usage).reduce(addTotals, NO_USAGE));
    const blanks = TITLES[by].slice(1).map(() => ({ text: "" }));
    rows.push([{ text: countText(entries.length, by), format: "dim" }, ...blanks, ...total]);
  }
  return table(columns, rows, width, style);
}

function namesOf(by: keyof UsageParts, entry: UsageEntry): Cell[] {
  if ("model" in entry) return [{ text: entry.model }];
  const { name, id = "" } = entry;
  if (by === "agent") return [{ text: name }, { text: id }];
  const run = "run" in entry ? entry.run : undefined;
  const of = { text: id === "" ? name : `${name} ${id}` };
  return [run === undefined ? { text: "not kept any more", format: "dim" } : { text: run }, of];
}

function figures(usage: UsageTotals): Cell[] {
  const about = usage.estimated > 0 ? "~" : "";
  const tokens = (count: number): Cell => ({ text: count === 0 ? "" : `${about}${groupedText(count)}` });
  return [
    { text: groupedText(usage.calls) },
    usage.failed === 0 ? { text: "" } : { text: groupedText(usage.failed), format: "red" },
    tokens(usage.inputTokens),
    tokens(usage.cachedTokens),
    tokens(usage.outputTokens),
    costText(usage),
  ];
}

/** `$12.30`, `$0.0042`, `$12.30+` where some of it is not known, `unknown` where nothing is. */
function costText({ calls, cost, unpriced }: UsageTotals): Cell {
  if (unpriced > 0 && (cost === 0 || unpriced === calls)) return { text: "unknown", format: "yellow" };
  const lacks = unpriced > 0 ? "+" : "";
  if (cost > 0 && cost < 0.00005) return { text: `<$0.0001${lacks}` };
  const [whole = "", part = ""] = cost.toFixed(cost >= 1 ? 2 : 4).split(".");
  return { text: `$${groupedText(Number(whole))}.${part}${lacks}` };
}
