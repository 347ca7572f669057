import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { AitorError, AitorHost, type ReactResult } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { visible } from "../repo-report/escape.ts";
import { interruptible } from "../repo-report/interruptible.ts";
import { killAt } from "../repo-report/kill-at.ts";
import { ignoreGoneReaders, tellUsage } from "../repo-report/program.ts";
import { tellUnfinished } from "../repo-report/unfinished.ts";
import { type Command, HELP, parseCommandLine } from "./command-line.ts";
import { analystId } from "./folder-of.ts";
import { AnswerDisplay } from "./answer-display.ts";
import { RootedFolder } from "./rooted-folder.ts";
import { SCRIPTED } from "./scripted/reply.ts";

const JOURNAL = process.env["AITOR_JOURNAL"] || ".aitor/journal.db";
const ENDED = { answered: "was answered", limited: "came to a limit", stopped: "was stopped", failed: "failed" };

ignoreGoneReaders();

process.exitCode = await main(process.argv.slice(2));

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const command = parseCommandLine(args);
  switch (command.kind) {
    case "help":
    case "usage":
      return tellUsage(command, HELP);
    case "question":
      return interruptible((signal) => answer(command, signal), "interrupted; there is no answer");
  }
}

type Question = Extract<Command, { readonly kind: "question" }>;

/** Asks the analyst of the folder, on a journal on disk, so that an answer that is cut off can be resumed. */
async function answer({ folder: named, question, killAfter }: Question, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const folder = resolve(named);
  await (await RootedFolder.open(folder))[Symbol.asyncDispose](); // where there is none, no work begins
  const { models, repoAnalyst } = await import("./analyst.ts");
  mkdirSync(dirname(JOURNAL), { recursive: true });
  await using journal = sqliteJournal(JOURNAL);
  const key = { name: repoAnalyst.name, id: analystId(folder) };
  await tellUnfinished(journal, key);
  await using host = new AitorHost({ journal, agents: [repoAnalyst] });
  const analyst = await host.open(repoAnalyst, key.id);
  const id = `question-${randomBytes(3).toString("hex")}`;
  if (killAfter !== undefined) killAt(host, id, killAfter);
  console.error(`${visible(folder)}: ${visible(question)}`);
  console.error(
    `${models.scripted ? SCRIPTED : `model ${visible(analyst.model)}`}; run ${id}, recorded in ${visible(JOURNAL)}`,
  );
  const origin = { module: new URL("analyst.ts", import.meta.url).href, export: "repoAnalyst" };
  signal.throwIfAborted();
  const stream = analyst.stream(question, { id, origin });
  const cancel = (): void => void stream.cancel("Ctrl-C");
  signal.addEventListener("abort", cancel, { once: true });
  const display = new AnswerDisplay(process.stdout, process.stderr);
  for await (const event of stream) display.apply(event);
  const result = await stream.result;
  display.end(result, performance.now() - startedAt);
  if (signal.aborted) await host.shutdown({ deadline: 0 }); // what else is under way stays interrupted
  if (result.status !== "answered") throw noAnswer(result);
}

function noAnswer({ status, reason, run, error }: ReactResult): AitorError<"no-answer"> {
  return new AitorError({
    code: "no-answer",
    message: "there is no answer",
    expected: "a run that ends with one",
    got: `one that ${ENDED[status]} (${reason})${error === undefined ? "" : `: ${error.message.split("\n", 1)[0]}`}`,
    fix: error?.fix ?? `see what it did: aitor show '${run}'`,
  });
}
