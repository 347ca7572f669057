import type { SchemaDraft } from "@cfworker/json-schema";

import { isRecord, pathText } from "../../base/index.ts";
import { subschemas } from "./subschemas.ts";
import { resolved } from "./schema-reference.ts";

const TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];

/** What is wrong with a JSON Schema, so that it is told when it is made and not when a model first calls. */
export function schemaProblem(schema: unknown): { readonly expected: string; readonly got: unknown } | undefined {
  if (!isRecord(schema)) return { expected: "an object", got: schema };
  return problemAt(schema, schema, []);
}

function problemAt(
  root: Readonly<Record<string, unknown>>,
  schema: Readonly<Record<string, unknown>>,
  path: readonly PropertyKey[],
): { readonly expected: string; readonly got: unknown } | undefined {
  const types = schema["type"] === undefined ? [] : [schema["type"]].flat();
  const unknown = types.find((type) => !TYPES.includes(type as string));
  if (unknown !== undefined) {
    return { expected: `a type of ${TYPES.join(", ")} ${place(path)}`, got: unknown };
  }
  const patterns = [
    schema["pattern"],
    ...Object.keys(isRecord(schema["patternProperties"]) ? schema["patternProperties"] : {}),
  ];
  const broken = patterns.find((pattern) => pattern !== undefined && !isPattern(pattern));
  if (broken !== undefined) return { expected: `a regular expression ${place(path)}`, got: broken };
  const reference = schema["$ref"];
  if (reference !== undefined && resolved(root, reference) === undefined) {
    return { expected: `a $ref to a place in this schema ${place(path)}, such as "#/$defs/name"`, got: reference };
  }
  if (schema["$dynamicRef"] !== undefined) {
    return { expected: `a $ref, and no $dynamicRef, ${place(path)}`, got: schema["$dynamicRef"] };
  }
  for (const { at, schema: inner } of subschemas(schema)) {
    if (typeof inner === "boolean") continue;
    const problem = isRecord(inner)
      ? problemAt(root, inner, [...path, ...at])
      : { expected: `a schema at ${pathText([...path, ...at])}`, got: inner };
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function place(path: readonly PropertyKey[]): string {
  return `at ${pathText(path) || "its top"}`;
}

function isPattern(pattern: unknown): boolean {
  try {
    return typeof pattern === "string" && new RegExp(pattern, "u").unicode;
  } catch {
    return false;
  }
}

export function draftOf(schema: Readonly<Record<string, unknown>>): SchemaDraft {
  const named = typeof schema["$schema"] === "string" ? schema["$schema"] : "";
  if (named.includes("draft-04")) return "4";
  if (named.includes("draft-06") || named.includes("draft-07")) return "7";
  return named.includes("2019-09") ? "2019-09" : "2020-12";
}
