import {
  advice,
  AitorError,
  fullMessageOf,
  isAitorError,
  isError,
  plainMessageOf,
  readSafely,
  thrownProperty,
} from "./errors.ts";
import { redactJson } from "./redactor.ts";

/** An error as a journal keeps it. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** Set if it is one of Aitor's own errors. */
  readonly aitor?: true;
  readonly code?: string;
  readonly retryable?: boolean;
  /** The key of the step that failed, for a step's error. */
  readonly stepKey?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly fix?: string;
  readonly data?: unknown;
  /** Its other own properties, such as a `status` or a `code` that is a number: short texts, numbers, booleans. */
  readonly fields?: Readonly<Record<string, ErrorField>>;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly ErrorRecord[];
}

type ErrorField = string | number | boolean;

/** More errors below one are cut, causes before others: so many explain nothing, and one may contain itself. */
const MAX_BELOW = 16;

/** Longer texts are whole bodies of responses, and pages. */
const LONGEST_FIELD = 1_000;

/** Kept by themselves, or, as the brand, put back when the error is rebuilt. */
const KNOWN: readonly string[] = ["name", "message", "stack", "data", "cause", "errors", "~aitor"];

/** Returns what a journal keeps of anything that was thrown, without secrets. `data` is kept if it can be written as JSON. */
export function recordError(thrown: unknown): ErrorRecord {
  return redactJson(record(thrown, { left: MAX_BELOW }));
}

function record(thrown: unknown, below: { left: number }): ErrorRecord {
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
  const known: ErrorRecord = {
    name: text("name") ?? "Error",
    message: own ? withoutAdvice(thrown) : fullMessageOf(thrown),
    ...optional("code"),
    ...(typeof retryable === "boolean" && { retryable }),
    ...optional("stepKey"),
    ...(own && { aitor: true, ...optional("expected"), ...optional("got"), ...optional("fix") }),
    ...(data !== undefined && { data }),
  };
  const cause = thrownProperty(thrown, "cause");
  const kept = cause !== undefined && below.left-- > 0 && { cause: record(cause, below) };
  const errors = errorsIn(thrown).filter(() => below.left-- > 0);
  return {
    ...known,
    ...otherFields(thrown, known),
    ...optional("stack"),
    ...kept,
    ...(errors.length > 0 && { errors: errors.map((error) => record(error, below)) }),
  };
}

/** An error, or a plain object with a message, as some libraries throw it. */
function isErrorLike(thrown: unknown): thrown is object {
  return isError(thrown) || typeof plainMessageOf(thrown) === "string";
}

/** Returns its own properties that are not kept by themselves. */
function otherFields(thrown: object, kept: object): Pick<ErrorRecord, "fields"> {
  const names = readSafely(() => Object.keys(thrown)) ?? [];
  const others = names.filter((name) => !KNOWN.includes(name) && !Object.hasOwn(kept, name));
  const fields = others
    .map((name) => [name, thrownProperty(thrown, name)] as const)
    .filter((entry): entry is readonly [string, ErrorField] => isField(entry[1]));
  return fields.length === 0 ? {} : { fields: Object.fromEntries(fields) };
}

function isField(value: unknown): value is ErrorField {
  if (typeof value === "string") return value.length <= LONGEST_FIELD;
  return typeof value === "boolean" || Number.isFinite(value);
}

function errorsIn(thrown: object): readonly Error[] {
  const errors = thrownProperty(thrown, "errors");
  return readSafely(() => (Array.isArray(errors) ? errors.filter(isError) : [])) ?? [];
}

/** Returns the error that a record stands for: an `AitorError` if it was one, else an `Error` of that name. */
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
  Object.assign(error, record.fields);
  if (record.errors !== undefined) Object.assign(error, { errors: record.errors.map(rebuildError) });
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
  return readSafely((): unknown => {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? undefined : JSON.parse(text);
  });
}
