import type { Capped } from "./capped.ts";
import { count } from "./format.ts";

/** What is said behind the number of a list that is not listed as a whole. */
export function cut(list: Capped<unknown>): string {
  return list.first.length < list.total ? `; the first ${count(list.first.length)} are listed` : "";
}

/** Cells are Markdown already. Columns after the first are aligned right where they hold numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const numeric = head.map((_, column) => rows.every((row) => NUMBER.test(row[column] ?? "")));
  const rule = numeric.map((right) => (right ? "---:" : "---"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Nothing, or a number, with a sign or a unit. */
const NUMBER = /^(?:[+−]?[\d,.]+( [%\w]+)?)?$/;
