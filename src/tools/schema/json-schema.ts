import type { Validator } from "@cfworker/json-schema";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";

import { invalidOption, invalidOptionGot, loaded, messageOf } from "../../base/index.ts";
import { draftOf, schemaProblem } from "./schema-problem.ts";
import { schemaIssues } from "./schema-issues.ts";
import { type RepeatingLists, rewriteUniqueItems } from "./unique-items.ts";

/** A JSON Schema of an object: draft 2020-12, 2019-09, 7 or 4, as its `$schema` says. @default draft 2020-12 */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** A Standard Schema that can also provide the JSON Schema of its input. */
export interface ShownSchema<Value> {
  readonly "~standard": StandardSchemaV1.Props<Value, Value> & StandardJSONSchemaV1.Props<Value, Value>;
}

/**
 * Turns a JSON Schema into a Standard Schema, with the given type. Values are checked as they are: nothing is coerced, and
 * `default` fills in nothing. References lead to places in the schema itself.
 *
 * @throws AitorError `invalid-option` for an invalid schema: unknown types, patterns that do not compile, references that lead
 *   nowhere, and for `$dynamicRef`, which is not followed.
 */
export function jsonSchema<Value = unknown>(schema: JsonSchema): ShownSchema<Value> {
  return shownSchema(schema, "a JSON Schema");
}

/** @param what Names the schema in errors. */
export function shownSchema<Value>(schema: JsonSchema, what: string): ShownSchema<Value> {
  const own = copyOf(schema, what);
  const problem = schemaProblem(own);
  if (problem !== undefined) throw invalidOption(what, problem.expected, problem.got, "correct the JSON Schema");
  let check: SchemaCheck | undefined;
  const validate = (value: unknown): StandardSchemaV1.Result<Value> | Promise<StandardSchemaV1.Result<Value>> => {
    if (check !== undefined) return check.validate(value);
    return SchemaCheck.of(own).then((made) => (check = made).validate<Value>(value));
  };
  const shown = (): Record<string, unknown> => structuredClone(own);
  return { "~standard": { version: 1, vendor: "aitor", validate, jsonSchema: { input: shown, output: shown } } };
}

function copyOf(schema: JsonSchema, what: string): JsonSchema {
  try {
    // Models are told of it as JSON, which a copy need not be: it may lead back into itself.
    JSON.stringify(schema);
    return structuredClone(schema);
  } catch (error) {
    throw invalidOptionGot(what, "a JSON Schema, which is JSON", messageOf(error), "leave out what is no JSON");
  }
}

/** Compiled, and what compiles it loaded, when a value is first checked: most tools of a long list are never called. */
class SchemaCheck {
  readonly #schema: JsonSchema;
  readonly #whole: Validator;
  readonly #first: Validator;
  readonly #repeating: RepeatingLists | undefined;

  static async of(given: JsonSchema): Promise<SchemaCheck> {
    const library = await loaded(import("@cfworker/json-schema"));
    const draft = draftOf(given);
    // The validator writes marks into it.
    const schema = structuredClone(given);
    const repeating = rewriteUniqueItems(schema);
    const whole = new library.Validator(schema, draft, false);
    return new SchemaCheck(schema, whole, new library.Validator(schema, draft, true), repeating);
  }

  private constructor(schema: JsonSchema, whole: Validator, first: Validator, repeating: RepeatingLists | undefined) {
    this.#schema = schema;
    this.#whole = whole;
    this.#first = first;
    this.#repeating = repeating;
  }

  validate<Value>(value: unknown): StandardSchemaV1.Result<Value> {
    const { valid, errors } = this.#repeating?.within(value, () => this.#check(value)) ?? this.#check(value);
    return valid ? { value: value as Value } : { issues: schemaIssues(this.#schema, errors, value) };
  }

  /** All the faults of a huge value may need more stack than there is: then the first one is told. */
  #check(value: unknown): ReturnType<Validator["validate"]> {
    try {
      return this.#whole.validate(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#first.validate(value);
    }
  }
}
