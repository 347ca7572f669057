import { advice, AitorError, fullMessageOf, isAitorError, isError, plainMessageOf, thrownProperty } from "./errors.ts";
import { redactJson } from "./redactor.ts";

/** An error as a journal keeps it. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** It is one of Aitor's own. */
  readonly aitor?: true;
  readonly code?: string;
  readonly retryable?: boolean;
  /** The step that failed, of a step's error. */
  readonly stepKey?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly fix?: string;
  readonly data?: unknown;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
}

/** Longer chains of causes are cut: no chain of this length explains anything, and one may contain itself. */
const MAX_CAUSES = 16;

/** What a journal keeps of anything that was thrown, without secrets. `data` is kept where it can be written as JSON. */
export function recordError(thrown: unknown): ErrorRecord {
  return redactJson(record(thrown, 0));
}

function record(thrown: unknown, depth: number): ErrorRecord {
  if (!isErrorLike(thrown)) return { name: "Error", message: fullMessageOf(thrown) };
  const text = (field: string): string | undefined => {
    const value = thrownProperty(thrown, field);
    return typeof value === "string" ? value : undefined;
  };
  const optional = (field: "code" | "expected" | "fix" | "got" | "stack" | "stepKey"): object => {
    const value = text(field);
    return value === undefined ? {} : { [field]: value };
  };
  const own = isAitorError(thrown);
  const retryable = thrownProperty(thrown, "retryable");
  const data = jsonCopy(thrownProperty(thrown, "data"));
  const cause = thrownProperty(thrown, "cause");
  return {
    name: text("name") ?? "Error",
    message: own ? withoutAdvice(thrown) : fullMessageOf(thrown),
    ...optional("code"),
    ...(typeof retryable === "boolean" && { retryable }),
    ...optional("stepKey"),
    ...(own && { aitor: true, ...optional("expected"), ...optional("got"), ...optional("fix") }),
    ...(data !== undefined && { data }),
    ...optional("stack"),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: record(cause, depth + 1) }),
  };
}

/** An error, or a plain object with a message, as some libraries throw it. */
function isErrorLike(thrown: unknown): thrown is object {
  return isError(thrown) || typeof plainMessageOf(thrown) === "string";
}

/** The error that a record stands for: an `AitorError` where it was one, else an `Error` of that name. */
export function rebuildError(record: ErrorRecord): Error {
  const cause = record.cause === undefined ? undefined : rebuildError(record.cause);
  const error =
    record.aitor === true && record.code !== undefined
      ? new AitorError({ ...record, code: record.code, cause })
      : Object.assign(new Error(record.message, cause && { cause }), {
          ...(record.code !== undefined && { code: record.code }),
          ...(record.retryable !== undefined && { retryable: record.retryable }),
          ...(record.data !== undefined && { data: record.data }),
        });
  if (record.stepKey !== undefined) Object.assign(error, { stepKey: record.stepKey });
  error.name = record.name;
  // What was thrown had none where it was no error: that of this place is none of it.
  if (record.stack !== undefined) error.stack = record.stack;
  else delete error.stack;
  return error;
}

/** The advice is kept by itself, and is put back when the error is rebuilt. */
function withoutAdvice(error: AitorError): string {
  const below = advice(error as Parameters<typeof advice>[0]);
  const message = fullMessageOf(error);
  return message.endsWith(below) ? message.slice(0, message.length - below.length) : message;
}

function jsonCopy(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
