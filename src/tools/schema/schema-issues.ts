import type { OutputUnit } from "@cfworker/json-schema";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { fragmentParts, resolved } from "./schema-reference.ts";
import { isRecord } from "./subschemas.ts";

/** Keywords whose error only says that there are errors inside. */
const WRAPPERS = new Set([
  "$ref",
  "additionalItems",
  "additionalProperties",
  "allOf",
  "dependencies",
  "dependentSchemas",
  "if",
  "items",
  "patternProperties",
  "prefixItems",
  "properties",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

type Schema = Readonly<Record<string, unknown>>;

/** A constant tells alternatives apart: one that does not fit weighs as much as this many other faults. */
const CONSTANT = 100;

/**
 * The validator's errors as issues: each says where in the value, and what is expected there. Of alternatives of which
 * none fits, the faults of the one that comes closest are told; where several come as close, that one is expected.
 */
export function schemaIssues(schema: Schema, errors: readonly OutputUnit[], value: unknown): StandardSchemaV1.Issue[] {
  return closest(errors)
    .filter(({ keyword }) => !WRAPPERS.has(keyword))
    .map((error) => ({ message: expectation(schema, error), path: pathIn(value, error) }));
}

function closest(errors: readonly OutputUnit[]): readonly OutputUnit[] {
  const kept: OutputUnit[] = [];
  let index = 0;
  while (index < errors.length) {
    const error = errors[index++] as OutputUnit;
    if (error.keyword !== "anyOf" && error.keyword !== "oneOf") {
      kept.push(error);
      continue;
    }
    const inside = insideOf(error, errors.slice(index));
    index += inside.length;
    const best =
      error.error.includes("exactly one") && !error.error.includes("(0 matches)") ? [] : closestBranches(error, inside);
    if (best.length === 1) kept.push(...closest(best[0] as OutputUnit[]));
    else kept.push(error);
  }
  return kept;
}

/** The errors that follow and belong to it. One of a schema `false` has no place of its own, and belongs to what it follows. */
function insideOf({ keywordLocation }: OutputUnit, following: readonly OutputUnit[]): readonly OutputUnit[] {
  const end = following.findIndex(
    (error) => error.keyword !== "false" && !error.keywordLocation.startsWith(`${keywordLocation}/`),
  );
  return end === -1 ? following : following.slice(0, end);
}

/** Of the alternatives those whose faults weigh least. */
function closestBranches({ keywordLocation }: OutputUnit, inside: readonly OutputUnit[]): OutputUnit[][] {
  const branches = new Map<string, OutputUnit[]>();
  let branch = "";
  for (const error of inside) {
    if (error.keyword !== "false")
      branch = error.keywordLocation.slice(keywordLocation.length + 1).split("/", 1)[0] ?? "";
    const before = branches.get(branch);
    if (before === undefined) branches.set(branch, [error]);
    else before.push(error);
  }
  const faults = (errors: readonly OutputUnit[]): number =>
    errors.reduce((sum, { keyword }) => sum + (WRAPPERS.has(keyword) ? 0 : keyword === "const" ? CONSTANT : 1), 0);
  const least = Math.min(...[...branches.values()].map(faults));
  return [...branches.values()].filter((errors) => faults(errors) === least);
}

function pathIn(value: unknown, { instanceLocation, keyword, error }: OutputUnit): readonly PropertyKey[] {
  let inner = value;
  const parts = [...(fragmentParts(instanceLocation) ?? [])];
  const missing = keyword === "required" ? /required property "(.*)"\.$/s.exec(error)?.[1] : undefined;
  if (missing !== undefined) parts.push(missing);
  return parts.map((part) => {
    const key = Array.isArray(inner) ? Number(part) : part;
    inner = isRecord(inner) || Array.isArray(inner) ? (inner as Schema)[part] : undefined;
    return key;
  });
}

const WORDS: Readonly<Record<string, (limit: unknown) => string>> = {
  const: (value) => JSON.stringify(value),
  enum: (values) => `one of ${(values as unknown[]).map((value) => JSON.stringify(value)).join(", ")}`,
  exclusiveMaximum: (limit) => `a number < ${String(limit)}`,
  exclusiveMinimum: (limit) => `a number > ${String(limit)}`,
  format: (name) => `a text in the format "${String(name)}"`,
  maximum: (limit) => `a number ≤ ${String(limit)}`,
  maxItems: (limit) => `a list of at most ${String(limit)}`,
  maxLength: (limit) => `a text of at most ${String(limit)} characters`,
  maxProperties: (limit) => `an object of at most ${String(limit)} fields`,
  minimum: (limit) => `a number ≥ ${String(limit)}`,
  minItems: (limit) => `a list of at least ${String(limit)}`,
  minLength: (limit) => `a text of at least ${String(limit)} characters`,
  minProperties: (limit) => `an object of at least ${String(limit)} fields`,
  multipleOf: (step) => `a multiple of ${String(step)}`,
  pattern: (pattern) => `a text that matches /${String(pattern)}/u`,
  type: (types) => typeNames([types].flat()),
  uniqueItems: () => "a list in which nothing stands twice",
};

const NOUNS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  string: "a text",
};

function typeNames(types: readonly unknown[]): string {
  return types.map((type) => NOUNS[String(type)] ?? String(type)).join(" or ");
}

function expectation(schema: Schema, { keyword, keywordLocation, error }: OutputUnit): string {
  const parts = fragmentParts(keywordLocation);
  if (keyword === "required" && parts !== undefined) return missing(keywordOwner(schema, parts), error);
  if (keyword === "false") return "nothing here";
  if (keyword === "anyOf" || keyword === "oneOf")
    return `what fits ${keyword === "oneOf" ? "exactly one" : "one"} of its alternatives`;
  const words = Object.hasOwn(WORDS, keyword) ? WORDS[keyword] : undefined;
  const owner = parts === undefined ? undefined : keywordOwner(schema, parts);
  return words === undefined || !isRecord(owner) || !Object.hasOwn(owner, keyword) ? error : words(owner[keyword]);
}

/** What a field that is missing must be. */
function missing(owner: unknown, error: string): string {
  const name = /required property "(.*)"\.$/s.exec(error)?.[1] ?? "";
  const properties = isRecord(owner) ? owner["properties"] : undefined;
  const field = isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const types = isRecord(field) && field["type"] !== undefined ? typeNames([field["type"]].flat()) : "a value";
  return `${types}, which is required`;
}

/** The schema whose keyword that is; the way leads through references. */
function keywordOwner(root: Schema, parts: readonly string[]): unknown {
  let schema: unknown = root;
  for (const part of parts.slice(0, -1)) {
    if (!(isRecord(schema) || Array.isArray(schema))) return undefined;
    const inner = (schema as Schema)[part];
    schema = part === "$ref" ? resolved(root, inner) : inner;
  }
  return schema;
}
