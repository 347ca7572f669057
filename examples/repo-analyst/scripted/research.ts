import type { CountResult } from "../tools/count.ts";
import type { DependenciesResult } from "../tools/dependencies.ts";
import type { FindResult } from "../tools/find.ts";
import type { HistoryResult } from "../tools/history.ts";
import type { ListResult } from "../tools/list.ts";
import type { ReadResult } from "../tools/read.ts";
import type { SearchResult } from "../tools/search.ts";
import { callKey, type Conversation, type Outcome } from "./conversation.ts";

/*
 * How the scripted model thinks. A rule is a generator that yields the calls it wants, is given what they gave, and goes on
 * from there: what a call gave decides on the next one. It keeps nothing between turns: each turn it starts again and is
 * given what the conversation holds, until it wants something that the conversation does not hold.
 */

/** What `plan_work` gives, as far as the rules look at it. */
export interface WorkedOn {
  readonly results: readonly {
    readonly todo: string;
    readonly status: string;
    readonly result?: string;
    readonly error?: string;
  }[];
}

/** What a tool gives. */
interface Results {
  readonly count: CountResult;
  readonly dependencies: DependenciesResult;
  readonly find: FindResult;
  readonly history: HistoryResult;
  readonly list: ListResult;
  readonly plan_add: unknown;
  readonly plan_drop: unknown;
  readonly plan_split: unknown;
  readonly plan_update: unknown;
  readonly plan_work: WorkedOn;
  readonly read: ReadResult;
  readonly search: SearchResult;
}

export type ToolName = keyof Results;

/** A call that a rule wants, and why. */
export interface Wanted<Tool extends ToolName = ToolName> {
  readonly tool: Tool;
  readonly input: Readonly<Record<string, unknown>>;
  readonly why: string;
}

export type Research<Out> = Generator<readonly Wanted[], Out, readonly Outcome[]>;

type ResultsOf<Calls extends readonly Wanted[]> = {
  -readonly [Index in keyof Calls]: Results[Calls[Index]["tool"]];
};

export function want<Tool extends ToolName>(
  tool: Tool,
  input: Readonly<Record<string, unknown>>,
  why: string,
): Wanted<Tool> {
  return { tool, input, why };
}

/** A call that a rule cannot do without failed. */
class CallFailed extends Error {}

/** What calls give that are made side by side. A failed one ends the rule. */
export function* ask<const Calls extends readonly Wanted[]>(...calls: Calls): Research<ResultsOf<Calls>> {
  const outcomes = yield calls;
  const values = outcomes.map((outcome) => {
    if (!outcome.ok) throw new CallFailed(outcome.message);
    return outcome.value;
  });
  return values as ResultsOf<Calls>;
}

/** What a call gives; nothing where it fails. */
export function* attempt<Tool extends ToolName>(call: Wanted<Tool>): Research<Results[Tool] | undefined> {
  const [outcome] = yield [call];
  return outcome?.ok === true ? (outcome.value as Results[Tool]) : undefined;
}

/** Where a rule has got to: it wants calls, or has come to its end. */
export type Progress = { readonly wants: readonly Wanted[] } | { readonly text: string };

/** Goes on with a rule as far as what is known goes. */
export function progressOf(research: Research<string>, known: Conversation["outcomes"]): Progress {
  try {
    for (let step = research.next(); ;) {
      if (step.done === true) return { text: step.value };
      const outcomes = step.value.map(({ tool, input }) => known.get(callKey(tool, input)));
      const wants = step.value.filter((_, index) => outcomes[index] === undefined);
      if (wants.length > 0) return { wants };
      step = research.next(outcomes as Outcome[]);
    }
  } catch (error) {
    if (error instanceof CallFailed) return { text: `I could not find that out: ${error.message}` };
    throw error;
  }
}
