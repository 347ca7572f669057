import { isRecord } from "../../base/index.ts";
import { resolved } from "./schema-reference.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Branch {
  readonly schema: unknown;
  /** The values that it allows in fields of which there are a few. */
  readonly constants: ReadonlyMap<string, readonly unknown[]>;
}

/** Alternatives that a field's value tells apart, such as `kind`. */
export class SchemaChoice {
  readonly #branches: readonly Branch[];

  private constructor(branches: readonly Branch[]) {
    this.#branches = branches;
  }

  /** @returns Nothing where no field tells any alternatives of the schema apart. */
  static of(root: Schema, { anyOf, oneOf }: Schema): SchemaChoice | undefined {
    const all = [anyOf, oneOf].find((list): list is unknown[] => Array.isArray(list) && list.length > 1);
    if (all === undefined) return undefined;
    const branches = all.map((schema) => ({ schema, constants: constantsOf(root, schema) }));
    return branches.filter(({ constants }) => constants.size > 0).length > 1 ? new SchemaChoice(branches) : undefined;
  }

  /** The alternatives that are not meant: a field has what another one alone allows there. */
  others(value: Schema): readonly unknown[] {
    const chosen = new Set<string>();
    for (const { constants } of this.#branches)
      for (const [name, allowed] of constants) if (isAmong(allowed, value, name)) chosen.add(name);
    if (chosen.size === 0) return [];
    return this.#branches
      .filter(({ constants }) =>
        [...chosen].some((name) => constants.has(name) && !isAmong(constants.get(name) ?? [], value, name)),
      )
      .map(({ schema }) => schema);
  }
}

function isAmong(allowed: readonly unknown[], value: Schema, name: string): boolean {
  return Object.hasOwn(value, name) && allowed.includes(value[name]);
}

function constantsOf(root: Schema, schema: unknown): ReadonlyMap<string, readonly unknown[]> {
  const found = new Map<string, readonly unknown[]>();
  const own = isRecord(schema) && schema["$ref"] !== undefined ? resolved(root, schema["$ref"]) : schema;
  const properties = isRecord(own) ? own["properties"] : undefined;
  if (!isRecord(properties)) return found;
  for (const [name, field] of Object.entries(properties)) {
    if (!isRecord(field)) continue;
    if (field["const"] !== undefined) found.set(name, [field["const"]]);
    else if (Array.isArray(field["enum"])) found.set(name, field["enum"]);
  }
  return found;
}
