import { clipped, isRecord } from "../../base/index.ts";
import type { OutputUnit } from "@cfworker/json-schema";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { closestAlternatives, eitherText, type Expected, WEIGHTS } from "./alternatives.ts";
import { fragmentParts, resolved } from "./schema-reference.ts";
import { RepeatingLists } from "./unique-items.ts";

/** Keywords whose error only says that there are errors inside. */
const WRAPPERS = new Set([
  "$recursiveRef",
  "$ref",
  "additionalItems",
  "additionalProperties",
  "allOf",
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

/**
 * The validator's errors as issues: each says where in the value, and what is expected there. Of alternatives of which
 * none fits, the faults of the one that comes closest are told; where several come as close, what each of them expects.
 */
export function schemaIssues(schema: Schema, errors: readonly OutputUnit[], value: unknown): StandardSchemaV1.Issue[] {
  return faultsOf(schema, errors, value).map(({ path, expected }) => ({ message: expected, path }));
}

function faultsOf(schema: Schema, errors: readonly OutputUnit[], value: unknown): Expected[] {
  return closest(errors)
    .filter(({ error }) => !isWrapper(error))
    .map(({ error, either }) => {
      const path = pathIn(value, error);
      if (either === undefined) return { path, expected: expectation(schema, error) };
      const faults = either.map((inside) =>
        faultsOf(schema, inside, value).map((fault) => ({ ...fault, path: fault.path.slice(path.length) })),
      );
      return { path, expected: eitherText(faults) };
    });
}

function isWrapper(error: OutputUnit): boolean {
  return WRAPPERS.has(error.keyword) || (error.keyword === "dependencies" && missingField(error) === undefined);
}

/** What is told of: an error, and the errors of alternatives where several come as close. */
interface Told {
  readonly error: OutputUnit;
  readonly either?: readonly (readonly OutputUnit[])[];
}

function closest(errors: readonly OutputUnit[]): readonly Told[] {
  const kept: Told[] = [];
  let index = 0;
  while (index < errors.length) {
    const error = errors[index++] as OutputUnit;
    if (!["anyOf", "contains", "oneOf"].includes(error.keyword)) {
      kept.push({ error });
      continue;
    }
    const begin = index;
    while (index < errors.length && isInside(error, errors[index] as OutputUnit)) index++;
    const best = alternatives(error, errors.slice(begin, index));
    const [first, ...others] = best;
    if (first === undefined) kept.push({ error });
    else if (others.length === 0) kept.push(...closest(first));
    else kept.push({ error, either: best });
  }
  return kept;
}

/** Whether one that follows belongs to it. One of a schema `false` has no place of its own, and belongs to what it follows. */
function isInside({ keywordLocation }: OutputUnit, following: OutputUnit): boolean {
  return following.keyword === "false" || following.keywordLocation.startsWith(`${keywordLocation}/`);
}

/** The faults of the alternatives that come closest; none where another one fits too, or any item of a list might. */
function alternatives(error: OutputUnit, inside: readonly OutputUnit[]): readonly (readonly OutputUnit[])[] {
  if (error.keyword === "contains") return [];
  if (error.error.includes("exactly one") && !error.error.includes("(0 matches)")) return [];
  return closestBranches(error, inside);
}

/** Of the alternatives those whose faults weigh least. */
function closestBranches(
  { keywordLocation, instanceLocation }: OutputUnit,
  inside: readonly OutputUnit[],
): readonly (readonly OutputUnit[])[] {
  const branches = new Map<string, OutputUnit[]>();
  let branch = "";
  for (const error of inside) {
    if (error.keyword !== "false")
      branch = error.keywordLocation.slice(keywordLocation.length + 1).split("/", 1)[0] ?? "";
    const before = branches.get(branch);
    if (before === undefined) branches.set(branch, [error]);
    else before.push(error);
  }
  const weightOf = (error: OutputUnit): number => {
    if (isWrapper(error)) return 0;
    if (error.keyword === "type" && error.instanceLocation === instanceLocation) return WEIGHTS.kind;
    return error.keyword === "const" ? WEIGHTS.constant : 1;
  };
  const all = Array.from(branches.values(), (faults) => ({
    faults,
    weight: faults.reduce((sum, error) => sum + weightOf(error), 0),
  }));
  return closestAlternatives(all).map(({ faults }) => faults);
}

function pathIn(value: unknown, error: OutputUnit): readonly PropertyKey[] {
  let inner = value;
  const parts = [...(fragmentParts(error.instanceLocation) ?? [])];
  const missing = missingField(error);
  if (missing !== undefined) parts.push(missing.name);
  return parts.map((part) => {
    const key = Array.isArray(inner) ? Number(part) : part;
    inner = isRecord(inner) || Array.isArray(inner) ? (inner as Schema)[part] : undefined;
    return key;
  });
}

/** A field that is required: always, or with another one. */
function missingField({
  keyword,
  error,
}: OutputUnit): { readonly name: string; readonly because?: string } | undefined {
  if (!["dependencies", "dependentRequired", "required"].includes(keyword)) return undefined;
  const [, because, name] =
    /^Instance (?:has "(.*)" but )?does not have (?:required property )?"(.*)"\.$/s.exec(error) ?? [];
  return name === undefined ? undefined : { name, ...(because !== undefined && { because }) };
}

const WORDS: Readonly<Record<string, (limit: unknown, owner: Schema) => string>> = {
  const: (value) => JSON.stringify(value),
  contains: (schema) => `a list with an item that fits ${shown(schema)}`,
  enum: (values) => `one of ${(values as unknown[]).map((value) => JSON.stringify(value)).join(", ")}`,
  exclusiveMaximum: (limit) => `a number < ${String(limit)}`,
  exclusiveMinimum: (limit) => `a number > ${String(limit)}`,
  format: (name) => `a text in the format "${String(name)}"`,
  maxContains: (most, { contains }) => `a list with at most ${String(most)} items that fit ${shown(contains)}`,
  maximum: (limit, { exclusiveMaximum }) => `a number ${exclusiveMaximum === true ? "<" : "≤"} ${String(limit)}`,
  maxItems: (limit) => `a list of at most ${String(limit)}`,
  maxLength: (limit) => `a text of at most ${String(limit)} characters`,
  maxProperties: (limit) => `an object of at most ${String(limit)} fields`,
  minContains: (least, { contains }) => `a list with at least ${String(least)} items that fit ${shown(contains)}`,
  minimum: (limit, { exclusiveMinimum }) => `a number ${exclusiveMinimum === true ? ">" : "≥"} ${String(limit)}`,
  minItems: (limit) => `a list of at least ${String(limit)}`,
  minLength: (limit) => `a text of at least ${String(limit)} characters`,
  minProperties: (limit) => `an object of at least ${String(limit)} fields`,
  multipleOf: (step) => `a multiple of ${String(step)}`,
  not: (schema) =>
    isRecord(schema) && schema["enum"] instanceof RepeatingLists ? UNIQUE : `what does not fit ${shown(schema)}`,
  pattern: (pattern) => `a text that matches /${String(pattern)}/u`,
  type: (types) => typeNames([types].flat()),
  uniqueItems: () => UNIQUE,
};

const UNIQUE = "a list in which nothing stands twice";

function shown(schema: unknown): string {
  return clipped(JSON.stringify(schema), 200);
}

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

function expectation(schema: Schema, error: OutputUnit): string {
  const { keyword } = error;
  if (keyword === "false") return "nothing here";
  if (keyword === "anyOf" || keyword === "oneOf")
    return `what fits ${keyword === "oneOf" ? "exactly one" : "one"} of its alternatives`;
  const parts = fragmentParts(error.keywordLocation);
  const owner = parts === undefined ? undefined : keywordOwner(schema, parts);
  const missing = missingField(error);
  if (missing !== undefined) return required(owner, missing);
  const words = Object.hasOwn(WORDS, keyword) ? WORDS[keyword] : undefined;
  if (words === undefined || !isRecord(owner) || !Object.hasOwn(owner, keyword)) return error.error;
  return words(owner[keyword], owner);
}

/** What a field that is missing must be. */
function required(owner: unknown, { name, because }: NonNullable<ReturnType<typeof missingField>>): string {
  const properties = isRecord(owner) ? owner["properties"] : undefined;
  const field = isRecord(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  const types = isRecord(field) && field["type"] !== undefined ? typeNames([field["type"]].flat()) : "a value";
  return `${types}, which is required${because === undefined ? "" : ` with "${because}"`}`;
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
