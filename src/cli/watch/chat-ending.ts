import { visible } from "../../base/index.ts";
import type { ReactReason, ReactResult } from "../../reasoning/index.ts";
import { countText } from "../text/moment-text.ts";
import { spentTexts } from "../text/plan-lines.ts";
import { elapsedText } from "../text/progress-line.ts";
import { commandLine } from "../terminal/shell-text.ts";
import type { Style } from "../terminal/style.ts";

const REASONS: Readonly<Record<Exclude<ReactReason, "answer">, string>> = {
  steps: "it took as many turns as it may",
  tokens: "its limit of tokens is reached",
  usd: "its limit in dollars is reached",
  time: "its time is over",
  deadline: "its deadline has passed",
  errors: "too many turns in a row came to nothing",
  repetition: "it made the same call again and again",
  predicate: "its condition to stop was met",
  aborted: "it was stopped",
  model: "no model answered",
  context: "the conversation is longer than the model reads",
  code: "code of the agent's failed",
};

/**
 * How an answer ended, in a line; without an answer why, and what went wrong.
 *
 * @param option What a command line for the journal must say, with a space before it; nothing where there is none.
 */
export function endingLines(
  result: ReactResult<unknown>,
  elapsedMs: number,
  style: Style,
  option: string | undefined,
): string[] {
  const { status, reason, error, run } = result;
  const facts = factsOf(result, elapsedMs);
  if (status === "answered" || reason === "answer") return [style("dim", facts)];
  const [sign, format] = reason === "aborted" ? (["■", "yellow"] as const) : (["✖", "red"] as const);
  const details =
    error === undefined || reason === "aborted" ? [] : error.message.split("\n").map((line) => `  ${visible(line)}`);
  return [
    `${style(format, sign)} no answer: ${REASONS[reason]}  ${style("dim", facts)}`,
    ...details,
    ...(option === undefined ? [] : [style("dim", `  ${commandLine("aitor show", [run], option)}`)]),
  ];
}

/** `2 turns, 3.1 s, 1,234 tokens, $0.0012`. */
function factsOf({ steps, usage, cost }: ReactResult<unknown>, elapsedMs: number): string {
  const tokens = usage.inputTokens + usage.outputTokens;
  return [countText(steps, "turn"), elapsedText(elapsedMs), ...spentTexts({ tokens, cost })].join(", ");
}
