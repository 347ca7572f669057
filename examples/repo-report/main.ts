import { resolve } from "node:path";
import { styleText } from "node:util";
import { fileURLToPath } from "node:url";

import { isAitorError } from "aitor";

import { HELP, parseCommandLine } from "./command-line.ts";
import { visible } from "./escape.ts";
import { time } from "./format.ts";
import { outFile } from "./out-file.ts";
import { showProgress } from "./progress.ts";
import { repoReport } from "./repo-report.ts";
import { markdown } from "./report.ts";
import { summary } from "./summary.ts";

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
    case "report":
      return interruptible((signal) => report(resolve(command.folder ?? OWN_REPOSITORY), command.out, signal));
  }
}

/** Runs the flow, then writes what it gave. */
async function report(folder: string, out: string, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const file = await outFile(out);
  const run = repoReport.start(folder, { signal });
  const shown = showProgress(run, process.stderr);
  await Promise.allSettled([run.result, shown]);
  const result = await run.result;
  await file.write(markdown(folder, result.output, repoReport.toMermaid(result)), signal);
  const took = time(performance.now() - startedAt);
  console.log(`${summary(folder, result.output, process.stdout)}\nWritten to ${visible(out)} in ${took}.`);
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
