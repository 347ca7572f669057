import { isAitorError, visible } from "../../base/index.ts";
import { type Answer, EmbeddedEngine } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { checkApproval } from "./approval-check.ts";
import type { AnswerArguments } from "./answer-arguments.ts";
import { grant } from "../load/ask-writer.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { findRun } from "../load/find-run.ts";
import { rootOf } from "../load/root-run.ts";
import { findJournal, type JournalPlace, openToRead } from "../load/journal-place.ts";
import { readJson } from "../load/json-input.ts";
import { commandLine } from "../terminal/shell-text.ts";
import { shortId } from "../text/short-id.ts";

export async function answerCommand(command: AnswerArguments, output: CommandOutput): Promise<void> {
  const { key } = command;
  const place = findJournal(command.journal);
  const answer = await answerOf(command, output);
  const { run, root } = await askingRun(command, place, answer);
  const { by } = await grant<void>(place, {
    type: "answer",
    data: { run, key, answer },
    answered: () => {},
    perform: async (journal, taken) => {
      await using engine = new EmbeddedEngine({ journal });
      try {
        await engine.answer(run, key, answer);
      } catch (error) {
        if (!isAitorError(error, "not-waiting") || !(await isRecorded(journal, run, taken))) throw error;
      }
    },
  });
  const how =
    by === undefined
      ? `recorded; it counts when the run goes on: ${commandLine("aitor resume", [shortId(root)], place.option)}`
      : `${by} goes on with the run`;
  output.done(`${visible(key)} is answered`, how);
}

interface AskingRun {
  readonly run: string;
  /** With which it goes on. */
  readonly root: string;
}

/** The run, which may be answered so. */
async function askingRun(command: AnswerArguments, place: JournalPlace, answer: Answer): Promise<AskingRun> {
  await using journal = await openToRead(place);
  const { stream: run } = await findRun(journal, command.run, place);
  await checkApproval(journal, run, command.key, answer);
  return { run, root: await rootOf(journal, run) };
}

async function answerOf({ value, valueFile, again, fail }: AnswerArguments, output: CommandOutput): Promise<Answer> {
  if (again) return { again };
  if (fail !== undefined) return { fail };
  return { value: await readJson({ option: "--value", noun: "value", text: value, file: valueFile }, output) };
}

/** Whether the process that ended had recorded the answer of that command. */
async function isRecorded(journal: Journal, run: string, command: string | undefined): Promise<boolean> {
  if (command === undefined) return false;
  for await (const { data } of journal.read(run)) {
    if ((data as { by?: unknown } | undefined)?.by === command) return true;
  }
  return false;
}
