import { Validator } from "@cfworker/json-schema";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

import { invalidOption } from "../base/index.ts";
import { draftOf, schemaProblem } from "./schema-problem.ts";
import { schemaIssues } from "./schema-issues.ts";

/** A JSON Schema of an object: draft 2020-12, 2019-09, 7 or 4, as its `$schema` says. @default draft 2020-12 */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A Standard Schema that can also say what it takes as a JSON Schema. */
export interface ShownSchema<Value> {
  readonly "~standard": StandardSchemaV1.Props<Value, Value> & StandardJSONSchemaV1.Props<Value, Value>;
}

/**
 * A JSON Schema as a Standard Schema, of the type that you say. Values are checked as they are: nothing is coerced, and
 * `default` fills in nothing. References lead to places in the schema itself.
 *
 * @throws AitorError `invalid-option` for what is no schema: types that there are not, patterns that do not compile,
 *   references that lead nowhere.
 */
export function jsonSchema<Value = unknown>(schema: JsonSchema): ShownSchema<Value> {
  return shownSchema(schema, "a JSON Schema");
}

/** @param what Names the schema in errors. */
export function shownSchema<Value>(schema: JsonSchema, what: string): ShownSchema<Value> {
  const problem = schemaProblem(schema);
  if (problem !== undefined) throw invalidOption(what, problem.expected, problem.got, "correct the JSON Schema");
  // The validator writes marks into what it is given.
  const own = structuredClone(schema);
  const draft = draftOf(own);
  const whole = new Validator(own, draft, false);
  const first = new Validator(own, draft, true);
  const validate = (value: unknown): StandardSchemaV1.Result<Value> => {
    const { valid, errors } = complete(whole, first, value);
    return valid ? { value: value as Value } : { issues: schemaIssues(own, errors, value) };
  };
  const shown = (): Record<string, unknown> => structuredClone(schema);
  return { "~standard": { version: 1, vendor: "aitor", validate, jsonSchema: { input: shown, output: shown } } };
}

/** All the faults of a huge value may need more stack than there is: then the first one is told. */
function complete(whole: Validator, first: Validator, value: unknown): ReturnType<Validator["validate"]> {
  try {
    return whole.validate(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return first.validate(value);
  }
}
