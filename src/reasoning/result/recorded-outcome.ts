import type { ErrorRecord, EventEnvelope } from "../../base/index.ts";
import { addTotals, addUsage, type Metered, NO_USAGE, type UsageTotals } from "../../llm/index.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import type { UsageAdded } from "../memory/recorded-event.ts";
import type { ReactOutcome } from "./react-result.ts";
import { isThink, placeInTurn } from "../memory/turn-record.ts";

/** Gives the events of a run. */
type Read = (run: string) => AsyncIterable<EventEnvelope>;

/** Returns how a cancelled run ended, from its record and from the records of what was cut off with it. */
export async function abortedOutcome(
  run: string,
  read: Read,
  memory: Pick<ReactMemory<never, never>, "lastText">,
): Promise<ReactOutcome> {
  const { usage, steps, error } = await recorded(run, read);
  const partial = memory.lastText(run);
  return {
    run,
    status: "stopped",
    reason: "aborted",
    steps,
    usage,
    ...(usage.unpriced === 0 && { cost: usage.cost }),
    ...(partial !== "" && { partial }),
    ...(error !== undefined && { error }),
  };
}

interface Recorded {
  readonly usage: UsageTotals;
  readonly steps: number;
  readonly error: ErrorRecord | undefined;
}

async function recorded(run: string, read: Read): Promise<Recorded> {
  let usage = NO_USAGE;
  let steps = 0;
  let error: ErrorRecord | undefined;
  /** The runs below it whose usage it has not recorded. */
  const open = new Set<string>();
  for await (const { type, key, data } of read(run)) {
    if (type === "model-called") usage = addUsage(usage, data as Metered);
    else if (type === "usage-added") {
      const added = data as UsageAdded;
      usage = addTotals(usage, added.usage);
      if (added.run !== undefined) open.delete(added.run);
    } else if (type === "step-started") {
      const { child } = data as { readonly child?: string };
      if (child !== undefined) open.add(child);
    } else if (type === "step-finished") {
      const place = placeInTurn(key);
      if (isThink(place)) steps = place.turn;
    } else if (type === "run-cancelled") ({ error } = data as { readonly error: ErrorRecord });
  }
  for (const child of open) usage = addTotals(usage, (await recorded(child, read)).usage);
  return { usage, steps, error };
}
