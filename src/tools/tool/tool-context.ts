import { type Budget, type Clock, invalidOption, systemClock } from "../../base/index.ts";
import type { Approval } from "./approval.ts";
import type { ArtefactStore } from "./artefact.ts";

/** What a caller passes with a call. Together with the arguments, it is all that a tool may need. */
export interface ToolContext {
  /** The tenant that calls. It decides which tools exist for the call. @default none */
  readonly tenant?: string;
  /** The agent that calls, for tools and logs. @default none */
  readonly agent?: { readonly name: string; readonly id: string };
  /** The store for outputs that are too long. It belongs to the tenant. @default none: such outputs are cut */
  readonly artefacts?: ArtefactStore;
  /** Anything else that custom tools need. @default {} */
  readonly values?: Readonly<Record<string, unknown>>;
  /** The budget of the call, for tools that ask models or agents. @default none */
  readonly budget?: Budget;
  /** A person's approval of this call. It must never come from a model. @default none */
  readonly approval?: Approval;
  /** Provides the time, measures durations, and decides whether an approval has expired. @default the system's */
  readonly clock?: Clock;
}

/** A tool call as a model makes it. All of it is hostile until checked. */
export interface ToolCall {
  /** Unique among the calls that are open at the same time in a scope. */
  readonly id: string;
  /** The name of the tool. */
  readonly name: string;
  /** A value, or its JSON as text or UTF-8 bytes. `undefined`, null and an empty text stand for `{}`. */
  readonly args: unknown;
}

/** The context as a tool sees it. */
export interface ToolCallContext {
  readonly tenant: string | undefined;
  readonly agent: ToolContext["agent"];
  readonly artefacts: ArtefactStore | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  /** The budget of the caller. If the tool asks an agent by `run.ask`, that agent's usage counts here if the tool counts it. */
  readonly budget: Budget | undefined;
  readonly clock: Clock;
  readonly call: { readonly id: string; readonly name: string };
}

const NO_VALUES: Readonly<Record<string, unknown>> = Object.freeze({});

export function callContext(call: ToolCallContext["call"], context: ToolContext): ToolCallContext {
  const { tenant, agent, artefacts, values = NO_VALUES, budget, clock = systemClock } = context;
  return { tenant, agent, artefacts, values, budget, clock, call };
}

/** The tenant of a call in a view that is one tenant's. @throws AitorError `invalid-option` for another one. */
export function tenantOf(own: string | undefined, given: string | undefined): string | undefined {
  if (own === undefined || given === undefined || own === given) return own ?? given;
  throw invalidOption(
    `the tenant of a call in a view of tenant "${own}"`,
    `"${own}", or none`,
    given,
    "call it through that tenant's own view",
  );
}
