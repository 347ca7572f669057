// The airline's tools: they answer by arguments and occurrence as recorded, and fail for what was not.
import { type AnyTool, tool } from "aitor";

import type { Ledger } from "./ledger.ts";
import { type AirlineRecord, recordOf, type RecordedTool } from "./records.ts";

const WRITES = /^(book|update|cancel|send|transfer)_/;

export interface ToolPlace {
  readonly records: readonly AirlineRecord[];
  readonly tools: readonly RecordedTool[];
  readonly ledger: Ledger;
  /** Told what went wrong. */
  readonly fault: (text: string) => void;
}

export function airlineTools({ records, tools, ledger, fault }: ToolPlace): AnyTool[] {
  const answers = new Map(records.map((record) => [record.id, answersOf(record)]));
  return tools.map(({ name, description, parameters }) =>
    tool({
      name,
      description,
      input: parameters,
      // What books, pays and sends must not happen twice.
      access: WRITES.test(name) ? "write" : "read",
      run: (args: unknown, step, { agent }) => {
        const id = agent?.id ?? "";
        const what = callOf(name, args);
        const nth = ledger.ask(id, step.idempotencyKey, what);
        const answer = answers.get(recordOf(id))?.get(what)?.[nth];
        if (answer !== undefined) {
          ledger.give(step.idempotencyKey, answer);
          return answer;
        }
        fault(`agent ${id}: call ${nth + 1} of ${what} is not recorded`);
        throw new Error("this call is not recorded");
      },
    }),
  );
}

/** The recorded answers to equal calls, in their order. */
function answersOf({ messages }: AirlineRecord): Map<string, string[]> {
  const answers = new Map<string, string[]>();
  for (const [index, { tool_calls: calls }] of messages.entries()) {
    for (const [nth, { function: call }] of (calls ?? []).entries()) {
      const what = callOf(call.name, JSON.parse(call.arguments));
      answers.set(what, [...(answers.get(what) ?? []), messages[index + 1 + nth]?.content ?? ""]);
    }
  }
  return answers;
}

/** One text for a call, whatever the order of its arguments. */
export function callOf(name: string, args: unknown): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return `${name} ${JSON.stringify(args, sorted)}`;
}
