import { clipped } from "../../base/index.ts";
import type { AgentContext } from "../../agent/index.ts";
import type { EngineEvent } from "../../engine/index.ts";
import { RunView } from "../../reasoning/index.ts";
import { valueText } from "../plan/value-text.ts";

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
  /** `ok`, the code of its failure, that it was not made, or that nobody knows. */
  readonly outcome: string;
  readonly result?: string;
}

const MOST_CALLS = 30;
const LONGEST = 300;
const LONGEST_SAID = 2_000;
const UNKNOWN = "not known: it was cut off";
const UNAPPROVED = "not made: nobody had approved it";

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
  const change = (id: string, changes: Partial<CalledBefore>): void => {
    const place = places.get(id);
    const call = place === undefined ? undefined : calls[place];
    if (place !== undefined && call !== undefined) calls[place] = { ...call, ...changes };
  };
  let said = "";
  for await (const recorded of ctx.events(run)) {
    const { type, data } = recorded;
    const { child } = type === "step-started" ? (data as { readonly child?: string }) : {};
    if (child !== undefined) await readCalls(child, ctx, calls);
    for (const event of view.recorded(recorded as EngineEvent)) {
      switch (event.type) {
        case "think-finished":
          if (event.text !== "") said = event.text;
          break;
        case "tool-called":
          places.set(event.call, calls.length);
          calls.push({ tool: event.tool, input: textOf(event.input), outcome: UNKNOWN });
          break;
        case "approval-requested":
          change(event.call, { outcome: UNAPPROVED });
          break;
        case "approval-answered": {
          const { call, edited } = event;
          change(call, { outcome: UNKNOWN, ...(edited !== undefined && { input: textOf(edited) }) });
          break;
        }
        case "tool-finished": {
          const { call, outcome, value, message } = event;
          const result = value === undefined ? message : textOf(value);
          change(call, { outcome, ...(result !== undefined && { result: clipped(result, LONGEST) }) });
          break;
        }
        default:
        // What else there is tells nothing of calls.
      }
    }
  }
  return said;
}

function textOf(value: unknown): string {
  return clipped(valueText(value), LONGEST);
}
