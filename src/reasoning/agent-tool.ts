import type { AgentBehaviour } from "../agent/index.ts";
import {
  type AgentRef,
  type Amounts,
  type Budget,
  invalidOption,
  isBudgetExceeded,
  LEAST_USD,
  nonEmpty,
  optionsOf,
  type Reservation,
  type Run,
  type Spend,
} from "../base/index.ts";
import { type AnyTool, jsonSchema, tool, type ToolCallContext } from "../tools/index.ts";
import { type ReactReply, standingFor } from "./react-agent-options.ts";
import type { ReactMessage } from "./memory/react-message.ts";
import { type ReactOutcome, spentBy } from "./result/react-result.ts";
import { deadlineOf, NOTHING_SPENT } from "./turn/solving-budget.ts";

/** The options of an agent that stands as a tool. */
export interface AgentToolOptions {
  /** Tells the model what the agent does and when to ask it. */
  readonly description: string;
  /** The tool's name. @default the agent's name, as far as its letters, beginning and length are allowed in a tool's name */
  readonly name?: string;
  /** The part of what is left of the caller's budget that a call may spend: above 0, up to 1. @default 0.5 */
  readonly share?: number;
  /**
   * Which agent is asked. `"own"` is the agent that this is a tool of, which remembers all its callers. `"each-call"` is a new
   * agent for each call, which remembers nothing.
   *
   * @default "own"
   */
  readonly agent?: "own" | "each-call";
}

const TOOL = ["description", "name", "share", "agent"] as const satisfies readonly (keyof AgentToolOptions)[];

const INPUT = jsonSchema({
  type: "object",
  properties: {
    problem: { type: "string", minLength: 1, description: "All that it needs to know: it sees nothing else." },
  },
  required: ["problem"],
  additionalProperties: false,
});

/**
 * Makes a tool that asks an agent. What the agent may spend is taken from the caller's budget first, and what it spends counts
 * there.
 */
export function agentTool(asked: AgentBehaviour, id: string, options: AgentToolOptions): AnyTool {
  const to: AgentRef<ReactMessage, ReactReply> = { name: asked.name };
  const {
    description,
    share = 0.5,
    agent = "own",
  } = optionsOf(options, TOOL, `the options of agent "${to.name}" as a tool`);
  const name = nonEmpty(options.name ?? toolName(to.name), "the name of an agent's tool");
  if (!(share > 0 && share <= 1)) throw invalidOption(`share of tool "${name}"`, "a number above 0, up to 1", share);
  if (agent !== "own" && agent !== "each-call")
    throw invalidOption(`agent of tool "${name}"`, '"own" or "each-call"', agent);
  const asking = tool({
    name,
    description,
    input: INPUT,
    access: "external",
    orchestrate: async (args, run, { budget }) => {
      const { problem } = args as { readonly problem: string };
      const { grant: recorded, reservation } = await granted(run, budget, share);
      const { deadline, ...grant } = recorded;
      let outcome: ReactOutcome | undefined;
      try {
        const message = {
          problem,
          ...(Object.keys(grant).length > 0 && { grant }),
          ...(deadline !== undefined && { limits: { deadline } }),
        };
        outcome = (await run.ask(to, agent === "own" ? id : run.uuid(), message)) as ReactOutcome;
      } finally {
        const spent = outcome && spentBy(outcome);
        const unsure = outcome?.spent?.estimated;
        if (reservation !== undefined) reservation.settle(spent, unsure);
        else if (spent !== undefined) budget?.count({ spent, estimated: { ...NOTHING_SPENT, ...unsure } });
      }
      return told(outcome);
    },
  });
  return standingFor(asked.handle, asking);
}

/** Models accept letters, digits, "_" and "-", 64 characters at most, and no digit or "-" first. */
function toolName(agent: string): string {
  return agent
    .replaceAll(/[^\w-]/g, "_")
    .replace(/^(?=[^A-Za-z_])/, "_")
    .slice(0, 64);
}

/** Includes the caller's deadline: after it, nobody waits for an answer or an approval. */
interface Grant extends Amounts {
  readonly deadline?: number;
}

interface Granted {
  readonly grant: Grant;
  /** Absent if it was granted before a restart and does not fit now. */
  readonly reservation?: Reservation | undefined;
}

/**
 * Returns what a call may spend. It is taken from the budget and recorded, since a resumed run asks with the same message. While
 * other calls hold what this one would take, it waits. If they give back less than that, it takes a part of what is left then.
 */
async function granted(run: Run, budget: ToolCallContext["budget"], share: number): Promise<Granted> {
  if (budget === undefined) return { grant: await run.step("grant", (): Grant => ({}), PURE) };
  let wanted = partOf(left(budget), share);
  const shrink = (available: Spend): Amounts => (wanted = partOf(available, share));
  let held: Reservation | undefined;
  let refusal: Error | undefined;
  try {
    held = await budget.reserve(wanted, { shrink, signal: run.abortSignal });
  } catch (error) {
    if (!isBudgetExceeded(error)) throw error;
    refusal = error;
  }
  try {
    // What is on record counts, whatever is left now: its message may be under way, or handled.
    const deadline = deadlineOf(budget);
    const wants = (): Grant => ({ ...wanted, ...(deadline !== Infinity && { deadline }) });
    const grant = await run.step("grant", (): Grant | null => (held === undefined ? null : wants()), PURE);
    if (grant === null) throw refusal ?? new Error("nothing was left of the budget");
    return { grant, reservation: held };
  } catch (error) {
    held?.settle({});
    throw error;
  }
}

const PURE = { effect: "pure" } as const;

/** Without what other calls hold, since they may give it back. */
function left(budget: Budget): Spend {
  const amounts = { steps: Infinity, tokens: Infinity, usd: Infinity };
  for (const { limits, spent } of budget.path()) {
    for (const each of ["steps", "tokens", "usd"] as const) {
      amounts[each] = Math.min(amounts[each], (limits[each] ?? Infinity) - spent[each]);
    }
  }
  return amounts;
}

/**
 * Returns the share of each limited amount that is left. It is always more than nothing, so that the call is refused if nothing
 * is left.
 */
function partOf({ tokens, usd, steps }: Spend, share: number): Amounts {
  return {
    ...(steps !== Infinity && { steps: Math.max(1, Math.floor(steps * share)) }),
    ...(tokens !== Infinity && { tokens: Math.max(1, Math.floor(tokens * share)) }),
    ...(usd !== Infinity && { usd: Math.max(LEAST_USD, usd * share) }),
  };
}

/** Returns the answer, or throws why there is none. */
function told({ status, reason, answer, partial, error }: ReactOutcome): unknown {
  if (status === "answered") return answer;
  const why = error === undefined ? "" : `: ${error.message}`;
  const text = partial === undefined ? "" : `; what it said last: ${partial}`;
  throw new Error(`it gave no answer, its run ended as "${status}" (${reason})${why}${text}`);
}
