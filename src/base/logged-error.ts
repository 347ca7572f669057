import type { ErrorRecord } from "./error-record.ts";
import { advice } from "./errors.ts";

/** What logs tell of an error and its causes: all of its record but `got`, `data` and `fields`, which may show values. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly expected?: string;
  readonly fix?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

export function loggedError(record: ErrorRecord): LoggedError {
  const { name, message, code, expected, fix, cause } = record;
  const frames = framesOf(record);
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(expected !== undefined && { expected }),
    ...(fix !== undefined && { fix }),
    ...(frames !== undefined && { stack: frames }),
    ...(cause !== undefined && { cause: loggedError(cause) }),
  };
}

/** The places alone: in front of them some engines repeat the message, with what Aitor's own errors say of values. */
function framesOf(record: ErrorRecord): string | undefined {
  const { stack, message } = record;
  if (stack === undefined) return undefined;
  const said = record.aitor === true ? message + advice(record) : message;
  // A line of that may begin as a place does.
  const at = stack.indexOf(said);
  const places = at === -1 ? stack : stack.slice(at + said.length);
  const first = places.search(/^[^\S\n]*at /m);
  if (first !== -1) return places.slice(first);
  return /^[^\n]*@/.test(stack) ? stack : undefined;
}
