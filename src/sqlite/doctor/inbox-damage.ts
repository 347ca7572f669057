import { DatabaseSync } from "node:sqlite";
import { messageOf } from "../../base/index.ts";
import { fileIdentity } from "../format/file-identity.ts";
import type { Finding } from "./finding.ts";
import { damageOf } from "../format/integrity.ts";
import { type CommandRow, inboxFile, isAsWritten, isNew } from "../inbox/inbox-file.ts";
import { isBusy } from "../format/lock-errors.ts";

/** What is damaged in the inbox of a journal. It holds nothing that anybody was promised, so that nothing of it is kept. */
export function damageOfInbox(path: string): Finding[] {
  const file = inboxFile(path);
  if (fileIdentity(file) === undefined) return [];
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    if (isNew(database, file)) return [];
    const damage = damageOf(database);
    if (damage !== undefined) return [finding(file, damage)];
    const altered = database
      .prepare("SELECT * FROM command")
      .all()
      .filter((row) => !isAsWritten(row as unknown as CommandRow)).length;
    if (altered === 0) return [];
    return [finding(file, altered === 1 ? "a command in it was altered" : `${altered} commands in it were altered`)];
  } catch (error) {
    if (isBusy(error)) return [];
    return [finding(file, messageOf(error))];
  } finally {
    database?.close();
  }
}

function finding(file: string, damage: string): Finding {
  return {
    what: "inbox",
    damage: `the inbox ${file}: ${damage}`,
    kept: "the journal does not need it",
    next: `remove ${file}: it is made anew, and whoever waits for a command puts that into the new one`,
  };
}
