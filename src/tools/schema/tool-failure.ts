import {
  clipped,
  describe,
  fullMessageOf,
  isAitorError,
  isError,
  messageOf,
  pathText,
  redact,
} from "../../base/index.ts";

/**
 * Why a call gave no value.
 * - `unknown-tool`: there is none of that name for this tenant; `nearest` is one that there is.
 * - `denied`: the policy refuses it.
 * - `approval-required`: a person has to say yes first.
 * - `broken-json`: the arguments are a text that is not JSON; `got` says what is wrong, and where.
 * - `broken-text`: they hold bytes or signs that are not Unicode text.
 * - `arguments-too-large`, `arguments-too-deep`: they are over the limits.
 * - `prototype-key`: they hold a key that could change objects at large.
 * - `invalid-arguments`: they do not fit the schema; `issues` has all that is wrong.
 * - `held-back`: the provider's filter held back the reply that it stands in.
 * - `duplicate-call`: a call with the same id is under way.
 * - `tool-unavailable`: it could not be opened or made, or was taken away meanwhile.
 * - `tool-failed`: it threw; `thrown` is the error's code.
 * - `tool-timeout`: it took too long.
 * - `in-doubt`: it must not run twice, and may or may not have happened.
 * - `invalid-output`: it ran, and what it gave is not what it says it gives, or no JSON value.
 */
export type ToolFailureCode =
  | "approval-required"
  | "arguments-too-deep"
  | "arguments-too-large"
  | "broken-json"
  | "broken-text"
  | "denied"
  | "duplicate-call"
  | "held-back"
  | "in-doubt"
  | "invalid-arguments"
  | "invalid-output"
  | "prototype-key"
  | "tool-failed"
  | "tool-timeout"
  | "tool-unavailable"
  | "unknown-tool";

/** One thing that is wrong with arguments. */
export interface ToolIssue {
  /** As it would be written in code, such as `items[3].name`; empty for the arguments as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** The name that was probably meant. */
  readonly nearest?: string;
}

/** A call's failure as a plain value, made to be read by a model. */
export interface ToolFailure {
  readonly code: ToolFailureCode;
  /** All of it as one text. */
  readonly message: string;
  /** Of the first issue. */
  readonly path?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly nearest?: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Everything that is wrong with the arguments, up to 10 issues. */
  readonly issues?: readonly ToolIssue[];
  /** The code of what the tool threw, where it had one. */
  readonly thrown?: string;
}

const MOST_ISSUES = 10;

/** A failure with a message that says all that its parts say. */
export function failure(
  code: ToolFailureCode,
  what: string,
  parts: Omit<ToolFailure, "code" | "message" | "issues"> = {},
): ToolFailure {
  const { expected, got, nearest, fix } = parts;
  let message = what;
  if (expected !== undefined) message += `; expected: ${expected}`;
  if (got !== undefined) message += `; got: ${got}`;
  if (nearest !== undefined) message += `; did you mean "${nearest}"?`;
  if (fix !== undefined) message += `; ${fix}`;
  return { code, message: clipped(message), ...parts };
}

/** The failure of arguments that do not fit. */
export function argumentsFailure(tool: string, found: readonly ToolIssue[]): ToolFailure {
  const issues = found.slice(0, MOST_ISSUES);
  const lines = issues.map(({ path, expected, got, nearest }) => {
    const where = path === "" ? "the arguments" : `argument ${path}`;
    return `${where}: expected ${expected}, got ${got}${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`;
  });
  if (found.length > issues.length) lines.push(`and ${found.length - issues.length} more`);
  const message = clipped(`tool "${tool}" was not called, its arguments do not fit: ${lines.join("; ")}`);
  return { code: "invalid-arguments", message, ...(issues[0] as ToolIssue), issues };
}

/** Where something is in the arguments, as it would be written. */
export function argumentPath(path: readonly PropertyKey[]): string {
  return clipped(pathText(path).replace(/^\./, ""), 200);
}

/** What came, or that nothing did. */
export function described(value: unknown): string {
  return value === undefined ? "nothing" : describe(value).toWellFormed();
}

/** What was thrown, without secrets and cut; of Aitor's own errors the line above the advice. */
export function thrownText(thrown: unknown): string {
  const text = isError(thrown) && !isAitorError(thrown) ? redact(fullMessageOf(thrown)).trimEnd() : "";
  return clipped(text === "" ? messageOf(thrown) : text);
}
