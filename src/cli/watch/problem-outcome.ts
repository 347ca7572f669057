import { AitorError } from "../../base/index.ts";
import type { PlanningResult } from "../../planning/index.ts";
import type { ReactOutcome, ReactResult } from "../../reasoning/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { printableText, safeText } from "../terminal/safe-text.ts";

/** Whether a run's output is how a problem was solved. */
export function isOutcome(output: unknown): output is ReactOutcome {
  if (typeof output !== "object" || output === null) return false;
  const { run, status, reason, steps } = output as Partial<Record<keyof ReactOutcome, unknown>>;
  return [run, status, reason].every((each) => typeof each === "string") && typeof steps === "number";
}

/**
 * The answer on stdout: a text as it is, another one as JSON; with `json` all that is known of it.
 *
 * @throws AitorError `no-answer`.
 */
export async function printOutcome(
  result: ReactOutcome | ReactResult<unknown> | PlanningResult<unknown>,
  json: boolean,
  output: CommandOutput,
): Promise<void> {
  const { trace: _, ...outcome } = { trace: [], ...result };
  const { status, answer, partial, reason } = outcome;
  const isAnswered = status === "answered";
  if (json) await output.resultJson(outcome);
  else if (isAnswered && typeof answer === "string") await output.result(`${printableText(answer)}\n`);
  else if (isAnswered) await output.resultJson(answer);
  else if (partial !== undefined && partial !== "") output.hint(safeText(partial));
  if (isAnswered) return;
  throw new AitorError({
    code: "no-answer",
    message: "the problem was not solved",
    expected: "an answer",
    got: `an end without one: ${reason}`,
    fix: "see above what came of it",
  });
}
