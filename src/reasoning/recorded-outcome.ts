import type { ErrorRecord, EventEnvelope } from "../base/index.ts";
import { addUsage, type Metered, NO_USAGE } from "../llm/index.ts";
import type { ReactMemory } from "./react-memory.ts";
import type { ReactOutcome } from "./react-result.ts";
import { placeInTurn, THINK } from "./turn-record.ts";

/** How a run ended that was cancelled, from its record. */
export async function abortedOutcome(
  run: string,
  events: AsyncIterable<EventEnvelope>,
  memory: Pick<ReactMemory<never, never>, "lastText">,
): Promise<ReactOutcome> {
  let usage = NO_USAGE;
  let steps = 0;
  let error: ErrorRecord | undefined;
  for await (const { type, key, data } of events) {
    if (type === "model-called") usage = addUsage(usage, data as Metered);
    else if (type === "step-finished" && placeInTurn(key)?.name === THINK) steps = placeInTurn(key)?.turn ?? steps;
    else if (type === "run-cancelled") ({ error } = data as { readonly error: ErrorRecord });
  }
  const partial = memory.lastText(run);
  return {
    run,
    status: "stopped",
    reason: "aborted",
    steps,
    usage,
    ...(usage.unpriced === 0 && { cost: usage.cost }),
    ...(partial !== "" && { partial }),
    ...(error !== undefined && { error: error }),
  };
}
