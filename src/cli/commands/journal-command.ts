import { resolve } from "node:path";

import { grant } from "../load/ask-writer.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import type { BackupArguments, CompactArguments } from "./journal-arguments.ts";
import { findJournal, openToRead } from "../load/journal-place.ts";
import { bytesText, countText } from "../text/moment-text.ts";

/** A large journal takes its time. */
const LONGEST = "10m";

interface Sizes {
  readonly before: number;
  readonly after: number;
}

export async function backupCommand({ file, journal: given }: BackupArguments, output: CommandOutput): Promise<void> {
  const place = findJournal(given);
  await using journal = await openToRead(place);
  const { events, bytes } = await journal.backup(resolve(file));
  output.done(`${place.path} is copied to ${file}`, `${countText(events, "event")}, ${bytesText(bytes)}`);
}

export async function compactCommand({ journal: given }: CompactArguments, output: CommandOutput): Promise<void> {
  const place = findJournal(given);
  const { value, by } = await grant<Sizes>(place, {
    type: "journal-compact",
    data: null,
    timeout: LONGEST,
    answered: (sizes) => sizes as Sizes,
    perform: (journal) => journal.compact(),
  });
  const { before, after } = value;
  const how = by === undefined ? "" : `, by ${by}`;
  output.done(`${place.path} is compact`, `${bytesText(before)} before, ${bytesText(after)} after${how}`);
}
