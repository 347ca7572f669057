import { isRecord } from "../../base/index.ts";
import { resolved } from "./schema-reference.ts";
import { subschemas } from "./subschemas.ts";

/*
 * Checks `uniqueItems` in time that grows with the list. The library compares each item with each other, before it says
 * anything else that is wrong with the list; a model could stop the process for minutes. The library's schema cannot be taken
 * apart, since whether an alternative fits depends on the keyword. So the schema expresses the keyword differently for long
 * lists: a list must not be any of the lists of the value that contain something twice. Those lists are found beforehand, by
 * the texts of their items.
 */

/** Items. Of shorter lists the library compares each with each other. */
const LONG = 100;

/** The long lists of the value that is being checked in which something stands twice. */
export class RepeatingLists extends Array<unknown> {
  /** The library writes into its errors what a list was compared with. */
  toJSON(): readonly unknown[] {
    return [];
  }

  /** Those of `value` while `check` runs. */
  within<Result>(value: unknown, check: () => Result): Result {
    try {
      this.#add(value);
      return check();
    } finally {
      this.length = 0;
    }
  }

  #add(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value) && value.length > LONG && repeats(value)) this.push(value);
    for (const inner of Object.values(value)) this.#add(inner);
  }
}

/** Rewrites the schema in place; nothing where it does not use the keyword. */
export function rewriteUniqueItems(root: Readonly<Record<string, unknown>>): RepeatingLists | undefined {
  const lists = new RepeatingLists();
  const seen = new Set<unknown>();
  let isUsed = false;
  const rewrite = (schema: unknown): void => {
    if (!isRecord(schema) || seen.has(schema)) return;
    seen.add(schema);
    for (const { schema: inner } of subschemas(schema)) rewrite(inner);
    rewrite(resolved(root, schema["$ref"]));
    if (schema["uniqueItems"] !== true) return;
    isUsed = true;
    const { allOf = [] } = schema as { allOf?: readonly unknown[] };
    const short = { if: { minItems: LONG + 1 }, else: { uniqueItems: true } };
    Object.assign(schema, { uniqueItems: false, allOf: [...allOf, short, { not: { enum: lists } }] });
  };
  rewrite(root);
  return isUsed ? lists : undefined;
}

/** As JSON: the order of fields does not count. */
function repeats(list: readonly unknown[]): boolean {
  const texts = new Set<string>();
  return list.some((item, index) => texts.add(JSON.stringify(item, sorted)).size === index);
}

function sorted(_: string, value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
