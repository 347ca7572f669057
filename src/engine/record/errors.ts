import {
  AitorError,
  type ErrorRecord,
  isAitorError,
  isError,
  messageOf,
  rebuildError,
  recordError,
  thrownProperty,
} from "../../base/index.ts";

/** The error codes of `aitor/engine`. A {@link StepError} has one of these, the code of what was thrown, or `step-failed`. */
export type EngineErrorCode =
  | "agent-halted"
  | "agent-suspended"
  | "ambiguous-step"
  | "ask-cycle"
  | "ask-timeout"
  | "branch-open"
  | "definition-unknown"
  | "engine-closed"
  | "mailbox-full"
  | "message-set-aside"
  | "not-a-dead-letter"
  | "not-under-way"
  | "not-waiting"
  | "run-exists"
  | "run-mismatch"
  | "run-taken"
  | "not-its-turn"
  | "run-unknown"
  | "signal-expired"
  | "step-failed"
  | "step-in-doubt"
  | "step-mismatch"
  | "step-timeout"
  | "terminal";

/**
 * The error of a failed step, live and resumed alike. `cause` is what was thrown, or, if that was no error, an `Error` with its text.
 * In a resumed run it is rebuilt from the record, which keeps name, message, stack, code, data, causes and short fields, not the class.
 */
export class StepError extends AitorError {
  readonly stepKey: string;
  declare readonly retryable: boolean;

  constructor(failure: StepFailure, cause: unknown) {
    super({
      code: failure.code,
      message: `step "${failure.stepKey}" failed: ${failure.message}`,
      expected: failure.expected,
      got: failure.got,
      fix: failure.fix,
      retryable: failure.retryable,
      data: failure.data,
      cause,
    });
    this.name = "StepError";
    this.stepKey = failure.stepKey;
  }
}

export function isStepError(error: unknown): error is StepError {
  return isAitorError(error) && typeof (error as Partial<StepError>).stepKey === "string";
}

/** An error to throw from a step if no retry can help. */
export class TerminalError extends AitorError {
  constructor(message: string, options: { code?: string; data?: unknown; cause?: unknown } = {}) {
    super({
      ...options,
      code: options.code ?? "terminal",
      message,
      retryable: false,
    });
    this.name = "TerminalError";
  }
}

/** The failure of a step as the journal keeps it. */
export interface StepFailure {
  readonly stepKey: string;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly expected: string;
  readonly got: string;
  readonly fix: string;
  readonly data?: unknown;
  readonly cause: ErrorRecord;
}

export function recordFailure(thrown: unknown, stepKey: string): StepFailure {
  const cause = recordError(thrown);
  const { expected = "the step's function to return a result", data } = cause;
  const message = messageOf(thrown);
  const retryable = isRetryable(thrown);
  return {
    stepKey,
    code: cause.code ?? "step-failed",
    message,
    retryable,
    expected,
    got: cause.got ?? message,
    fix:
      cause.fix ??
      (retryable
        ? "see the cause; give the step a retry if it can succeed later"
        : "see the cause; trying again cannot help"),
    ...(data !== undefined && { data }),
    cause,
  };
}

/** What a journal keeps of an error that ends something, with advice where it is none of Aitor's and so has none. */
export function recordAdvised(thrown: unknown, expected: string, fix: string): ErrorRecord {
  const record = recordError(thrown);
  return record.aitor === true ? record : { ...record, expected, got: messageOf(thrown), fix };
}

/** The error that a step throws when it has failed: what was thrown and is no error is the same as when it is resumed. */
export function thrownFailure(failure: StepFailure, thrown: unknown): StepError {
  return isError(thrown) ? new StepError(failure, thrown) : rebuildFailure(failure);
}

export function rebuildFailure(failure: StepFailure): StepError {
  return new StepError(failure, rebuildError(failure.cause));
}

/** What is thrown may say so itself, with a property `retryable`; what says nothing may succeed later. */
export function isRetryable(thrown: unknown): boolean {
  return typeof thrown !== "object" || thrown === null || thrownProperty(thrown, "retryable") !== false;
}

export function ambiguousStepError(name: string, scope: string): AitorError<"ambiguous-step"> {
  return new AitorError({
    code: "ambiguous-step",
    message: `"${name}" was started while another one of that name is open${scope === "" ? "" : ` in "${scope.slice(0, -1)}"`}`,
    expected: "one open step or branch of a name in a scope, so that a resumed run can tell them apart",
    got: `a second "${name}"`,
    fix: "await the first, or give each a key: run.step({ name, key }, …), or do them in branches: run.all([{ name, run }])",
    data: { name },
  });
}

export function branchOpenError(name: string, open: string): AitorError<"branch-open"> {
  return new AitorError({
    code: "branch-open",
    message: `"${name}" was started in a run while ${open} of it is open`,
    expected: "effects through the run that the branch or turn was given",
    got: "an effect through the outer run",
    fix: "use the run that the branch or turn is given: run.all([{ name, run: (branch) => branch.step(…) }])",
    data: { name },
  });
}

/** Of a run whose record the code does not fit. */
const CHOICES =
  "resume it with the code that recorded it, fork it from its last commit point (engine.fork), or cancel it";

/** What a body began, and did not await before it returned. @param what It, such as `step "charge" of run "7"`. */
export function notAwaitedError(what: string): AitorError<"cancelled"> {
  return new AitorError({
    code: "cancelled",
    message: `${what} was begun and not awaited when its body returned: it was cancelled`,
    expected: "what a body begins to be awaited before it returns",
    got: "a return while it was open",
    fix: "await it, or return it",
  });
}

/** @param name What is begun when the body has returned; without it, whatever was open by then. */
export function bodyReturnedError(where: string, name?: string): AitorError<"cancelled"> {
  return new AitorError({
    code: "cancelled",
    message:
      name === undefined
        ? `what was open in ${where} was cancelled: its body has ended`
        : `"${name}" was begun in ${where} when its body had ended: it was refused`,
    expected: "what a body begins to be begun, and awaited, before it returns",
    got: "a body that has returned",
    fix: "await it, and what begins it (a timer, a callback), before the body returns",
    data: { returned: true },
  });
}

export function stepMismatchError(key: string, recorded: string, asked: string): AitorError<"step-mismatch"> {
  return new AitorError({
    code: "step-mismatch",
    message: `step "${key}" is asked with another input than the one on record`,
    expected: `an input with the hash ${recorded}`,
    got: `an input with the hash ${asked}`,
    fix: CHOICES,
    data: { key, recorded, asked },
  });
}

export function kindMismatchError(key: string, recorded: string, asked: string): AitorError<"step-mismatch"> {
  return new AitorError({
    code: "step-mismatch",
    message: `"${key}" is on record as ${recorded}, and is asked for as ${asked}`,
    expected: recorded,
    got: asked,
    fix: CHOICES,
    data: { key, recorded, asked },
  });
}

/** Of a run that is only gone through. */
export function notOnRecordError(key: string): AitorError<"step-mismatch"> {
  return new AitorError({
    code: "step-mismatch",
    message: `step "${key}" is asked for, and is not on record`,
    expected: "what is on record alone: the run is gone through again, and nothing is done",
    got: `step "${key}"`,
    fix: "replay with the code that made the record",
    data: { key },
  });
}

export function notAskedForError(recorded: string, asked: string | undefined): AitorError<"step-mismatch"> {
  return new AitorError({
    code: "step-mismatch",
    message: `step "${recorded}" is on record, and is not asked for`,
    expected: `step "${recorded}"`,
    got: asked === undefined ? "the end of what it is in" : `step "${asked}"`,
    fix: "replay with the code that made the record",
    data: { recorded, asked: asked ?? null },
  });
}

export function neverEndedError(key: string): AitorError<"step-mismatch"> {
  return new AitorError({
    code: "step-mismatch",
    message: `step "${key}" has no outcome on record, and is waited for`,
    expected: `an end before step "${key}" had an outcome`,
    got: `code that waits for step "${key}"`,
    fix: "replay with the code that made the record",
    data: { key },
  });
}

export function branchMismatchError(key: string, recorded: string, got: string): AitorError<"step-mismatch"> {
  return new AitorError({
    code: "step-mismatch",
    message: `branches "${key}" are not those on record`,
    expected: `the branch "${recorded}", which decided`,
    got,
    fix: CHOICES,
    data: { key, recorded },
  });
}

/** The code of another version asks for other steps than those on record. */
export function versionMismatchError(difference: {
  readonly recorded: string;
  readonly asked: string | undefined;
  readonly versions: readonly string[];
  readonly version: string;
}): AitorError<"step-mismatch"> {
  const { recorded, asked, versions, version } = difference;
  const old = versions.map((each) => `"${each}"`).join(" and ");
  return new AitorError({
    code: "step-mismatch",
    message: `version "${version}" of the code does not do what version ${old} recorded`,
    expected: `"${recorded}", which is on record, to be asked for`,
    got: asked === undefined ? "the end without it" : `"${asked}", which is not on record, before it`,
    fix: CHOICES,
    data: { recorded, ...(asked !== undefined && { asked }), versions, version },
  });
}

export function stepTimeoutError(key: string, ms: number): AitorError<"step-timeout"> {
  return new AitorError({
    code: "step-timeout",
    message: `it took longer than its time-out of ${ms} ms`,
    expected: `a result within ${ms} ms`,
    got: "none by then",
    fix: "give the step a longer timeout or a retry; where its function runs in no worker thread, let it obey step.abortSignal",
    data: { key, timeoutMs: ms },
  });
}

/** Why a step is in doubt, without secrets and the words that every doubt has. */
export function doubtReason(error: AitorError): string {
  const { why } = (error.data ?? {}) as { why?: unknown };
  return messageOf(typeof why === "string" ? why : error);
}
