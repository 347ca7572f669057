import { type AssistantMessage, type ToolCallPart, toolCallsOf } from "../../llm/index.ts";
import type { ToolFailure } from "../../tools/index.ts";

/** The numbers of characters, values and levels up to which a call's arguments are nothing out of the ordinary. */
const USUAL = { characters: 100_000, values: 20_000, levels: 64 };

/** The number of characters that are kept of arguments that are good for nothing. */
const KEPT = 200;

/** Returns why a call with these arguments would be refused. */
type Check = (call: ToolCallPart, place: number) => Promise<ToolFailure | undefined>;

/**
 * Shortens the arguments of calls in a reply that are far too large or deep, or cannot be recorded, and would be refused. Only
 * their beginning is kept, so that they burden neither the record nor every prompt from then on. For all other replies, it
 * returns the very same message, and at once.
 */
export function withoutOversized(
  message: AssistantMessage,
  check: Check,
): WithoutOversized | Promise<WithoutOversized> {
  const isLarge = toolCallsOf(message).some((part) => !isUsual(part.broken ?? part.input));
  return isLarge ? checked(message, check) : { message, failures: {} };
}

interface WithoutOversized {
  readonly message: AssistantMessage;
  readonly failures: Readonly<Record<string, ToolFailure>>;
}

async function checked(message: AssistantMessage, check: Check): Promise<WithoutOversized> {
  const failures: Record<string, ToolFailure> = {};
  let place = 0;
  let parts = message.parts;
  for (const [index, part] of message.parts.entries()) {
    if (part.type !== "tool-call" || part.remote === true) continue;
    place++;
    if (isUsual(part.broken ?? part.input)) continue;
    const failure = await check(part, place);
    if (failure === undefined) continue;
    failures[place] = failure;
    parts = parts.with(index, { ...part, input: {}, broken: beginning(part.broken ?? part.input) });
  }
  return { message: parts === message.parts ? message : { ...message, parts }, failures };
}

/** Whether arguments are neither large nor deep, and have no number beyond all numbers. */
export function isUsual(input: unknown): boolean {
  const left = { characters: USUAL.characters, values: USUAL.values };
  return fits(input, left, USUAL.levels);
}

function fits(value: unknown, left: { characters: number; values: number }, levels: number): boolean {
  if (typeof value === "string") return (left.characters -= value.length) >= 0;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0 || left.values-- <= 0) return false;
  for (const key in value) {
    if ((left.characters -= key.length) < 0) return false;
    if (!fits((value as Record<string, unknown>)[key], left, levels - 1)) return false;
  }
  return true;
}

function beginning(input: unknown): string {
  try {
    const text = typeof input === "string" ? input : JSON.stringify(input);
    return `${text.slice(0, KEPT)}…`.toWellFormed();
  } catch {
    // Too deep to be written.
    return "…";
  }
}
