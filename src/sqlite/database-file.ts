import { backup, DatabaseSync } from "node:sqlite";

/** Bytes of the file. */
export function sizeOf(database: DatabaseSync): number {
  const pages = database.prepare("PRAGMA page_count").get()?.["page_count"] as number;
  return pages * (database.prepare("PRAGMA page_size").get()?.["page_size"] as number);
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
