import { isRecord } from "../../base/index.ts";
const SINGLE = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const LISTS = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const MAPS = ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

/** The schemas that a JSON Schema holds directly, and where. */
export function* subschemas(
  schema: Readonly<Record<string, unknown>>,
): Generator<{ readonly at: readonly PropertyKey[]; readonly schema: unknown }> {
  for (const keyword of SINGLE) {
    const inner = schema[keyword];
    if (inner !== undefined && !Array.isArray(inner)) yield { at: [keyword], schema: inner };
  }
  for (const keyword of LISTS) {
    const inner = schema[keyword];
    if (!Array.isArray(inner)) continue;
    for (const [index, each] of inner.entries()) yield { at: [keyword, index], schema: each };
  }
  for (const keyword of MAPS) {
    const inner = schema[keyword];
    if (!isRecord(inner)) continue;
    for (const [name, each] of Object.entries(inner)) {
      // What a field depends on may be a list of names.
      if (keyword !== "dependencies" || !Array.isArray(each)) yield { at: [keyword, name], schema: each };
    }
  }
}
