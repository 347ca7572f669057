import type { ThinkRecord } from "aitor/reasoning";

import { isModelCall, isStep } from "./step.ts";
import type { SurveyRecord } from "./survey-record.ts";

/** Tokens as the model counts them. */
export interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What is on record. */
export interface Work extends Tokens {
  readonly steps: number;
  readonly modelCalls: number;
}

/** A process that ended before the survey did. */
export interface Interruption {
  /** What was on record by then, and was not done again. */
  readonly kept: Work;
  /** Calls of tools that models had asked for, and whose results were not on record. */
  readonly asked: number;
}

export interface Recovery {
  readonly all: Work;
  readonly interruptions: readonly Interruption[];
  /** Steps that are on record as finished more than once: there must be none. */
  readonly twice: number;
}

/** Has others do the work: what it gives back is on record when they are done. */
const DELEGATING = "plan_work";

/** What was recovered, from the record alone. */
export function recoveryOf({ run, events }: SurveyRecord): Recovery {
  const finished = new Set<string>();
  const interruptions: Interruption[] = [];
  let [asked, twice] = [0, 0];
  let all: Work = { steps: 0, modelCalls: 0, inputTokens: 0, outputTokens: 0 };
  for (const event of events) {
    if (event.type === "run-resumed" && event.run === run) interruptions.push({ kept: all, asked });
    if (!isStep(event)) continue;
    const place = `${event.run} ${event.key}`;
    if (finished.has(place)) twice++;
    finished.add(place);
    const think = isModelCall(event.key) ? (event.data.result as ThinkRecord) : undefined;
    if (think !== undefined) asked += callsIn(think);
    else if (!event.key.includes("/tool result[")) asked--;
    const { inputTokens = 0, outputTokens = 0 } = think?.usage ?? {};
    all = {
      steps: all.steps + 1,
      modelCalls: all.modelCalls + (think === undefined ? 0 : 1),
      inputTokens: all.inputTokens + inputTokens,
      outputTokens: all.outputTokens + outputTokens,
    };
  }
  return { all, interruptions, twice };
}

function callsIn({ message: { parts } }: ThinkRecord): number {
  return parts.filter((part) => part.type === "tool-call" && part.name !== DELEGATING).length;
}
