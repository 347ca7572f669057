import type { DatabaseSync } from "node:sqlite";

const HEADLINE = /^\*\*\* in database \w+ \*\*\*\n/;

/**
 * What SQLite finds damaged first, in its own words; nothing where all is whole.
 *
 * @param table Only what belongs to it is looked at. @default all
 */
export function damageOf(database: DatabaseSync, table?: string): string | undefined {
  const found = database.prepare(`PRAGMA integrity_check(${table ?? 1})`).get()?.["integrity_check"];
  return found === "ok" ? undefined : String(found).replace(HEADLINE, "").split("\n", 1)[0];
}
