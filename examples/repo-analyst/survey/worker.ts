// One process of a survey: begins it, or goes on with it. Its parent decides when it stops, and it may be killed at any time.
import { AitorHost, type PlanningResult } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { complain, explain } from "../../repo-report/complain.ts";
import { visible } from "../../repo-report/escape.ts";
import { ignoreGoneReaders } from "../../repo-report/program.ts";
import { SCRIPTED } from "../scripted/reply.ts";
import { isStep } from "./step.ts";
import { SurveyDisplay } from "./survey-display.ts";

const ENDED = { limited: "came to a limit", stopped: "was stopped", failed: "failed" };
const PROBLEM = "Survey this folder: what it is made of, how well it is kept, and how it came to be.";

const [journal = "", agent = "", id = "", killAfter = "", again = ""] = process.argv.slice(2);

ignoreGoneReaders();
// Ctrl-C reaches all processes of a terminal; the parent says what it means.
process.on("SIGINT", () => {});
const stopped = new Promise<void>((resolve) => {
  process.once("message", () => resolve()); // all that it is ever told
  process.once("disconnect", () => resolve());
});

process.exitCode = await survey();
if (process.connected) process.disconnect?.();

/** Returns the exit code. */
async function survey(): Promise<number> {
  try {
    const { models, repoSurveyor } = await import("../surveyor.ts");
    await using onDisk = sqliteJournal(journal);
    await using host = new AitorHost({ journal: onDisk, agents: [repoSurveyor] });
    if (killAfter !== "") killWhen(host, Number(killAfter));
    const surveyor = await host.open(repoSurveyor, agent);
    const display = new SurveyDisplay(process.stderr);
    if (again === "") display.tell("models", models.scripted ? SCRIPTED : visible(surveyor.model));
    const origin = { module: new URL("../surveyor.ts", import.meta.url).href, export: "repoSurveyor" };
    // The same message again is the same run: one that is on record goes on.
    const stream = surveyor.stream(PROBLEM, { id, origin });
    const shown = show(stream, display);
    const isStopped = await Promise.race([
      stopped.then(() => true),
      stream.result.then(
        () => false,
        () => false,
      ),
    ]);
    if (isStopped) {
      await host.shutdown({ deadline: 0 });
      return 130;
    }
    await shown;
    return codeOf(await stream.result);
  } catch (error) {
    complain(explain(error));
    return 1;
  }
}

async function show(
  events: AsyncIterable<Parameters<SurveyDisplay["apply"]>[0]>,
  display: SurveyDisplay,
): Promise<void> {
  try {
    for await (const event of events) display.apply(event);
  } catch {
    // Its result says why it ended.
  }
}

function codeOf({ status, reason, error }: PlanningResult): number {
  if (status === "answered") return 0;
  const why = error === undefined ? "" : `: ${error.message.split("\n", 1)[0]}`;
  complain(`the survey ${ENDED[status]} (${reason})${why}`);
  return 1;
}

/** Ends this process as a power cut would, when so many steps of the survey and its sub-agents are on record. */
function killWhen(host: AitorHost, steps: number): void {
  let finished = 0;
  host.observeRuns((event) => {
    const isOfSurvey = event.run.endsWith(`/${id}`) || event.run.includes(`/${id}/`);
    if (isOfSurvey && "stream" in event && isStep(event) && ++finished === steps) process.kill(process.pid, "SIGKILL");
  });
}
