import { AitorError, describe } from "../../base/index.ts";
import { type Answer, runReport } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { approvalAnswers, isApproval } from "../text/approval-text.ts";

/**
 * Refuses what is no answer to the call that a run asks about, as far as the record alone can tell: with no process there, it
 * would be found out only when the run goes on, and stand in the way of a right one until then.
 *
 * @param key Of what is answered, or its name where that is enough.
 * @throws AitorError (rejects with) `invalid-value`.
 */
export async function checkApproval(journal: Journal, run: string, key: string, answer: Answer): Promise<void> {
  if (!("value" in answer)) return;
  const waits = (await runReport(journal.read(run)))?.waits ?? [];
  const [first, ...others] = waits.filter((wait) => wait.name === key);
  const { request } = waits.find((wait) => wait.key === key) ?? (others.length === 0 ? first : undefined) ?? {};
  if (!isApproval(request) || hashOf(answer.value) === request.hash) return;
  throw new AitorError({
    code: "invalid-value",
    message: `that is no answer to the call of "${request.tool}" that is asked about`,
    expected: `the hash of that call, "${request.hash}", beside approve, edit or reject`,
    got:
      typeof hashOf(answer.value) === "string" ? `the hash "${String(hashOf(answer.value))}"` : describe(answer.value),
    fix: `answer with one of these: ${approvalAnswers(request).join(", ")}`,
  });
}

function hashOf(value: unknown): unknown {
  return (value as { readonly hash?: unknown } | null | undefined)?.hash;
}
