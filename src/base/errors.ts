import { clipped } from "./clipped.ts";
import { redact } from "./redactor.ts";

/** The options of an {@link AitorError}. Each text is a full phrase without a full stop at its end. */
export interface AitorErrorOptions<Code extends string = string> {
  /** Stable and machine-readable, such as `"ambiguous-step"`. */
  readonly code: Code;
  /** What happened, with the names of the things involved. */
  readonly message: string;
  /** What would have been right. */
  readonly expected?: string;
  /** What came instead. */
  readonly got?: string;
  /** How the reader can fix it. */
  readonly fix?: string;
  /** `false` if trying again cannot help: a step does not retry the error. @default undefined, which counts as true */
  readonly retryable?: boolean;
  /** Facts for a program to act on: a JSON value. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

/**
 * The base class of every error that Aitor throws. Tell errors apart by `code`, with {@link isAitorError}: it also recognises
 * an error made by another copy of the package.
 */
export class AitorError<Code extends string = string> extends Error {
  /** A string brand: `instanceof` fails across copies of a package and across realms. */
  readonly "~aitor" = "error";
  readonly code: Code;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly fix: string | undefined;
  readonly retryable: boolean | undefined;
  readonly data: unknown;

  constructor(options: AitorErrorOptions<Code>) {
    super(options.message + advice(options), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AitorError";
    this.code = options.code;
    this.expected = options.expected;
    this.got = options.got;
    this.fix = options.fix;
    this.retryable = options.retryable;
    this.data = options.data;
  }
}

/** Returns whether `error` came from Aitor and, if a code is given, whether it has that code. */
export function isAitorError<Code extends string = string>(error: unknown, code?: Code): error is AitorError<Code> {
  return (
    typeof error === "object" &&
    error !== null &&
    thrownProperty(error, "~aitor") === "error" &&
    (code === undefined || (error as AitorError).code === code)
  );
}

/**
 * Returns whether it is an error, of this realm or another one (a test runner's, a worker's). A proxy that throws is not one.
 */
export function isError(thrown: unknown): thrown is Error {
  return readSafely(() => thrown instanceof Error || Error.isError(thrown)) === true;
}

/** Reads something foreign that may throw when it is read: a getter, a proxy. */
export function readSafely<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Returns a property of something that was thrown, which may be anything, even with a getter that throws. */
export function thrownProperty(thrown: object, name: string): unknown {
  return readSafely(() => (thrown as Readonly<Record<string, unknown>>)[name]);
}

/** The error codes of `base`. */
export type BaseErrorCode =
  | "budget-exceeded"
  | "cancelled"
  | "invalid-duration"
  | "invalid-option"
  | "invalid-value"
  | "no-engine"
  | "no-thread-pool"
  | "not-json"
  | "step-in-doubt";

/** Creates the error with which everything that was cancelled ends. Its `cause` is the given reason. */
export function cancelledError(what: string, reason?: unknown): AitorError<"cancelled"> {
  return new AitorError({
    code: "cancelled",
    message: reason === undefined ? `${what} was cancelled` : `${what} was cancelled: ${messageOf(reason)}`,
    expected: "no cancellation before the end",
    got: reason === undefined ? "a cancellation without a reason" : `a cancellation because of: ${messageOf(reason)}`,
    fix: "start it again if it is still wanted",
    cause: reason,
  });
}

/**
 * Makes an error without a stack, since a stack takes longer than a small step. For errors that say what ended in good order.
 */
export function stackless<Made extends Error>(make: () => Made): Made {
  const settings = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = settings;
  if (stackTraceLimit === undefined) return make();
  settings.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    settings.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * Creates the error for a wrong argument of a caller. Its stack begins where this function is called and reaches the caller's
 * own line: a dozen frames of the package are more than JavaScript engines keep by default. If stacks are turned off, it has
 * none.
 */
export function errorAtCaller<Code extends string>(options: AitorErrorOptions<Code>): AitorError<Code> {
  const settings = Error as { stackTraceLimit?: number; captureStackTrace?: (error: Error, below: unknown) => void };
  const { stackTraceLimit = 0 } = settings;
  if (settings.captureStackTrace === undefined || stackTraceLimit === 0) return new AitorError(options);
  const error = stackless(() => new AitorError(options));
  settings.stackTraceLimit = Math.max(30, stackTraceLimit);
  settings.captureStackTrace(error, errorAtCaller);
  settings.stackTraceLimit = stackTraceLimit;
  return error;
}

/** Returns the text of anything that was thrown, without secrets: a message without the lines of advice below it. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown === "string") return redact(thrown);
  const [line = ""] = redact(fullMessageOf(thrown)).split("\n", 1);
  if (line !== "" || !isError(thrown)) return line;
  const name = thrownProperty(thrown, "name");
  return typeof name === "string" ? name : "an error";
}

/**
 * Returns the whole message. Some code throws plain objects with a message. Some errors have a message that is not a text,
 * such as the body of a response, or leave it to the errors inside.
 */
export function fullMessageOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  const message = plainMessageOf(thrown);
  if (!isError(thrown)) return typeof message === "string" ? message : describe(thrown);
  if (typeof message !== "string") return message === undefined ? "" : asJson(message);
  const errors = message === "" ? thrownProperty(thrown, "errors") : undefined;
  return Array.isArray(errors) ? errors.slice(0, 3).map(messageOf).join("; ") : message;
}

function asJson(value: unknown): string {
  return readSafely(() => clip(JSON.stringify(value))) ?? describe(value);
}

/** Returns the `message` of an object, of whatever type it is. */
export function plainMessageOf(thrown: unknown): unknown {
  return typeof thrown === "object" && thrown !== null ? thrownProperty(thrown, "message") : undefined;
}

/** Returns a short description of a value for an error's `got`: its type and, if that helps, its beginning. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case "string":
      return clip(JSON.stringify(value));
    case "number":
    case "boolean":
    case "bigint":
      return `${typeof value} ${value}`;
    case "function":
      return `function ${nameOf(value) || "(anonymous)"}`;
    case "symbol":
      return value.toString();
    default:
      return readSafely(() => describeObject(value)) ?? "an object that cannot be read";
  }
}

function nameOf(named: unknown): string | undefined {
  const name = readSafely(() => (named as { readonly name?: unknown } | undefined)?.name);
  return typeof name === "string" ? name : undefined;
}

function describeObject(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value) && Array.isArray(prototype)) {
    const more = Object.keys(value).filter((key) => !/^\d+$/.test(key));
    return `an array of ${value.length}${more.length === 0 ? "" : clip(` with ${more.join(", ")}`)}`;
  }
  const name = nameOf((prototype as { constructor?: unknown } | null)?.constructor) ?? "Object";
  if (name !== "Object") return `an instance of ${name}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? "an empty object" : clip(`an object with ${keys.join(", ")}`);
}

/** Redacts and then cuts, in this order: the rest of a secret in front of a cut would not be found any more. */
function clip(text: string): string {
  return clipped(redact(text), 120);
}

/** Returns the lines below an error's own message: what was expected, what came, and the fix. */
export function advice({ expected, got, fix }: Pick<AitorErrorOptions, "expected" | "got" | "fix">): string {
  let text = "";
  if (expected !== undefined) text += `\n  expected: ${expected}`;
  if (got !== undefined) text += `\n  got: ${got}`;
  if (fix !== undefined) text += `\n  fix: ${fix}`;
  return text;
}
