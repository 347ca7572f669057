import type { StandardSchemaV1 } from "@standard-schema/spec";

import { describe, errorAtCaller } from "./errors.ts";
import { checkJson, pathText } from "./json.ts";

/** Any schema that follows https://standardschema.dev: zod, valibot, arktype and others. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/**
 * Checks `value` and returns what the schema makes of it; a promise only where the schema itself is asynchronous.
 *
 * @param what Names the value in the error, such as `the input of task "fetch"`.
 * @throws AitorError `invalid-value`, which lists each issue with its path.
 */
export function validate<Output>(
  schema: Schema<unknown, Output>,
  value: unknown,
  what: string,
): Output | Promise<Output> {
  const result = schemaResult(schema, value);
  if ("then" in result) return result.then((settled) => accept(settled, value, what));
  return accept(result, value, what);
}

/**
 * What the schema says of `value`. What is on record may be frozen, and there are schemas that then cannot convert it: arktype's copy
 * what is frozen so that it stays so. Those are given a copy that is not.
 */
export function schemaResult<Output>(
  schema: Schema<unknown, Output>,
  value: unknown,
): StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>> {
  const standard = schema["~standard"];
  try {
    return standard.validate(value);
  } catch (error) {
    if (!(error instanceof TypeError) || !isJson(value)) throw error;
    return standard.validate(structuredClone(value));
  }
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

/** Whether `value` has the one property that makes a Standard Schema. */
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
