// OpenAI, and who speaks its interface, holds a model to a schema that is sent as strict, and refuses one that says more
// than the strict mode knows. https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas

const made = new WeakMap<object, object | false>();

/**
 * The schema as the strict mode takes it, with every object closed. Nothing where that would ask for something else: of
 * fields that may be left out, objects of any fields, and keywords that it does not know.
 */
export function strictSchema(schema: object): object | undefined {
  let strict = made.get(schema);
  if (strict === undefined) {
    strict = strictly(schema) ?? false;
    made.set(schema, strict);
  }
  return strict === false ? undefined : strict;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  "$schema",
  "$ref",
  "$defs",
  "definitions",
  "title",
  "description",
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "anyOf",
  "enum",
  "const",
  "pattern",
  "format",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minItems",
  "maxItems",
]);

const FORMATS: readonly unknown[] = [
  undefined,
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
];

const LOOKAROUND = /\(\?<?[=!]/;

function strictly(schema: unknown): object | undefined {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return undefined;
  const given = schema as Readonly<Record<string, unknown>>;
  const names = Object.keys(given);
  if (!names.every((name) => KEYWORDS.has(name)) || !FORMATS.includes(given["format"])) return undefined;
  const { $ref, type, anyOf, items, pattern } = given;
  if ($ref !== undefined) return names.length === 1 ? schema : undefined;
  if (type === undefined && anyOf === undefined) return undefined;
  if (typeof pattern === "string" && LOOKAROUND.test(pattern)) return undefined;
  const strict: Record<string, unknown> = { ...given };
  for (const name of ["properties", "$defs", "definitions", "anyOf"]) {
    if (given[name] !== undefined && (strict[name] = each(given[name])) === undefined) return undefined;
  }
  if (items !== undefined && (strict["items"] = strictly(items)) === undefined) return undefined;
  if (type === "object" || (Array.isArray(type) && type.includes("object"))) {
    const { properties, required = [], additionalProperties = false } = given;
    if (properties === undefined || additionalProperties !== false || !Array.isArray(required)) return undefined;
    const fields = Object.keys(properties as object);
    if (!fields.every((field) => required.includes(field))) return undefined;
    strict["required"] = fields;
    strict["additionalProperties"] = false;
  }
  return strict;
}

/** Schemas in a list, or by name: all of them, or nothing. */
function each(schemas: unknown): object | undefined {
  if (typeof schemas !== "object" || schemas === null) return undefined;
  const strict = Object.entries(schemas).map(([name, schema]) => [name, strictly(schema)] as const);
  if (strict.some(([, schema]) => schema === undefined)) return undefined;
  return Array.isArray(schemas) ? strict.map(([, schema]) => schema) : Object.fromEntries(strict);
}
