import type { ErrorRecord } from "./error-record.ts";

/** What logs tell of an error and its causes: all of its record but `got` and `data`, which may show values. */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly expected?: string;
  readonly fix?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

export function loggedError({ name, message, code, expected, fix, stack, cause }: ErrorRecord): LoggedError {
  const frames = stack === undefined ? undefined : framesOf(stack);
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
function framesOf(stack: string): string | undefined {
  const first = stack.search(/^\s*at /m);
  if (first !== -1) return stack.slice(first);
  return /^[^\n]*@/.test(stack) ? stack : undefined;
}
