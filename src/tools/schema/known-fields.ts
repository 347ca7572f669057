import { isRecord } from "../../base/index.ts";
import { nearest } from "./nearest.ts";
import { SchemaChoice } from "./schema-choice.ts";
import { resolved } from "./schema-reference.ts";
import { argumentPath, described, type ToolIssue } from "./tool-failure.ts";

type Schema = Readonly<Record<string, unknown>>;

const NONE: ReadonlySet<unknown> = new Set();

/** More are not looked for. */
export const MOST_FAULTS = 50;

/** How far a check has come. */
interface Found {
  /** Its first `depth` parts lead here; it is not cut, since a list that is made shorter is allocated anew. */
  readonly path: PropertyKey[];
  depth: number;
  /** The paths of fields that are not known. */
  readonly unknown: PropertyKey[][];
}

/**
 * The fields that an object may have, by its JSON Schema. Schema libraries drop what they do not know, or keep it, and a
 * model never learns that it was ignored; so a field is refused that no part of the schema names, unless the schema says
 * itself that there may be others (`additionalProperties`, `patternProperties`, a record).
 *
 * Of alternatives all count, but for those that a constant tells are not meant: which one is meant is the schema's to say.
 * What is inside a field is looked at when a value first has it.
 */
export class KnownFields {
  readonly #root: Schema;
  readonly #given: readonly unknown[];
  readonly #left: ReadonlySet<unknown>;
  readonly #schemas: readonly Schema[];
  readonly #choices: readonly SchemaChoice[];
  readonly #names: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];
  readonly #isOpen: boolean;
  readonly #fields = new Map<string, KnownFields | undefined>();
  #others: { readonly fields: KnownFields | undefined } | undefined;
  #items: KnownFields | undefined;
  /** By the alternatives that are left out. */
  readonly #chosen = new Map<string, KnownFields>();

  /**
   * @param schemas All that hold for the value.
   * @param left Alternatives that do not.
   */
  constructor(root: Schema, schemas: readonly unknown[], left: ReadonlySet<unknown> = NONE) {
    this.#root = root;
    this.#given = schemas;
    this.#left = left;
    this.#schemas = expanded(root, schemas, left);
    this.#choices = this.#schemas.flatMap((schema) => SchemaChoice.of(root, schema) ?? []);
    this.#names = new Set(this.#schemas.flatMap((schema) => keysOf(schema["properties"])));
    this.#patterns = this.#schemas.flatMap((schema) =>
      keysOf(schema["patternProperties"]).map((pattern) => expression(pattern)),
    );
    const isOpen = schemas.some((schema) => schema === true) || this.#schemas.some(takesAnyField);
    this.#isOpen =
      isOpen || (this.#names.size === 0 && !this.#schemas.some(({ properties }) => properties !== undefined));
  }

  /** Adds an issue for each field that is not known. @returns The paths of those, for {@link without}. */
  check(value: unknown, issues: ToolIssue[], found: Found = { path: [], depth: 0, unknown: [] }): PropertyKey[][] {
    if (Array.isArray(value)) this.#checkItems(value, issues, found);
    else if (isRecord(value)) this.#meant(value).#checkFields(value, issues, found);
    return found.unknown;
  }

  /** Without the alternatives that the value's constants rule out. */
  #meant(value: Schema): KnownFields {
    if (this.#choices.length === 0) return this;
    const others = this.#choices.flatMap((choice) => choice.others(value)).filter((other) => !this.#left.has(other));
    if (others.length === 0) return this;
    const all = this.#schemas.flatMap(({ anyOf, oneOf }) => [anyOf, oneOf].flat());
    const key = others.map((other) => all.indexOf(other)).join();
    let meant = this.#chosen.get(key);
    if (meant === undefined) {
      meant = new KnownFields(this.#root, this.#given, new Set([...this.#left, ...others]));
      this.#chosen.set(key, meant);
    }
    return meant.#meant(value);
  }

  #checkFields(value: Schema, issues: ToolIssue[], found: Found): void {
    for (const name of Object.keys(value)) {
      if (found.unknown.length >= MOST_FAULTS) return;
      found.path[found.depth++] = name;
      if (this.#isOpen || this.#names.has(name) || this.#patterns.some((pattern) => pattern.test(name))) {
        const inner = value[name];
        if (typeof inner === "object" && inner !== null) this.#field(name)?.check(inner, issues, found);
      } else {
        const path = found.path.slice(0, found.depth);
        found.unknown.push(path);
        issues.push(this.#unknownField(value, name, path));
      }
      found.depth--;
    }
  }

  #checkItems(value: readonly unknown[], issues: ToolIssue[], found: Found): void {
    for (const [index, item] of value.entries()) {
      if (typeof item !== "object" || item === null) continue;
      found.path[found.depth++] = index;
      (this.#items ??= this.#inner(this.#itemSchemas()))?.check(item, issues, found);
      found.depth--;
    }
  }

  #unknownField(value: Schema, name: string, path: readonly PropertyKey[]): ToolIssue {
    const free = [...this.#names].filter((known) => !Object.hasOwn(value, known));
    const meant = nearest(name, free);
    const names = [...this.#names].map((known) => `"${known}"`);
    return {
      path: argumentPath(path),
      expected: names.length === 0 ? "no fields" : `no other fields than ${names.join(", ")}`,
      got: described(value[name]),
      ...(meant !== undefined && { nearest: meant }),
    };
  }

  #field(name: string): KnownFields | undefined {
    if (!this.#names.has(name)) return this.#other(name);
    if (!this.#fields.has(name))
      this.#fields.set(name, this.#inner(this.#schemas.flatMap((each) => named(each, name))));
    return this.#fields.get(name);
  }

  /** The names of a record come from outside: nothing is kept of them. */
  #other(name: string): KnownFields | undefined {
    const isMatched = this.#patterns.some((pattern) => pattern.test(name));
    if (isMatched) return this.#inner(this.#schemas.flatMap((each) => named(each, name)));
    this.#others ??= { fields: this.#inner(this.#schemas.flatMap(others)) };
    return this.#others.fields;
  }

  /** Items at all positions together: which position is which is the schema's to say. */
  #itemSchemas(): readonly unknown[] {
    return this.#schemas.flatMap(({ items, prefixItems, additionalItems }) =>
      [items, prefixItems, additionalItems].flat(),
    );
  }

  #inner(schemas: readonly unknown[]): KnownFields | undefined {
    const known = schemas.filter((schema) => isRecord(schema) || schema === true);
    return known.length === 0 ? undefined : new KnownFields(this.#root, known);
  }
}

/** A copy of a JSON value without what is at the paths. */
export function without(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  const copy = structuredClone(value);
  for (const path of paths) {
    let inner = copy as Record<PropertyKey, unknown>;
    for (const part of path.slice(0, -1)) inner = inner[part] as Record<PropertyKey, unknown>;
    Reflect.deleteProperty(inner, path.at(-1) as PropertyKey);
  }
  return copy;
}

/** The schemas, and those that hold for the same value by way of references and alternatives. */
function expanded(root: Schema, schemas: readonly unknown[], left: ReadonlySet<unknown>): readonly Schema[] {
  const found = new Set<Schema>();
  const open = [...schemas];
  while (open.length > 0) {
    const schema = open.pop();
    if (!isRecord(schema) || found.has(schema) || left.has(schema)) continue;
    found.add(schema);
    const { $ref, allOf, anyOf, oneOf } = schema;
    const others = [resolved(root, $ref), allOf, anyOf, oneOf, schema["if"], schema["then"], schema["else"]];
    const dependent = [schema["dependentSchemas"], schema["dependencies"]].filter(isRecord);
    open.push(...others.flat(), ...dependent.flatMap((schemas) => Object.values(schemas)));
  }
  return [...found];
}

/** Whether it allows fields that it does not name; an object of which nothing is said may have any. */
function takesAnyField(schema: Schema): boolean {
  const others = [schema["additionalProperties"], schema["unevaluatedProperties"]];
  if (others.some((other) => other === true || isRecord(other))) return true;
  const says = ["$ref", "additionalProperties", "allOf", "anyOf", "oneOf", "patternProperties", "properties"];
  return schema["type"] === "object" && !says.some((keyword) => schema[keyword] !== undefined);
}

function named(schema: Schema, name: string): readonly unknown[] {
  const { properties, patternProperties } = schema;
  const found: unknown[] = isRecord(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [];
  for (const pattern of keysOf(patternProperties)) {
    if (expression(pattern).test(name)) found.push((patternProperties as Schema)[pattern]);
  }
  return found.length > 0 ? found : others(schema);
}

function others(schema: Schema): readonly unknown[] {
  return [schema["additionalProperties"], schema["unevaluatedProperties"]];
}

function keysOf(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value) : [];
}

/** A schema library may write patterns that only the older syntax knows; what no syntax knows forbids nothing. */
function expression(pattern: string): RegExp {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch {
      // The next syntax.
    }
  }
  return /(?:)/;
}
