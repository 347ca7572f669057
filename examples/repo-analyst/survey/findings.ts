import { placeInTurn, type ThinkRecord } from "aitor/reasoning";

import { callOf, isModelCall, isStep } from "./step.ts";
import type { SurveyRecord } from "./survey-record.ts";

/** What a tool gave an agent: the figures of a report come from nowhere else. */
export interface Finding {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly value: unknown;
}

interface Recorded extends Finding {
  readonly run: string;
  readonly turn: number;
  readonly call: number;
}

const byRun = new Intl.Collator("en", { numeric: true });

/** What all calls of tools gave that succeeded; agent by agent, in the order of their calls. */
export function findingsOf({ events }: SurveyRecord): Finding[] {
  const inputs = new Map<string, { readonly name: string; readonly input: unknown }>();
  const found: Recorded[] = [];
  for (const event of events) {
    if (!isStep(event)) continue;
    const { run, key } = event;
    if (isModelCall(key)) {
      const turn = placeInTurn(key)?.turn;
      const { parts } = (event.data.result as ThinkRecord).message;
      const calls = parts.filter((part) => part.type === "tool-call");
      calls.forEach((part, index) => inputs.set(`${run} ${turn}.${index + 1}`, part));
      continue;
    }
    const place = callOf(key);
    const called = place && inputs.get(`${run} ${place.turn}.${place.call}`);
    const result = event.data.result as { readonly ok?: boolean; readonly value?: unknown };
    if (place === undefined || called === undefined || result.ok !== true) continue;
    const input = (called.input ?? {}) as Readonly<Record<string, unknown>>;
    const { turn, call } = place;
    found.push({ tool: called.name, input, value: result.value, run, turn, call });
  }
  // What is done side by side ends in any order; a report does not depend on it.
  return found.sort((a, b) => byRun.compare(a.run, b.run) || a.turn - b.turn || a.call - b.call);
}
