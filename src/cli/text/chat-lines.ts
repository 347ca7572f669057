import { visible } from "../../base/index.ts";
import type { UsageTotals } from "../../llm/index.ts";
import { fit } from "../terminal/columns.ts";
import { firstLine } from "../terminal/safe-text.ts";
import { countText, groupedText } from "./moment-text.ts";

/** Columns of a call's arguments, and of what it gave. */
const ARGUMENTS = 80;
const OUTCOME = 60;

/** `add(a: 2, b: 3)`, in one line. */
export function callText(tool: string, input: unknown): string {
  return `${visible(tool)}(${fit(argumentsText(input), ARGUMENTS)})`;
}

function argumentsText(input: unknown): string {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return jsonText(input);
  return Object.entries(input)
    .map(([name, value]) => `${visible(name)}: ${jsonText(value)}`)
    .join(", ");
}

/** What a call gave, or why it failed, in one line. */
export function outcomeText(outcome: string, value: unknown, message: string | undefined): string {
  if (outcome === "ok") return fit(typeof value === "string" ? visible(value) : jsonText(value), OUTCOME);
  return visible(firstLine(message ?? outcome));
}

export function jsonText(value: unknown): string {
  return visible(JSON.stringify(value) ?? "");
}

/** `$12.30`, `$0.01`; of less than a cent its first two digits: `$0.0012`. */
export function dollarsText(dollars: number): string {
  if (dollars === 0 || dollars >= 0.01) return `$${dollars.toFixed(2)}`;
  return `$${dollars.toLocaleString("en-US", { maximumSignificantDigits: 2 })}`;
}

/** `3 model calls, 1,234 tokens in, 56 out, $0.0012`. */
export function usageText({ calls, inputTokens, cachedTokens, outputTokens, cost, unpriced }: UsageTotals): string {
  const cached = cachedTokens > 0 ? ` (${groupedText(cachedTokens)} from the cache)` : "";
  const price = priceText(cost, unpriced);
  return `${countText(calls, "model call")}, ${groupedText(inputTokens)} tokens in${cached}, ${groupedText(outputTokens)} out, ${price}`;
}

function priceText(cost: number, unpriced: number): string {
  if (unpriced === 0) return dollarsText(cost);
  const unknown = `${countText(unpriced, "call")} whose price is not known`;
  return cost === 0 ? unknown : `${dollarsText(cost)} and ${unknown}`;
}
