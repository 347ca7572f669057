import type { Validator } from "@cfworker/json-schema";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

import { invalidOption } from "../../base/index.ts";
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
  const own = structuredClone(schema);
  let check: SchemaCheck | undefined;
  const checked = (by: SchemaCheck, value: unknown): StandardSchemaV1.Result<Value> => {
    const { valid, errors } = by.validate(value);
    return valid ? { value: value as Value } : { issues: schemaIssues(own, errors, value) };
  };
  const validate = (value: unknown): StandardSchemaV1.Result<Value> | Promise<StandardSchemaV1.Result<Value>> => {
    if (check !== undefined) return checked(check, value);
    return SchemaCheck.of(own).then((made) => checked((check = made), value));
  };
  const shown = (): Record<string, unknown> => structuredClone(own);
  return { "~standard": { version: 1, vendor: "aitor", validate, jsonSchema: { input: shown, output: shown } } };
}

/** Compiled, and what compiles it loaded, when a value is first checked: most tools of a long list are never called. */
class SchemaCheck {
  readonly #whole: Validator;
  readonly #first: Validator;

  /** @param schema The validator writes marks into it. */
  static async of(schema: JsonSchema): Promise<SchemaCheck> {
    const library = await import("@cfworker/json-schema");
    const draft = draftOf(schema);
    return new SchemaCheck(new library.Validator(schema, draft, false), new library.Validator(schema, draft, true));
  }

  private constructor(whole: Validator, first: Validator) {
    this.#whole = whole;
    this.#first = first;
  }

  /** All the faults of a huge value may need more stack than there is: then the first one is told. */
  validate(value: unknown): ReturnType<Validator["validate"]> {
    try {
      return this.#whole.validate(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#first.validate(value);
    }
  }
}
