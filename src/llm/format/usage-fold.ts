import type { EventEnvelope } from "../../base/index.ts";
import type { ModelCall } from "./model-call.ts";
import { addUsage, NO_USAGE, type UsageTotals } from "./usage.ts";

export interface UsageFoldOptions {
  /** How to group the totals. @default "run" */
  readonly by?: "run" | "agent" | "model" | "key";
  /** Returns the agent of a run, for `by: "agent"`. Runs without an agent are grouped under `""`. */
  readonly agentOf?: (run: string) => string | undefined;
  /** Totals to start from, such as those kept of runs that are gone. @default nothing */
  readonly from?: Readonly<Record<string, UsageTotals>>;
}

/**
 * Sums what the calls on record used, by run, agent, model, or model and key. It ignores other events, and calls that come
 * again, as they do in a fork of their run.
 */
export function foldUsage(
  events: Iterable<EventEnvelope>,
  { by = "run", agentOf, from = {} }: UsageFoldOptions = {},
): Record<string, UsageTotals> {
  const totals = new Map(Object.entries(from));
  const seen = new Set<string>();
  for (const event of events) {
    if (event.type !== "model-called") continue;
    const call = event.data as ModelCall;
    if (seen.has(call.id)) continue;
    seen.add(call.id);
    const name = nameOf(event.run, call, by, agentOf);
    totals.set(name, addUsage(totals.get(name) ?? NO_USAGE, call));
  }
  return Object.fromEntries(totals);
}

function nameOf(
  run: string,
  call: ModelCall,
  by: NonNullable<UsageFoldOptions["by"]>,
  agentOf: UsageFoldOptions["agentOf"],
): string {
  switch (by) {
    case "run":
      return run;
    case "agent":
      return agentOf?.(run) ?? "";
    case "model":
      return call.model;
    case "key":
      return `${call.model} ${call.key}`;
  }
}
