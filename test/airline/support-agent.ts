// The agent that repeats recorded conversations: one under the id of each.
import { defineReactAgent, LLMManager, type ReactAgent, type ReactResult } from "aitor";

import type { DialectName } from "./history.ts";
import { type Ledger, stepIn } from "./ledger.ts";
import { recordedModel, type RequestMark } from "./recorded-model.ts";
import { airlineTools } from "./recorded-tools.ts";
import { type AirlineRecord, exchangesOf, recordOf, type RecordedTool } from "./records.ts";

export interface SupportPlace {
  readonly records: readonly AirlineRecord[];
  readonly tools: readonly RecordedTool[];
  readonly dialect: DialectName;
  readonly ledger: Ledger;
  /** Told what went wrong. */
  readonly fault: (text: string) => void;
}

export type SupportAgent = ReturnType<typeof supportAgent>;

export function supportAgent(place: SupportPlace) {
  const { records, dialect } = place;
  const policies = new Map(records.map(({ id, policy }) => [id, policy]));
  return defineReactAgent({
    name: "support",
    llm: new LLMManager({ models: [recordedModel(place)], retry: 1, concurrency: 1_000 }),
    tools: airlineTools(place),
    instructions: ({ agent }) => policies.get(recordOf(agent.id)) ?? "",
    dialect,
    hooks: {
      prepareTurn: ({ agent, run, turn }) => {
        const mark: RequestMark = { agent: agent.id, step: stepIn(run, `react/#${turn}/think`) };
        return { settings: { providerOptions: { mock: { ...mark } } } };
      },
    },
  });
}

/**
 * Says what the user said, one thing after the other. What was said before a crash is answered from the record. The run ends
 * where its record ends.
 *
 * @returns How the last run ended.
 */
export async function converse(agent: ReactAgent, record: AirlineRecord): Promise<ReactResult> {
  const exchanges = exchangesOf(record);
  const last = exchanges.pop();
  if (last === undefined) throw new Error("nobody said anything");
  for (const [index, { user }] of exchanges.entries()) await agent.chat(user, { id: `said-${index}` });
  return agent.solve(last.user, { id: `said-${exchanges.length}`, limits: { steps: last.replies } });
}
