import { activeLog, loggedError, recordError } from "../../base/index.ts";
import type { Chosen } from "../model/candidates.ts";
import type { Failure } from "../format/failure.ts";
import type { PromptMessage } from "../format/prompt.ts";
import type { RequestContext } from "./request-context.ts";
import { refusedFiles } from "../providers/refused-files.ts";

interface FailedAttempt {
  readonly chosen: Chosen;
  readonly failure: Failure;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** What was asked; nothing where no model could be made. */
  readonly prompt: readonly PromptMessage[] | undefined;
}

/** Decides what becomes of the candidate, and of its key where no model could be made; the next choice follows. */
export async function attemptFailed(
  { clock, emit, candidates, signal }: RequestContext,
  { chosen, failure, startedAt, prompt }: FailedAttempt,
): Promise<void> {
  const { candidate, place } = chosen;
  const { slot, period } = place;
  const { model } = candidate;
  candidate.failure = failure;
  const files = prompt === undefined ? [] : refusedFiles(failure.cause, prompt);
  // Nothing was sent: it is asked again without them, which is no second attempt.
  const leavesOut = files.length > 0;
  if (leavesOut) model.leaveOut(files);
  const resting = failure.kind === "rate-limited" || failure.kind === "quota" || failure.kind === "key-refused";
  const unmade = prompt === undefined && !failure.retryable && !resting;
  // The next key is no second attempt, as far as there is one that was not asked.
  const otherKey = (failure.kind === "rate-limited" || unmade) && candidate.turnFrom(slot);
  if (failure.retryable && !otherKey) candidate.left--;
  else if (!failure.retryable && !resting && !otherKey && !leavesOut) candidate.left = 0;
  const more = candidate.left > 0;
  const waits = (more && failure.retryable) || failure.kind === "rate-limited";
  const delayMs = failure.retryAfterMs ?? (waits ? await candidate.backoff() : 0);
  slot.failed(period, failure, delayMs, startedAt);
  if (unmade && otherKey) slot.rest();
  if (failure.kind === "context-overflow") await candidates.leaveSmaller(candidate, signal);
  activeLog()?.write("warning", "llm", clock.now(), `model "${model.name}" failed: ${failure.message}`, {
    model: model.name,
    key: slot.label,
    failure: failure.kind,
    attempt: candidate.tried,
    ...(failure.cause !== undefined && { error: loggedError(recordError(failure.cause)) }),
  });
  if (!more) return;
  if (!resting) candidate.notBefore = clock.monotonic() + delayMs;
  if (emit === undefined || !candidates.isNext(candidate)) return;
  const { kind, message } = failure;
  emit({ type: "retried", model: model.name, attempt: candidate.tried, delayMs, failure: kind, message });
}
