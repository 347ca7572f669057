import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { styleText } from "node:util";
import { fileURLToPath } from "node:url";

import { AitorHost, isAitorError, type Journal, type RunAbout } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { type Command, HELP, parseCommandLine } from "./command-line.ts";
import { visible } from "./escape.ts";
import { time } from "./format.ts";
import { outFile } from "./out-file.ts";
import { ProgressDisplay } from "./progress.ts";
import { repoReport } from "./repo-report.ts";
import { summary } from "./summary.ts";

const JOURNAL = process.env["AITOR_JOURNAL"] || ".aitor/journal.db";
const OWN_REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

// A reader of the output that goes away, such as `head`, is no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await main(process.argv.slice(2));

interface Asked extends Extract<Command, { readonly kind: "report" }> {
  readonly folder: string;
}

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
      const folder = resolve(command.folder ?? OWN_REPOSITORY);
      return interruptible((signal) => report({ ...command, folder }, signal));
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
  await tellUnfinished(journal, folder);
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

/** Messages of one agent are handled in order: one that was cut off comes first. Those of other folders go on beside it. */
async function tellUnfinished(journal: Journal, folder: string): Promise<void> {
  for await (const { stream, state, about } of journal.heads({ kind: "run", ended: false })) {
    const { name, key } = about as RunAbout;
    if (name !== repoReport.name || key === undefined) continue;
    const id = visible(stream.slice(stream.lastIndexOf("/") + 1));
    const why = state === "queued" ? "which waits" : "which was interrupted";
    console.error(
      key.id === folder ? `${id}, ${why}, comes first` : `${id} on ${visible(key.id)}, ${why}, goes on beside`,
    );
  }
}

/** Ends this process as a power cut would, when so many steps of the report are on record. */
function killAt(host: AitorHost, id: string, steps: number): void {
  let finished = 0;
  host.observeRuns(({ run, type }) => {
    if (type === "step-finished" && run.endsWith(`/${id}`) && ++finished === steps) {
      process.kill(process.pid, "SIGKILL");
    }
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
