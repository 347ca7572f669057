import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, existsSync, linkSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Makes an empty file beside a journal where there is none, with the journal's permissions and, where root makes it, for the
 * journal's owner: what `sudo` sends once must not lock out the user who writes the journal. Where that cannot be done, or
 * there is no journal yet, whoever opens the file makes it.
 *
 * It gets its name when it is closed: closing a descriptor of a file drops all locks that the process has on it.
 */
export function makeCompanion(file: string, journal: string): void {
  const model = statSync(journal, { throwIfNoEntry: false });
  if (model?.isFile() !== true || existsSync(file)) return;
  const nameless = `${file}.${randomUUID()}`;
  try {
    writeFileSync(nameless, "");
    chmodSync(nameless, (model.mode & 0o777) | 0o200);
    if (process.getuid?.() === 0) chownSync(nameless, model.uid, model.gid);
    linkSync(nameless, file);
  } catch {
    // SQLite makes it, or says why it cannot.
  } finally {
    rmSync(nameless, { force: true });
  }
}
