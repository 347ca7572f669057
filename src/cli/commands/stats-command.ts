import { writerOf } from "../../sqlite/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { findJournal, openToRead } from "../load/journal-place.ts";
import { journalStats } from "../text/journal-stats.ts";
import type { StatsArguments } from "./stats-arguments.ts";
import { statsText } from "../text/stats-text.ts";

export async function statsCommand(
  { journal: given, limit, json }: StatsArguments,
  output: CommandOutput,
): Promise<void> {
  const place = findJournal(given);
  await using journal = await openToRead(place);
  const stats = await journalStats(journal, { path: place.path, writer: writerOf(place.file)?.pid }, limit);
  await (json ? output.resultJson(stats) : output.result(statsText(stats, output.page)));
}
