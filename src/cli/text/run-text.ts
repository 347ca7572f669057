import { visible, visibleJson } from "../../base/index.ts";
import { idempotencyKeyOf, type RunReport, type StepReport, type WaitReport } from "../../engine/index.ts";
import type { RecordedPlanning } from "../../planning/index.ts";
import type { Page } from "../terminal/command-output.ts";
import { errorRecordLines } from "./error-record-text.ts";
import { agoText, countText, momentText } from "./moment-text.ts";
import { elapsedText } from "./progress-line.ts";
import { agentLines, planTextLines } from "./planning-text.ts";
import type { RecordedChart } from "./recorded-chart.ts";
import { originText } from "../load/run-origin.ts";
import { shownState } from "./run-state.ts";
import { STATE_FORMATS } from "./runs-table.ts";
import { beginning } from "../terminal/safe-text.ts";
import { commandLine } from "../terminal/shell-text.ts";
import { shortId } from "./short-id.ts";
import { stepTable } from "./step-tree.ts";
import type { Style } from "../terminal/style.ts";
import { type AskedWait, doubtful, waitLines } from "./wait-text.ts";

export interface RunTextOptions extends Page {
  /** A process holds the journal. */
  readonly held: boolean;
  /** Runs whose own record says that they are suspended, and that go on with one below them. */
  readonly awake: { has(run: string): boolean };
  /** What a command line for the journal must say, with a space before it. */
  readonly option: string;
  readonly charts: readonly RecordedChart[];
  readonly planning: RecordedPlanning;
  /** The runs below it that have not ended. */
  readonly below: readonly RunReport[];
  readonly all: boolean;
  readonly verbose: boolean;
}

/** The longest input and output that are shown unless asked for in full. */
const MOST = 1_000;
/** Failed steps whose errors are shown in full. */
const FAILURES = 5;

/** What is on record of a run, for people. */
export function runText(report: RunReport, options: RunTextOptions): string {
  const { charts, planning, style } = options;
  const parts: (readonly [title: string, lines: readonly string[]])[] = [
    ["", header(report, options)],
    ["plan", planTextLines(planning, options)],
    ["steps", stepLines(report, options)],
    ["sub-agents", agentLines(planning, options)],
    ["waits for", waitingLines(report, options)],
    ["stands still", haltLines(report, options)],
    ["errors", errorLines(report, options)],
    ["input", valueLines(report.input, options)],
    ["output", valueLines(report.output, options)],
    ...charts.map(({ scope, mermaid }) => [chartTitle(scope), ["```mermaid", ...mermaid.split("\n"), "```"]] as const),
  ];
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => (title === "" ? lines : ["", style("bold", title), ...lines]).join("\n"))
    .join("\n")
    .concat("\n");
}

function chartTitle(scope: string | undefined): string {
  return scope === undefined ? "chart" : `chart of ${visible(scope)}`;
}

function header(report: RunReport, { held, awake, now, option, style }: RunTextOptions): string[] {
  const { id, name, version, key, parent, origin, startedAt, receivedAt, endedAt, durationMs, resumes } = report;
  const state = shownState(report.state, held, awake.has(id));
  const fields: [label: string, text: string | undefined][] = [
    ["definition", version === undefined ? visible(name) : `${visible(name)}, version ${visible(version)}`],
    ["state", style(STATE_FORMATS[state], state) + stateAdvice(report, state, option)],
    ["message to", key && visible(`${key.name} ${key.id}`)],
    ["parent", parent && visible(parent)],
    ["received", receivedAt === undefined ? undefined : timeText(receivedAt, now)],
    ["started", startedAt === undefined ? undefined : timeText(startedAt, now)],
    ["ended", endedAt === undefined ? undefined : timeText(endedAt, now)],
    ["took", durationMs === undefined ? undefined : elapsedText(durationMs)],
    ["resumed", resumes === 0 ? undefined : countText(resumes, "time")],
    ["module", origin && visible(originText(origin))],
  ];
  const lines = fields.flatMap(([label, text]) =>
    text === undefined ? [] : [`${style("dim", label.padEnd(10))}  ${text}`],
  );
  return [style("bold", `run ${visible(id)}`), ...lines];
}

function stateAdvice({ id, key, parent }: RunReport, state: string, option: string): string {
  if (state !== "interrupted" || parent !== undefined) return "";
  return `: no process holds the journal; go on with: ${commandLine("aitor resume", [shortId(id, key)], option)}`;
}

function stepLines({ id, steps, loops, decisions, state, startedAt }: RunReport, options: RunTextOptions): string[] {
  if (steps.length === 0 && loops.length === 0) return [];
  const interrupted = shownState(state, options.held, options.awake.has(id)) === "interrupted";
  return [
    ...(steps.length === 0 ? [] : stepTable(steps, { ...options, interrupted, startedAt: startedAt ?? 0 })),
    ...loops.map(({ key, turns }) => visible(`loop ${key}: ${countText(turns, "turn")} ended`)),
    ...decisions.map(({ key, branch }) => visible(`${key} was decided by ${branch}`)),
  ];
}

/** What the runs below it wait for is answered from here, too. */
function waitingLines(report: RunReport, { now, held, option, below }: RunTextOptions): string[] {
  return [report, ...below].flatMap((run) => askedOf(run, held)).flatMap((wait) => waitLines({ ...wait, option }, now));
}

/** What a run waits for, and what of one that was cut off is in doubt, with its run. @param held A process holds the journal. */
export function askedOf(report: RunReport, held: boolean): Omit<AskedWait, "option">[] {
  const { id, state, waits, forkedFrom } = report;
  const cutOff = shownState(state, held) === "interrupted" ? doubtful(report) : [];
  // What is in doubt in a fork was called by the run that it is a fork of.
  const keyOf = ({ kind, key }: WaitReport): Pick<AskedWait, "idempotencyKey"> =>
    kind === "step" && forkedFrom === undefined ? { idempotencyKey: idempotencyKeyOf(id, key) } : {};
  return [...waits, ...cutOff].map((wait) => ({ run: id, ...wait, ...keyOf(wait) }));
}

function haltLines({ halt }: RunReport, { verbose, style }: RunTextOptions): string[] {
  return halt === undefined ? [] : errorRecordLines(halt, verbose, style);
}

function errorLines({ steps, error }: RunReport, { verbose, style }: RunTextOptions): string[] {
  const told = error === undefined ? "" : JSON.stringify(error);
  const failed = steps.filter((step) => step.error !== undefined && !told.includes(JSON.stringify(step.error.message)));
  const shown = verbose ? failed : failed.slice(0, FAILURES);
  const lines = [
    ...(error === undefined ? [] : errorRecordLines(error, verbose, style)),
    ...shown.flatMap((step) => failureLines(step, verbose, style)),
  ];
  const left = failed.length - shown.length;
  return left === 0 ? lines : [...lines, `… ${countText(left, "failed step")} more (--verbose)`];
}

/** A step's failure is told by its cause, which is what was thrown. */
export function failureLines({ key, error }: StepReport, verbose: boolean, style: Style): string[] {
  if (error === undefined) return [];
  return errorRecordLines({ code: error.code, ...error.cause, stepKey: key }, verbose, style);
}

/** JSON for people; without `verbose` no longer than fits a screen. */
export function valueLines(value: unknown, { verbose }: { readonly verbose: boolean }): string[] {
  if (value === undefined) return [];
  const text = visibleJson(JSON.stringify(value, null, 2));
  if (verbose || text.length <= MOST) return text.split("\n");
  const more = `… ${countText(text.length - MOST, "sign")} more (--verbose)`;
  return [...beginning(text, MOST).split("\n"), more];
}

export function timeText(at: number, now: number): string {
  return `${momentText(at)} (${agoText(at, now)})`;
}
