import { AitorError, visible } from "../../base/index.ts";
import type { RunReport } from "../../engine/index.ts";
import { writerOf } from "../../sqlite/index.ts";
import { recordedPlanning, type TodoPlan } from "../../planning/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { awakeRuns } from "../load/awake-runs.ts";
import { findRun } from "../load/find-run.ts";
import { findJournal, openToRead } from "../load/journal-place.ts";
import { type RecordedChart, recordedCharts } from "../text/recorded-chart.ts";
import { shownState } from "../text/run-state.ts";
import { reasoningJson, reasoningStep, reasoningText } from "../text/reasoning-step.ts";
import { reportOf, reportsBelow } from "../text/run-report.ts";
import { askedOf, runText } from "../text/run-text.ts";
import type { ShowArguments } from "./show-arguments.ts";
import { findStep, stepText } from "../text/step-text.ts";

/** The title of the chart of a plan. */
const PLAN = "the plan";

export async function showCommand(command: ShowArguments, output: CommandOutput): Promise<void> {
  const { step: asked, json, mermaid, all, verbose } = command;
  const place = findJournal(command.journal);
  await using journal = await openToRead(place);
  const { stream: id } = await findRun(journal, command.run, place);
  const held = writerOf(place.file) !== undefined;
  const report = await reportOf(journal, id);
  const awake = await awakeRuns(journal);
  const state = shownState(report.state, held, awake.has(id));
  const { page } = output;
  if (asked !== undefined) {
    const step = findStep(report.steps, asked);
    const reasoning = await reasoningStep(journal, id, step.key);
    await (json
      ? output.resultJson({ ...step, ...reasoningJson(reasoning) })
      : output.result(
          stepText(step, { ...page, interrupted: state === "interrupted", ...reasoningText(reasoning, step, page) }),
        ));
    return;
  }
  const planning = await recordedPlanning(journal, id);
  const { plan, missing, agents } = planning;
  const below = await reportsBelow(journal, report);
  if (json) {
    const waitsBelow = below.flatMap((run) => askedOf(run, held));
    await output.resultJson({
      ...report,
      state,
      ...(waitsBelow.length > 0 && { waitsBelow }),
      ...(plan && { plan: { ...plan.toJSON(), progress: plan.progress() } }),
      ...(missing !== undefined && { missing }),
      ...(agents.length > 0 && { agents }),
    });
  } else {
    const charts = [...planCharts(plan), ...(await recordedCharts(journal, report))];
    const { option } = place;
    const text = mermaid
      ? mermaidText(charts, report)
      : runText(report, { ...page, held, awake, option, charts, planning, below, all, verbose });
    await output.result(text);
  }
}

function planCharts(plan: TodoPlan | undefined): RecordedChart[] {
  return plan === undefined || plan.size === 0 ? [] : [{ scope: PLAN, mermaid: plan.toMermaid() }];
}

/** Each chart that is not alone begins with a comment that says where it ran. */
function mermaidText(charts: readonly RecordedChart[], report: RunReport): string {
  if (charts.length === 0) throw noChart(report);
  const alone = charts.length === 1;
  const titled = charts.map(({ scope, mermaid }) =>
    alone ? mermaid : `%% ${visible(scope ?? report.name)}\n${mermaid}`,
  );
  return `${titled.join("\n\n")}\n`;
}

function noChart({ name }: RunReport): AitorError<"no-chart"> {
  return new AitorError({
    code: "no-chart",
    message: "no chart of this run is on record",
    expected: "a run of a flow, or one that runs a flow in a scope",
    got: `a run of "${name}", which recorded no outline that this version can draw`,
    fix: "look at its steps: aitor show without --mermaid",
  });
}
