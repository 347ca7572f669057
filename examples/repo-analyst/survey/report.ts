import type { ReactOutcome, ThinkRecord } from "aitor/reasoning";

import { plural, size } from "../../repo-report/format.ts";
import { type Block, name, text, title } from "./blocks.ts";
import { chosenOf } from "./chosen.ts";
import { findingsOf } from "./findings.ts";
import { planBlocks } from "./plan-blocks.ts";
import { pricesOf } from "./prices.ts";
import { recoveryOf } from "./recovery.ts";
import { costBlocks, recoveryBlocks } from "./recovery-blocks.ts";
import { historyBlocks, qualityBlocks, structureBlocks } from "./section-blocks.ts";
import { isModelCall } from "./step.ts";
import { surveyPlan } from "./survey-plan.ts";
import type { SurveyRecord } from "./survey-record.ts";

/**
 * The report on a survey, made of its record alone. Its figures are those that tools gave, as they are on record; no model writes
 * one.
 */
export async function report(record: SurveyRecord): Promise<Block[]> {
  const { folder } = record;
  const chosen = chosenOf(findingsOf(record));
  const { languages } = chosen;
  const recovery = recoveryOf(record);
  const kept = recovery.interruptions.at(-1)?.kept ?? { inputTokens: 0, outputTokens: 0 };
  const outcome = outcomeOf(record);
  const whole =
    languages === undefined
      ? "Nobody counted all of it."
      : `${plural(languages.files, "file")}, ${plural(languages.lines, "line")}, ${size(languages.bytes)}.`;
  return [
    title(1, "Survey of ", name(folder)),
    text(whole),
    { type: "speech", text: outcome.answer ?? outcome.partial ?? "There is no answer." },
    ...structureBlocks(chosen),
    ...qualityBlocks(chosen),
    ...historyBlocks(chosen),
    ...planBlocks(surveyPlan(record)),
    ...recoveryBlocks(record, recovery),
    ...costBlocks(modelsOf(record), recovery, await pricesOf(recovery.all, kept), outcome.cost),
  ];
}

type Outcome = ReactOutcome & { readonly answer?: string };

function outcomeOf({ run, events }: SurveyRecord): Partial<Outcome> {
  for (const event of events)
    if (event.type === "run-finished" && event.run === run) return event.data.output as Outcome;
  return {};
}

/** Who answered. */
function modelsOf({ events }: SurveyRecord): string[] {
  const models = events.flatMap((event) =>
    event.type === "step-finished" && isModelCall(event.key) ? [(event.data.result as ThinkRecord).model] : [],
  );
  return [...new Set(models)].sort();
}
