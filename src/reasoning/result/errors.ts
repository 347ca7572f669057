import { AitorError, clipped, type MessageKey } from "../../base/index.ts";
import type { ReactOutcome } from "./react-result.ts";

/** The error codes of reasoning. */
export type ReasoningErrorCode =
  /** `hook-failed` is recorded for a step. The result of a run that it ended has what the hook threw. */
  "hook-failed" | "memory-not-followed" | "no-answer";

/** The error of a chat that came to no answer. `data` is the outcome. */
export function noAnswerError(agent: string, outcome: ReactOutcome): AitorError<"no-answer"> {
  const { status, reason, error, partial } = outcome;
  return new AitorError({
    code: "no-answer",
    message: `agent ${agent} gave no answer${error === undefined ? "" : `: ${error.message}`}`,
    expected: "an answer",
    got: `a run that ended as "${status}" (${reason})${partial === undefined ? "" : ` after "${clipped(partial, 100)}"`}`,
    fix: "use solve, which tells how a run ended; aitor show shows its steps",
    retryable: false,
    data: outcome,
  });
}

/** What a model is shown, and told of the calls that it makes, is memory: without it, it would be asked the same for ever. */
export function memoryNotFollowedError({ name, id }: MessageKey): AitorError<"memory-not-followed"> {
  return new AitorError({
    code: "memory-not-followed",
    message: `the memory of ${name} "${id}" does not follow what its run records, so that no model can be asked`,
    expected: "memory that is made of the run's events, as engine.memory() gives it",
    got: "one in which what is asked does not stand",
    fix: "define the agent with it in place of memory, fold and codec: defineAgent({ name, ...engine.memory(), onReceive })",
    retryable: false,
  });
}

export function solvedTwiceError({ name, id }: MessageKey, run: string): AitorError<"memory-not-followed"> {
  return new AitorError({
    code: "memory-not-followed",
    message: `the handler of ${name} "${id}" solves a second problem in run "${run}", which memory does not follow`,
    expected: "one problem in a run",
    got: "another one",
    fix: "send it as a message of its own (ctx.tell, ctx.ask of another agent), or hand it on: ctx.delegate",
    retryable: false,
  });
}
