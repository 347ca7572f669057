import { recordError, typedArgument, visible } from "../../base/index.ts";
import { type DeadLetter, deadLetters, type Receipt, recordAgain } from "../../engine/index.ts";
import { grant } from "../load/ask-writer.ts";
import type { CommandOutput, Page } from "../terminal/command-output.ts";
import type { DeadLettersArguments } from "./dead-letters-arguments.ts";
import { readRun } from "../load/find-run.ts";
import { findJournal, type JournalPlace, openToRead } from "../load/journal-place.ts";
import { agoText } from "../text/moment-text.ts";
import { firstLine } from "../terminal/safe-text.ts";
import { shortId } from "../text/short-id.ts";
import { type Cell, type Column, table } from "../text/table.ts";

const COLUMNS: readonly Column[] = [
  { title: "run", gives: true },
  { title: "to", gives: true },
  { title: "why" },
  { title: "since" },
  { title: "error", gives: true },
];

export async function deadLettersCommand(command: DeadLettersArguments, output: CommandOutput): Promise<void> {
  const place = findJournal(command.journal);
  if (command.again !== undefined) return sendAgain(command.again, place, output);
  await using journal = await openToRead(place);
  const letters = await Array.fromAsync(deadLetters(journal, command.name));
  if (command.json) await output.resultJson(letters.map(asJson));
  else {
    if (letters.length > 0) await output.resultLines(linesOf(letters, output.page));
    output.hint(hintOf(letters, place));
  }
}

function linesOf(letters: readonly DeadLetter[], { now, width, style }: Page): string[] {
  const rows = letters.map(({ run, to, why, endedAt, error }): Cell[] => [
    { text: shortId(run, to) },
    { text: `${to.name} ${to.id}` },
    { text: why, format: "red" },
    { text: agoText(endedAt, now) },
    { text: firstLine(error.message) },
  ]);
  return table(COLUMNS, rows, width, style);
}

function hintOf([first]: readonly DeadLetter[], { path, option }: JournalPlace): string {
  if (first === undefined) return `no dead letters in ${visible(path)}`;
  return `send one again: aitor dead-letters --again ${typedArgument(shortId(first.run, first.to))}${option}`;
}

async function sendAgain(again: string, place: JournalPlace, output: CommandOutput): Promise<void> {
  const { stream: run } = await readRun(again, place);
  const { value: receipt, by } = await grant<Receipt>(place, {
    type: "send-again",
    data: { run },
    answered: (value) => value as Receipt,
    perform: (journal) => recordAgain(journal, run),
  });
  const how = by === undefined ? "recorded, as no process holds the journal" : `${by} handles it`;
  output.done(`${visible(run)} is sent again, as message ${visible(receipt.id)}`, how);
  await output.result(`${receipt.id}\n`);
}

function asJson({ error, ...letter }: DeadLetter): object {
  return { ...letter, error: recordError(error) };
}
