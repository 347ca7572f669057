import type { Stats } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";

/** Bytes of the file. */
export function sizeOf(database: DatabaseSync): number {
  const pages = database.prepare("PRAGMA page_count").get()?.["page_count"] as number;
  return pages * (database.prepare("PRAGMA page_size").get()?.["page_size"] as number);
}

/**
 * Such a file SQLite takes for a new one, beside which it deletes the log, even where it only reads. One of a single byte
 * is empty, too: SQLite itself once made those, to get along with a file system.
 *
 * @param stats Nothing where there is no file.
 */
export function isEmptyFile(stats: Stats | undefined): boolean {
  return stats === undefined || stats.size <= 1;
}

/**
 * Copies a database as it is now; others write meanwhile. A connection of its own sees one state of it, and one step
 * copies all pages: a backup in several begins anew after each commit.
 */
export async function copyDatabase(path: string, file: string): Promise<undefined> {
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    await backup(source, file, { rate: 0x7fffffff });
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(file);
  try {
    // One file by itself, without a log.
    copy.exec("PRAGMA journal_mode = DELETE");
  } finally {
    copy.close();
  }
}
