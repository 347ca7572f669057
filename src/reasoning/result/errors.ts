import { AitorError } from "../../base/index.ts";
import type { ReactOutcome } from "./react-result.ts";

/** Codes of reasoning. */
export type ReasoningErrorCode = "no-answer";

/** Of a chat that came to no answer. `data` is the outcome. */
export function noAnswerError(agent: string, outcome: ReactOutcome): AitorError<"no-answer"> {
  const { status, reason, error, partial } = outcome;
  return new AitorError({
    code: "no-answer",
    message: `agent ${agent} gave no answer${error === undefined ? "" : `: ${error.message}`}`,
    expected: "an answer",
    got: `a run that ended as "${status}" (${reason})${partial === undefined ? "" : ` after "${clipped(partial)}"`}`,
    fix: "use solve, which tells how a run ended; aitor show shows its steps",
    retryable: false,
    data: outcome,
  });
}

function clipped(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
