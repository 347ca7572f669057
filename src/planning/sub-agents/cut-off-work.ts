import type { AgentContext } from "../../agent/index.ts";
import type { EngineEvent } from "../../engine/index.ts";
import { RunView } from "../../reasoning/index.ts";
import { clipped } from "../../tools/index.ts";

/** What sub-agents that were cut off at a todo had done by then: their calls, with those of agents below, and what was said last. */
export interface CutOffWork {
  readonly called: readonly CalledBefore[];
  /** How many calls there were before these. */
  readonly more?: number;
  readonly said?: string;
}

interface CalledBefore {
  readonly tool: string;
  readonly input: string;
  /** `ok`, the code of its failure, or that nobody knows. */
  readonly outcome: string;
  readonly result?: string;
}

const MOST_CALLS = 30;
const LONGEST = 300;
const LONGEST_SAID = 2_000;
const UNKNOWN = "not known: it was cut off";

/** By the records of their runs, the last one last; nothing of those that there are none of any more. */
export async function cutOffWork(
  runs: readonly string[],
  ctx: Pick<AgentContext<unknown>, "events">,
): Promise<CutOffWork> {
  const calls: CalledBefore[] = [];
  let said = "";
  for (const run of runs) said = (await readCalls(run, ctx, calls)) || said;
  const more = calls.length - MOST_CALLS;
  return {
    called: calls.slice(-MOST_CALLS),
    ...(more > 0 && { more }),
    ...(said !== "" && { said: clipped(said, LONGEST_SAID) }),
  };
}

/** @returns What was said last. */
async function readCalls(
  run: string,
  ctx: Pick<AgentContext<unknown>, "events">,
  calls: CalledBefore[],
): Promise<string> {
  const view = new RunView(run);
  const places = new Map<string, number>();
  let said = "";
  for await (const recorded of ctx.events(run)) {
    const { type, data } = recorded;
    const { child } = type === "step-started" ? (data as { readonly child?: string }) : {};
    if (child !== undefined) await readCalls(child, ctx, calls);
    for (const event of view.recorded(recorded as EngineEvent)) {
      if (event.type === "think-finished" && event.text !== "") said = event.text;
      if (event.type === "tool-called") {
        places.set(event.call, calls.length);
        calls.push({ tool: event.tool, input: textOf(event.input), outcome: UNKNOWN });
      } else if (event.type === "tool-finished") {
        const place = places.get(event.call);
        const call = place === undefined ? undefined : calls[place];
        if (place === undefined || call === undefined) continue;
        const { outcome, value, message } = event;
        const result = value === undefined ? message : textOf(value);
        calls[place] = { ...call, outcome, ...(result !== undefined && { result: clipped(result, LONGEST) }) };
      }
    }
  }
  return said;
}

function textOf(value: unknown): string {
  return clipped(typeof value === "string" ? value : (JSON.stringify(value) ?? ""), LONGEST);
}
