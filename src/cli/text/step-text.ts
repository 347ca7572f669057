import { visible } from "../../base/index.ts";
import { type StepReport, stepNameOf } from "../../engine/index.ts";
import { errorRecordLines } from "./error-record-text.ts";
import { UsageError } from "../terminal/errors.ts";
import { listed } from "../terminal/listed.ts";
import { momentText } from "./moment-text.ts";
import { elapsedText } from "./progress-line.ts";
import { failureLines, timeText, valueLines } from "./run-text.ts";
import { stateText } from "./step-tree.ts";
import type { Style } from "../terminal/style.ts";

/** The step of that key, else the only one of that name. @throws UsageError where there is none, or several. */
export function findStep(steps: readonly StepReport[], asked: string): StepReport {
  const exact = steps.find(({ key }) => key === asked);
  if (exact !== undefined) return exact;
  const named = steps.filter(({ key, name }) => name === asked || stepNameOf(key) === asked);
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  const keys = (named.length > 0 ? named : steps).map(({ key }) => visible(key));
  throw new UsageError(
    named.length > 0 ? `"${visible(asked)}" stands for several steps` : `the run has no step "${visible(asked)}"`,
    {
      expected: "the key of one of its steps",
      got: `"${visible(asked)}"${keys.length === 0 ? "; it has none yet" : `; there are ${listed(keys)}`}`,
      fix: "give the key as aitor show --all lists it, with the scopes before it: scope/step",
    },
  );
}

export interface StepTextOptions {
  readonly now: number;
  readonly style: Style;
  /** The run's process is gone. @default false */
  readonly interrupted?: boolean;
  /** What else is known of it. @default nothing */
  readonly fields?: readonly (readonly [label: string, text: string | undefined])[];
  readonly parts?: readonly { readonly title: string; readonly lines: readonly string[] }[];
  /** Its result is told by these. @default false */
  readonly told?: boolean;
}

/** All that is known of one step. */
export function stepText(
  step: StepReport,
  { now, style, interrupted = false, fields: more = [], parts = [], told = false }: StepTextOptions,
): string {
  const { key, kind, effect, attempts, startedAt, endedAt, durationMs, input, child, request } = step;
  const { until, why, answered, refused, releaseErrors, retries } = step;
  const fields: (readonly [label: string, text: string | undefined])[] = [
    ["kind", kind],
    ["state", stateText(step, interrupted)],
    ["effect", kind === "step" ? effect : undefined],
    ["attempts", attempts === 0 ? undefined : String(attempts)],
    ["started", timeText(startedAt, now)],
    ["ended", endedAt === undefined ? undefined : timeText(endedAt, now)],
    ["took", durationMs === undefined ? undefined : elapsedText(durationMs)],
    ["until", until === undefined ? undefined : momentText(until)],
    ["input", input === undefined ? undefined : `hash ${visible(JSON.stringify(input).replaceAll('"', ""))}`],
    ["run", child && visible(child)],
    ["answered", answered],
    ["in doubt", why && visible(why)],
    ...more,
  ];
  const lines = fields.flatMap(([label, text]) =>
    text === undefined ? [] : [`${style("dim", label.padEnd(8))}  ${text}`],
  );
  const part = (title: string, body: readonly string[]): string[] =>
    body.length === 0 ? [] : ["", style("bold", title), ...body];
  return [
    style("bold", `step ${visible(key)}`),
    ...lines,
    ...part("asked", valueLines(request, { verbose: true })),
    ...parts.flatMap(({ title, lines: body }) => part(title, body)),
    ...part("result", told ? [] : valueLines(step.result, { verbose: true })),
    ...part("error", failureLines(step, true, style)),
    ...part("refused answer", refused === undefined ? [] : errorRecordLines(refused, true, style)),
    ...part(
      "attempts that failed",
      retries.flatMap(({ attempt, at, delayMs, error }) => [
        `attempt ${attempt}, ${momentText(at)}, tried again after ${elapsedText(delayMs)}`,
        ...failureLines({ ...step, error }, true, style).map((line) => `  ${line}`),
      ]),
    ),
    ...part(
      "giving back failed",
      releaseErrors.flatMap((error) => errorRecordLines(error, true, style)),
    ),
    "",
  ].join("\n");
}
