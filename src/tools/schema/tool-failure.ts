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
 * Why a call returned no value.
 * - `unknown-tool`: there is no tool of that name for this tenant; `nearest` is a similar name that exists.
 * - `denied`: the policy refuses the call.
 * - `approval-required`: a person must approve the call first.
 * - `broken-json`: the arguments are a text that is not JSON; `got` says what is wrong, and where.
 * - `broken-text`: the arguments contain bytes or signs that are not Unicode text.
 * - `arguments-too-large`, `arguments-too-deep`: the arguments are over the limits.
 * - `prototype-key`: the arguments contain a key that could change objects at large.
 * - `invalid-arguments`: the arguments do not fit the schema; `issues` lists everything that is wrong.
 * - `held-back`: the provider's filter held back the reply that contains the call.
 * - `duplicate-call`: a call with the same id is under way.
 * - `tool-unavailable`: the tool could not be opened or created, or was removed meanwhile.
 * - `tool-failed`: the tool threw; `thrown` is the error's code.
 * - `tool-timeout`: the tool took too long.
 * - `in-doubt`: the tool must not run twice, and may or may not have run.
 * - `invalid-output`: the tool ran, and its output does not match its declaration, or is not a JSON value.
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

/** The failure of a call as a plain value, for a model to read. */
export interface ToolFailure {
  readonly code: ToolFailureCode;
  /** The whole failure as one text. */
  readonly message: string;
  /** The path of the first issue. */
  readonly path?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly nearest?: string;
  /** How to fix it. */
  readonly fix?: string;
  /** Everything that is wrong with the arguments, up to 10 issues. */
  readonly issues?: readonly ToolIssue[];
  /** The code of what the tool threw, if it had one. */
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
