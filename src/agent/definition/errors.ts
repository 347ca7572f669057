import { AitorError, type MessageKey } from "../../base/index.ts";

/** Codes of `aitor/agent`. */
export type AgentErrorCode =
  | "agent-exists"
  | "agent-taken"
  | "agent-undefined"
  | "commit-unknown"
  | "history-not-kept"
  | "host-closed"
  | "memory-busy"
  | "memory-file"
  | "memory-folded"
  | "run-not-finished";

export function memoryBusyError({ name, id }: MessageKey): AitorError<"memory-busy"> {
  return new AitorError({
    code: "memory-busy",
    message: `the memory of ${name} "${id}" cannot be changed here`,
    expected: "a change by the handler itself, or a turn of its loop, with nothing open beside it",
    got: "one inside a step's function, a branch, a flow or another change, beside a step that is open, or after the handler's end",
    fix: "return what it found, await it, and change the memory then: a resumed run does not call a finished step again",
    retryable: false,
  });
}

/** @param first Where what is kept begins. @param got What was asked for. */
export function historyNotKeptError(
  { name, id }: MessageKey,
  first: number,
  got: string,
): AitorError<"history-not-kept"> {
  return new AitorError({
    code: "history-not-kept",
    message: `what the memory of ${name} "${id}" was then is not kept any more`,
    expected: `a commit from ${first} on, where its history began anew, or a run that began after it`,
    got,
    fix: "ask a backup of the journal, and let the host keep more changes (history) from now on",
    retryable: false,
    data: { first },
  });
}

export function commitUnknownError({ name, id }: MessageKey, at: number): AitorError<"commit-unknown"> {
  return new AitorError({
    code: "commit-unknown",
    message: `there is no commit ${at} of ${name} "${id}"`,
    expected: "the seq of a memory-changed event of this agent, or 0 for its memory before the first",
    got: String(at),
    fix: `take one that observers were told, or list them: aitor memory ${name} ${id} --commits`,
  });
}

export function memoryFoldedError({ name, id }: MessageKey): AitorError<"memory-folded"> {
  return new AitorError({
    code: "memory-folded",
    message: `the memory of ${name} "${id}" is a fold and is not changed directly`,
    expected: "an event that its apply function makes memory of",
    got: "a call of update",
    fix: "record an event in a step (step.record), or give the agent memory in place of a fold",
    retryable: false,
  });
}

export function noFoldError(name: string): AitorError<"memory-folded"> {
  return new AitorError({
    code: "memory-folded",
    message: `the recorded memory of agent "${name}" is a fold of its runs, and its definition has none any more`,
    expected: "the fold that makes memory of them",
    got: "memory in its place",
    fix: "to carry it over, export it under the code before (exportMemory), and import it under this one (importMemory)",
    retryable: false,
  });
}

export function agentTakenError(name: string): AitorError<"agent-taken"> {
  return new AitorError({
    code: "agent-taken",
    message: `the host has another agent named "${name}"`,
    expected: "one definition of each name on a host",
    got: `a second one named "${name}"`,
    fix: "define it once (defineAgent, or a class that has its name itself, not by super) and open it under several ids (host.open), or give it another name",
    retryable: false,
    data: { name },
  });
}

export function agentExistsError({ name, id }: MessageKey): AitorError<"agent-exists"> {
  return new AitorError({
    code: "agent-exists",
    message: `there is a ${name} "${id}" already`,
    expected: "an id that no agent of this definition has",
    got: `"${id}"`,
    fix: "give the fork another id, or delete that agent first",
    retryable: false,
    data: { name, id },
  });
}

export function agentUndefinedError(what: string, fix: string): AitorError<"agent-undefined"> {
  return new AitorError({
    code: "agent-undefined",
    message: `${what} is no definition of an agent`,
    expected: "a definition (defineAgent), or a class that extends Aitor and has a name, memory and onReceive",
    got: what,
    fix,
    retryable: false,
  });
}

export function hostClosedError(): AitorError<"host-closed"> {
  return new AitorError({
    code: "host-closed",
    message: "the host is shut down",
    expected: "an open host",
    got: "a call after its shutdown",
    fix: "shut it down after its last use, or open the agent on a new host",
    retryable: false,
  });
}

export function memoryFileError(got: string, fix: string, cause?: unknown): AitorError<"memory-file"> {
  return new AitorError({
    code: "memory-file",
    message: "this cannot be imported as memory",
    expected: 'what exportMemory gave: { format: "aitor-memory", v: 1, version, value, … }',
    got,
    fix,
    retryable: false,
    cause,
  });
}

export function runNotFinishedError(run: string, last: string): AitorError<"run-not-finished"> {
  return new AitorError({
    code: "run-not-finished",
    message: `run "${run}" cannot be replayed`,
    expected: "a run that has finished, or failed",
    got: `one whose last event is ${last}`,
    fix: "let it finish, or replay another one",
    retryable: false,
  });
}
