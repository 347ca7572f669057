import type { DatabaseSync } from "node:sqlite";
import { textOf } from "../format/stored-text.ts";
import { corruptError } from "../format/errors.ts";
import { damageOf } from "../format/integrity.ts";
import type { EventReader } from "./event-reader.ts";
import type { Tables } from "./event-writer.ts";
import type { HeadReader } from "./head-reader.ts";
import type { HeadCursor } from "./protocol.ts";
import { eventsOf } from "./record-text.ts";

/**
 * Reads all that a journal holds.
 *
 * @returns How many events there are.
 * @throws AitorError `journal-corrupt`.
 */
export function verify(
  database: DatabaseSync,
  path: string,
  { snapshots, blobs }: Tables,
  reader: EventReader,
  heads: HeadReader,
): number {
  const damage = damageOf(database);
  if (damage !== undefined) throw corruptError(path, damage);
  let after: HeadCursor | undefined;
  do after = heads.page({}, after).next;
  while (after !== undefined);
  const withSnapshots = database.prepare("SELECT name FROM streams WHERE snapshots > 0");
  for (const { name } of withSnapshots.iterate()) snapshots.verify(textOf(name as string));
  for (const row of database.prepare("SELECT hash FROM blobs").all()) blobs.get(row["hash"] as string);
  let events = 0;
  let next = 0;
  for (let more = true; more;) {
    const page = reader.tail(next);
    for (const _ of eventsOf(page.cells)) events++;
    ({ next, more } = page);
  }
  return events;
}
