import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import type { Journal } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { visible } from "../../repo-report/escape.ts";
import { time } from "../../repo-report/format.ts";
import { interruptible } from "../../repo-report/interruptible.ts";
import { outFile } from "../../repo-report/out-file.ts";
import { ignoreGoneReaders, tellUsage } from "../../repo-report/program.ts";
import { RootedFolder } from "../rooted-folder.ts";
import { type Command, HELP, parseCommandLine } from "./command-line.ts";
import { markdownReport } from "./markdown-report.ts";
import { recoveryOf } from "./recovery.ts";
import { report } from "./report.ts";
import { SurveyDisplay } from "./survey-display.ts";
import { noReport, unfinishedSurvey, unknownSurvey } from "./survey-errors.ts";
import { surveyPlan } from "./survey-plan.ts";
import { surveyProcess } from "./survey-process.ts";
import { surveyRecord, type SurveyRecord, unfinishedSurveys } from "./survey-record.ts";
import { terminalReport } from "./terminal-report.ts";

const JOURNAL = resolve(process.env["AITOR_JOURNAL"] || ".aitor/journal.db");
const OWN_REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

ignoreGoneReaders();

process.exitCode = await main(process.argv.slice(2));

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const command = parseCommandLine(args);
  switch (command.kind) {
    case "help":
    case "usage":
      return tellUsage(command, HELP);
    case "report":
      return interruptible(() => reportAgain(command), "interrupted; no report was written");
    case "survey": {
      const folder = resolve(command.folder ?? OWN_REPOSITORY);
      return interruptible((signal) => survey({ ...command, folder }, signal), "interrupted; no report was written");
    }
  }
}

interface Asked extends Extract<Command, { readonly kind: "survey" }> {
  readonly folder: string;
}

/** Has processes survey the folder, the first of which dies half-way, and reports on what is on record then. */
async function survey({ folder, out, killAfter }: Asked, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  await outFile(out); // where it cannot be written, no work begins
  await (await RootedFolder.open(folder))[Symbol.asyncDispose](); // nor where there is no folder
  mkdirSync(dirname(JOURNAL), { recursive: true });
  const display = new SurveyDisplay(process.stderr);
  const unfinished = existsSync(JOURNAL) ? await reading(unfinishedSurveys) : [];
  const old = unfinished.findLast((each) => each.folder === folder);
  const id = old?.id ?? `survey-${randomBytes(3).toString("hex")}`;
  display.tell("folder", visible(folder), undefined, "bold");
  display.tell("run", `${id}, recorded in ${visible(relative("", JOURNAL))}`);
  if (old !== undefined) display.tell("", "it was interrupted, and goes on");
  for (const other of unfinished) {
    if (other !== old)
      display.tell("", `${other.id} on ${visible(other.folder)}, which was interrupted, goes on beside`);
  }
  const kill = old === undefined ? killAfter : undefined;
  const begun = { journal: JOURNAL, agent: `${folder}#${id}`, id };
  let ended = await surveyProcess({ ...begun, kill, again: false }, signal);
  if (kill !== undefined && ended.signal === "SIGKILL" && !signal.aborted) {
    tellOfDeath(display, await recordOf(id));
    ended = await surveyProcess({ ...begun, kill: undefined, again: true }, signal);
  }
  if (signal.aborted) {
    if (await isOnRecord(id))
      display.tell("", `${id} is on record: npm start goes on with it, or npx aitor resume ${id}`);
    throw new Error("interrupted");
  }
  if (ended.code !== 0) throw noReport(id, ended, await isOnRecord(id));
  await writeReport(id, out);
  console.log(
    `\nWritten to ${visible(out)} in ${time(performance.now() - startedAt)}. More: npx aitor runs, npx aitor show ${id}`,
  );
}

async function reportAgain({ survey: id, out }: Extract<Command, { readonly kind: "report" }>): Promise<void> {
  await outFile(out);
  await writeReport(id, out);
  console.log(`\nWritten to ${visible(out)}.`);
}

async function writeReport(id: string, out: string): Promise<void> {
  const record = await recordOf(id);
  if (!record.ended) throw unfinishedSurvey(id);
  const blocks = await report(record);
  const file = await outFile(out);
  await file.write(markdownReport(blocks), new AbortController().signal);
  console.log(`\n${terminalReport(blocks, process.stdout)}`);
}

function tellOfDeath(display: SurveyDisplay, record: SurveyRecord): void {
  const { all } = recoveryOf(record);
  const tools = all.steps - all.modelCalls;
  const todos = surveyPlan(record).plan.todos();
  const done = todos.filter(({ status }) => status === "completed").map(({ id }) => id);
  const begun = todos.filter(({ status }) => status === "in-progress").map(({ id }) => id);
  display.tell("", "");
  display.tell(
    "killed",
    "✗ SIGKILL: the process is gone in the middle of its work, without a chance to tidy up",
    "red",
    "bold",
  );
  display.tell(
    "on record",
    `${all.steps} steps: ${all.modelCalls} calls of models, ${tools} of tools. Done: ${listed(done)}. Under way: ${listed(begun)}`,
  );
  display.tell("resumed", "▸ another process goes on from the journal", "green", "bold");
  display.tell("", "");
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? "nothing" : ids.join(", ");
}

async function recordOf(id: string): Promise<SurveyRecord> {
  const record = await recordedSurvey(id);
  if (record === undefined) throw unknownSurvey(id, JOURNAL);
  return record;
}

async function isOnRecord(id: string): Promise<boolean> {
  return (await recordedSurvey(id)) !== undefined;
}

async function recordedSurvey(id: string): Promise<SurveyRecord | undefined> {
  return existsSync(JOURNAL) ? await reading((journal) => surveyRecord(journal, id)) : undefined;
}

async function reading<Read>(read: (journal: Journal) => Promise<Read>): Promise<Read> {
  await using journal = sqliteJournal(JOURNAL, { access: "read" });
  return await read(journal);
}
