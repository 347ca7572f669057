import type { StandardSchemaV1 } from "@standard-schema/spec";

import { describe, errorAtCaller } from "./errors.ts";
import { checkJson, pathText } from "./json.ts";
import { invalidOption } from "./options.ts";
import { isPromiseLike } from "./promise-like.ts";

/** Any schema that follows https://standardschema.dev: zod, valibot, arktype and others. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/**
 * Checks `value` and returns the schema's output for it. Returns a promise only if the schema itself is asynchronous.
 *
 * @param what Names the value in the error, such as `the input of task "fetch"`.
 * @throws AitorError `invalid-value`, which lists each issue with its path; `invalid-option` if the schema gives no result.
 */
export function validate<Output>(
  schema: Schema<unknown, Output>,
  value: unknown,
  what: string,
): Output | Promise<Output> {
  const result = schemaResult(schema, value);
  if (result instanceof Promise) return result.then((settled) => accept(settled, value, what));
  return accept(result, value, what);
}

/**
 * Returns the schema's result for `value`. Values on record may be frozen, and some schemas cannot convert frozen values:
 * arktype's copy what is frozen so that it stays so. These get a copy that is not frozen.
 *
 * @throws AitorError `invalid-option` if the result does not follow the standard; what the schema throws.
 */
export function schemaResult<Output>(
  schema: Schema<unknown, Output>,
  value: unknown,
): StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>> {
  const standard = schema["~standard"];
  let result: ReturnType<typeof standard.validate>;
  try {
    result = standard.validate(value);
  } catch (error) {
    if (!(error instanceof TypeError) || !isJson(value)) throw error;
    result = standard.validate(structuredClone(value));
  }
  if (!isPromiseLike(result)) return checkedResult(result, standard.vendor);
  return Promise.resolve(result).then((settled) => checkedResult(settled, standard.vendor));
}

function checkedResult<Output>(
  result: StandardSchemaV1.Result<Output>,
  vendor: string,
): StandardSchemaV1.Result<Output> {
  if (isResult(result)) return result;
  throw invalidOption(
    `a schema of "${vendor}"`,
    "{ value } or { issues: [{ message }] } of its validate, as https://standardschema.dev has it",
    result,
    "correct the validate of the schema",
  );
}

function isResult(result: unknown): boolean {
  if (typeof result !== "object" || result === null) return false;
  const { issues } = result as { readonly issues?: unknown };
  return issues === undefined || (Array.isArray(issues) && issues.every(isIssue));
}

function isIssue(issue: unknown): boolean {
  const { message, path } = (issue ?? {}) as { readonly message?: unknown; readonly path?: unknown };
  return typeof message === "string" && (path === undefined || Array.isArray(path));
}

function isJson(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    checkJson(value, "a value", false);
    return true;
  } catch {
    return false;
  }
}

/** Returns whether `value` has the one property that makes a Standard Schema. */
export function isSchema(value: unknown): value is Schema {
  const standard = (value as { "~standard"?: { validate?: unknown } } | null | undefined)?.["~standard"];
  return typeof standard?.validate === "function";
}

function accept<Output>(result: StandardSchemaV1.Result<Output>, value: unknown, what: string): Output {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map((issue) => {
    const path = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
    return { path: pathText(path), message: issue.message };
  });
  throw errorAtCaller({
    code: "invalid-value",
    message: `${what} does not match its schema`,
    expected: issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; "),
    got: describe(value),
    fix: "correct the value, or the schema if the value is right",
    data: { issues },
  });
}
