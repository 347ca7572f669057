import { recordedUsage } from "../../engine/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { findJournal, openToRead } from "../load/journal-place.ts";
import { countText } from "../text/moment-text.ts";
import type { UsageArguments } from "./usage-arguments.ts";
import { usageTable } from "../text/usage-table.ts";

export async function usageCommand(
  { by, limit, json, ...given }: UsageArguments,
  output: CommandOutput,
): Promise<void> {
  const place = findJournal(given.journal);
  await using journal = await openToRead(place);
  const entries = await recordedUsage(journal, by);
  if (json) {
    await output.resultJson(entries);
    return;
  }
  const { width, style } = output.page;
  if (entries.length > 0) await output.resultLines(usageTable(by, entries, limit, width, style));
  const unseen = entries.length - limit;
  if (entries.length === 0) output.hint(`no model was called in ${place.path}`);
  else if (unseen > 0) output.hint(`not shown: ${countText(unseen, by)} (--limit ${entries.length})`);
}
