import { visible } from "../../base/index.ts";
import { EmbeddedEngine } from "../../engine/index.ts";
import { grant } from "../load/ask-writer.ts";
import type { CancelArguments } from "./cancel-arguments.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { readRun } from "../load/find-run.ts";
import { findJournal, type JournalPlace } from "../load/journal-place.ts";

export async function cancelCommand(command: CancelArguments, output: CommandOutput): Promise<void> {
  const { reason } = command;
  const place = findJournal(command.journal);
  const { stream: run, ended, state } = await readRun(command.run, place);
  if (ended) {
    output.tell(`run ${visible(run)} had ended before: ${state}\n`);
    return;
  }
  const by = await cancelRun(place, run, reason);
  const how = by === undefined ? "recorded, as no process holds the journal" : `by ${by}`;
  output.done(`run ${visible(run)} is cancelled`, how);
}

/** @returns The process that did it, where it was another one. */
export async function cancelRun(place: JournalPlace, run: string, reason?: string): Promise<string | undefined> {
  const { by } = await grant<void>(place, {
    type: "cancel",
    data: { run, ...(reason !== undefined && { reason }) },
    answered: () => {},
    perform: async (journal) => {
      await using engine = new EmbeddedEngine({ journal });
      await engine.cancel(run, reason);
    },
  });
  return by;
}
