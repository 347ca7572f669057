import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { AitorHost } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { type Command, HELP, parseCommandLine } from "./command-line.ts";
import { visible } from "./escape.ts";
import { time } from "./format.ts";
import { interruptible } from "./interruptible.ts";
import { killAt } from "./kill-at.ts";
import { ignoreGoneReaders, tellUsage } from "./program.ts";
import { outFile } from "./out-file.ts";
import { ProgressDisplay } from "./progress.ts";
import { repoReport } from "./repo-report.ts";
import { summary } from "./summary.ts";
import { tellUnfinished } from "./unfinished.ts";

const JOURNAL = process.env["AITOR_JOURNAL"] || ".aitor/journal.db";
const OWN_REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

ignoreGoneReaders();

process.exitCode = await main(process.argv.slice(2));

interface Asked extends Extract<Command, { readonly kind: "report" }> {
  readonly folder: string;
}

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const command = parseCommandLine(args);
  switch (command.kind) {
    case "help":
    case "usage":
      return tellUsage(command, HELP);
    case "report": {
      const folder = resolve(command.folder ?? OWN_REPOSITORY);
      return interruptible((signal) => report({ ...command, folder }, signal), "interrupted; no report was written");
    }
  }
}

/** Asks the agent of the folder, on a journal on disk, so that a report that is cut off can be resumed. */
async function report({ folder, out, killAfter }: Asked, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const file = resolve(out);
  await outFile(file); // where it cannot be written, no work begins
  mkdirSync(dirname(JOURNAL), { recursive: true });
  await using journal = sqliteJournal(JOURNAL);
  await tellUnfinished(journal, { name: repoReport.name, id: folder });
  await using host = new AitorHost({ journal, agents: [repoReport] });
  const id = `report-${randomBytes(3).toString("hex")}`;
  const progress = new ProgressDisplay(process.stderr);
  host.observeRuns((event) => {
    if (!event.run.endsWith(`/${id}`)) return;
    if (event.type === "message-received") console.error(`run ${id}, recorded in ${visible(JOURNAL)}`);
    progress.apply(event);
  });
  if (killAfter !== undefined) killAt(host, id, killAfter);
  const agent = await host.open(repoReport, folder);
  const origin = { module: new URL("repo-report.ts", import.meta.url).href, export: "repoReport" };
  try {
    const made = await agent.ask({ out: file }, { id, origin, signal });
    progress.end();
    const took = time(performance.now() - startedAt);
    console.log(`${summary(folder, made, process.stdout)}\nWritten to ${visible(out)} in ${took}.`);
  } catch (error) {
    progress.end();
    if (signal.aborted) await host.shutdown({ deadline: 0 }); // what else is under way stays interrupted
    throw error;
  }
}
