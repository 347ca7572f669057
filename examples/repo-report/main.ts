import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { styleText } from "node:util";
import { fileURLToPath } from "node:url";

import { EmbeddedEngine, isAitorError } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { HELP, parseCommandLine } from "./command-line.ts";
import { visible } from "./escape.ts";
import { time } from "./format.ts";
import { outFile } from "./out-file.ts";
import { showProgress } from "./progress.ts";
import { type Job, reportJob } from "./report-job.ts";
import { summary } from "./summary.ts";

const JOURNAL = process.env["AITOR_JOURNAL"] || ".aitor/journal.db";
const OWN_REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

// A reader of the output that goes away, such as `head`, is no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await main(process.argv.slice(2));

/** Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const command = parseCommandLine(args);
  switch (command.kind) {
    case "help":
      console.log(HELP);
      return 0;
    case "usage":
      complain(command.problem);
      return 2;
    case "report": {
      const job = { folder: resolve(command.folder ?? OWN_REPOSITORY), out: resolve(command.out) };
      return interruptible((signal) => report(job, command.out, command.killAfter, signal));
    }
  }
}

/** Runs the job on a journal on disk, so that a run that is cut off can be resumed. */
async function report(job: Job, out: string, killAfter: number | undefined, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  await outFile(job.out); // where it cannot be written, no work begins
  mkdirSync(dirname(JOURNAL), { recursive: true });
  await using journal = sqliteJournal(JOURNAL);
  await using engine = new EmbeddedEngine({ journal });
  if (killAfter !== undefined) killAt(engine, killAfter);
  const id = `report-${randomBytes(3).toString("hex")}`;
  const origin = { module: new URL("report-job.ts", import.meta.url).href, export: "reportJob" };
  const run = reportJob.start(job, { engine, id, origin, signal });
  console.error(`run ${id}, recorded in ${visible(JOURNAL)}`);
  const shown = showProgress(run, process.stderr);
  await Promise.allSettled([run.result, shown]);
  const { output } = await run.result;
  const took = time(performance.now() - startedAt);
  console.log(`${summary(job.folder, output, process.stdout)}\nWritten to ${visible(out)} in ${took}.`);
}

/** Ends this process as a power cut would, when so many steps are on record. */
function killAt(engine: EmbeddedEngine, steps: number): void {
  let finished = 0;
  engine.observe(({ type }) => {
    if (type === "step-finished" && ++finished === steps) process.kill(process.pid, "SIGKILL");
  });
}

/** Runs `work` with a signal that Ctrl-C aborts; a second Ctrl-C ends the process as usual. */
async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error("Ctrl-C"));
  process.once("SIGINT", interrupt);
  try {
    await work(controller.signal);
    return 0;
  } catch (error) {
    if (controller.signal.aborted) complain("interrupted; no report was written");
    else complain(explain(error));
    return controller.signal.aborted ? 130 : 1;
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** The innermost error that knows what to do about itself. */
function explain(error: unknown): string {
  let advice = "";
  for (let at = error; at instanceof Error; at = at.cause) if (isAitorError(at)) advice = at.message;
  return advice === "" ? String(error) : advice;
}

function complain(text: string): void {
  const safe = text.replace(/[^\P{C}\n]/gu, visible); // an error's message may hold anything
  console.error(`${styleText(["bold", "red"], "error:", { stream: process.stderr })} ${safe}`);
}
