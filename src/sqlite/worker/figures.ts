import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { JournalFigures } from "./protocol.ts";

/** Events that are measured in one go. */
const MEASURED_AT_A_TIME = 20_000;

type Held = Omit<JournalFigures, "commits" | "changes">;

/** What a file holds. Others are served in between: the events of a large one take a while. */
export async function measure(database: DatabaseSync, path: string): Promise<Held> {
  const one = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0);
  const part = database.prepare(
    "SELECT sum(last - seq + 1) AS events, sum(octet_length(events)) AS bytes FROM records WHERE seq BETWEEN ? AND ?",
  );
  const end = one("SELECT max(seq) FROM records");
  let events = 0;
  let payloadBytes = 0;
  for (let from = one("SELECT min(seq) FROM records"); from > 0 && from <= end; from += MEASURED_AT_A_TIME) {
    const row = part.get(from, from + MEASURED_AT_A_TIME - 1) as { events: number | null; bytes: number | null };
    events += row.events ?? 0;
    payloadBytes += row.bytes ?? 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const pageSize = one("PRAGMA page_size");
  const bytes = one("PRAGMA page_count") * pageSize;
  const freeBytes = one("PRAGMA freelist_count") * pageSize;
  return {
    events,
    streams: one("SELECT count(*) FROM streams"),
    snapshots: one("SELECT count(*) FROM snapshots"),
    blobs: one("SELECT count(*) FROM blobs"),
    bytes,
    freeBytes,
    walBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    payloadBytes,
    bytesPerEvent: events === 0 ? 0 : Math.round((bytes - freeBytes) / events),
  };
}
