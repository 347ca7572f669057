import type { StandardSchemaV1 } from "@standard-schema/spec";

import { invalidOption, isRecord, isSchema, messageOf, type Schema, schemaResult } from "../../base/index.ts";
import { noJsonSchemaError } from "./errors.ts";
import { type JsonSchema, shownSchema } from "./json-schema.ts";
import { KnownFields, MOST_FAULTS, without } from "./known-fields.ts";
import { libraryIssues } from "./library-issues.ts";
import { argumentsFailure, described, type ToolFailure, type ToolIssue } from "./tool-failure.ts";

/** The schema that checks a tool's arguments: a Standard Schema that provides its JSON Schema, or a JSON Schema. */
export type ToolInput = Schema | JsonSchema;

/** Arguments as the schema made them, or what is wrong with them. */
export type CheckedArguments = { readonly args: unknown } | { readonly failure: ToolFailure };

/** A tool's input, compiled once. */
export class InputSchema {
  /** For models: says also that there are no other fields, where that is so. */
  readonly shown: JsonSchema;
  readonly #tool: string;
  readonly #schema: Schema;
  readonly #json: JsonSchema;
  #fields: KnownFields | undefined;

  /** @throws AitorError `no-json-schema`, `invalid-option`. */
  constructor(tool: string, input: ToolInput) {
    this.#tool = tool;
    this.#schema = isSchema(input) ? input : ownSchema(tool, input);
    const json = toJson(tool, this.#schema);
    if (json["type"] !== "object") {
      throw invalidOption(
        `the input of tool "${tool}"`,
        'a schema of an object, whose JSON Schema has the type "object" at its top',
        json["type"] ?? json,
        isShape(input)
          ? `make a schema of these fields: z.object({ ${Object.keys(input).join(", ")} })`
          : "put what it takes into an object; alternatives too",
      );
    }
    this.#json = json;
    this.shown = Object.freeze(closed(json));
  }

  /** A promise only where the schema itself is asynchronous. */
  check(value: unknown): CheckedArguments | Promise<CheckedArguments> {
    if (!isRecord(value)) {
      return this.#refused([{ path: "", expected: "an object with the arguments by name", got: described(value) }]);
    }
    const issues: ToolIssue[] = [];
    const unknown = (this.#fields ??= new KnownFields(this.#json, [this.#json])).check(value, issues);
    if (unknown.length === MOST_FAULTS) return this.#refused(issues);
    // What else is wrong is told too; schemas differ in what they say of fields that they do not know.
    const rest = unknown.length === 0 ? value : without(value, unknown);
    const uncheckable = (error: unknown): CheckedArguments =>
      this.#refused([...issues, { path: "", expected: "arguments that can be checked", got: messageOf(error) }]);
    let result: ReturnType<typeof schemaResult<unknown>>;
    try {
      result = schemaResult(this.#schema, rest);
    } catch (error) {
      return uncheckable(error);
    }
    // One of zod's rejects where a function of its own throws.
    if (result instanceof Promise) return result.then((settled) => this.#settle(rest, issues, settled), uncheckable);
    return this.#settle(rest, issues, result);
  }

  #settle(value: unknown, issues: ToolIssue[], result: StandardSchemaV1.Result<unknown>): CheckedArguments {
    if (result.issues === undefined) return issues.length === 0 ? { args: result.value } : this.#refused(issues);
    issues.push(...libraryIssues(value, result.issues.slice(0, MOST_FAULTS)));
    return this.#refused(issues);
  }

  #refused(issues: readonly ToolIssue[]): CheckedArguments {
    return { failure: argumentsFailure(this.#tool, issues) };
  }
}

/** A plain JSON Schema as a schema. */
function ownSchema(tool: string, input: unknown): Schema {
  if (!isRecord(input)) {
    throw invalidOption(`the input of tool "${tool}"`, "a Standard Schema, such as zod's, or a JSON Schema", input);
  }
  // Before 3.24, zod's were no Standard Schemas.
  if (isRecord(input["_def"])) throw noJsonSchemaError(tool, "zod");
  return shownSchema(input, `the input of tool "${tool}"`);
}

/** Fields with a schema each, and no schema of the whole, as other packages take them. */
function isShape(input: ToolInput): boolean {
  return !isSchema(input) && Object.values(input).some((field) => isSchema(field));
}

function toJson(tool: string, schema: Schema): JsonSchema {
  const { vendor, jsonSchema: converter } = schema["~standard"] as (typeof schema)["~standard"] & {
    readonly jsonSchema?: { input(options: { readonly target: string }): JsonSchema };
  };
  if (typeof converter?.input !== "function") throw noJsonSchemaError(tool, vendor);
  let json: unknown;
  try {
    json = converter.input({ target: "draft-2020-12" });
  } catch (error) {
    throw noJsonSchemaError(tool, vendor, error);
  }
  if (!isRecord(json)) throw noJsonSchemaError(tool, vendor);
  const { $schema: _, "~standard": __, ...rest } = json;
  return rest;
}

/** With what is true of any object of this schema: that unknown fields are refused. */
function closed(json: JsonSchema): JsonSchema {
  const says = [
    "additionalProperties",
    "unevaluatedProperties",
    "patternProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "$ref",
  ];
  if (json["properties"] === undefined || says.some((keyword) => json[keyword] !== undefined)) return json;
  return { ...json, additionalProperties: false };
}
