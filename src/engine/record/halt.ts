import { AitorError, type MessageKey, messageOf, typedArgument } from "../../base/index.ts";

/** A run that stopped without an ending on record, and why. */
export interface Halt {
  readonly run: string;
  readonly error: Error;
}

/** @param kept The message is on record, and keeps its place. */
export function agentHaltedError(
  { name, id }: MessageKey,
  { run, error }: Halt,
  kept: boolean,
): AitorError<"agent-halted"> {
  const typed = typedArgument(run);
  const then = kept
    ? "this message keeps its place, and its reply can be asked for again under its id"
    : "then ask again: nothing of this is on record";
  return new AitorError({
    code: "agent-halted",
    message: `${name} "${id}" stands still: ${messageOf(error)}`,
    expected: "an agent that goes on",
    got: `one whose run "${run}" stopped without an ending on record`,
    fix: `see the cause; mend it and start again, resume the run (aitor resume ${typed}), or give it up (aitor cancel ${typed}); ${then}`,
    retryable: false,
    data: { key: { name, id }, run },
    cause: error,
  });
}
