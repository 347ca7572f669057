// Repeats recorded conversations on a journal, and compares what their agents remember with the record.
import { isDeepStrictEqual } from "node:util";

import { AitorHost, type Journal, type ReactAgent } from "aitor";

import { type DialectName, recordedHistory, remembered } from "./history.ts";
import { Ledger } from "./ledger.ts";
import type { AirlineRecord, RecordedTool } from "./records.ts";
import { converse, type SupportAgent, supportAgent } from "./support-agent.ts";

export interface Repetition {
  readonly records: number;
  /** That were compared. */
  readonly messages: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly faults: readonly string[];
}

export interface RepetitionPlace {
  readonly records: readonly AirlineRecord[];
  readonly tools: readonly RecordedTool[];
  readonly dialect: DialectName;
  readonly journal: Journal;
}

export async function repeat({ records, tools, dialect, journal }: RepetitionPlace): Promise<Repetition> {
  const faults: string[] = [];
  const ledger = new Ledger();
  const Support = supportAgent({ records, tools, dialect, ledger, fault: (text) => void faults.push(text) });
  const host = new AitorHost({ journal, agents: [Support] });
  const talks = records.map(async (record) => {
    const agent = await host.open(Support, record.id);
    faults.push(...(await conversed(agent, record)));
  });
  await Promise.all(talks);
  await host.shutdown();
  const compared = await compare({ records, dialect, journal, agent: Support });
  const modelCalls = ledger.all.filter(({ what }) => what.startsWith("reply ")).length;
  return {
    records: records.length,
    messages: compared.messages,
    modelCalls,
    toolCalls: ledger.all.length - modelCalls,
    faults: [...faults, ...compared.faults],
  };
}

/** @returns What went wrong. A run whose record ends has used all of its turns, and has no answer. */
export async function conversed(agent: ReactAgent, record: AirlineRecord): Promise<string[]> {
  try {
    const { status, reason } = await converse(agent, record);
    const isAsExpected = status === "limited" && reason === "steps";
    return isAsExpected ? [] : [`record ${record.id}: its last run ended as ${status}, ${reason}`];
  } catch (error) {
    return [`record ${record.id}: ${String(error)}`];
  }
}

/** What the agents of a journal remember, read from it by a host of its own, beside the record. */
export async function compare({
  records,
  dialect,
  journal,
  agent: Support,
}: Omit<RepetitionPlace, "tools"> & { readonly agent: SupportAgent }): Promise<{
  readonly messages: number;
  readonly faults: readonly string[];
}> {
  const faults: string[] = [];
  let messages = 0;
  await using host = new AitorHost({ journal, agents: [Support], recover: false });
  for (const record of records) {
    const agent = await host.open(Support, record.id);
    const memory = (await agent.read()).messages();
    const [is, shouldBe] = [remembered(memory), recordedHistory(record, dialect)];
    if (is.length !== shouldBe.length) {
      faults.push(`record ${record.id}: ${is.length} messages instead of ${shouldBe.length}`);
    }
    for (const [index, message] of shouldBe.entries()) {
      messages++;
      if (isDeepStrictEqual(is[index], message)) continue;
      const [got, expected] = [is[index], message].map((value) => JSON.stringify(value)?.slice(0, 300));
      faults.push(`record ${record.id}: message ${index} is ${got} instead of ${expected}`);
    }
    const ids = new Set(memory.map(({ id }) => id));
    if (ids.size !== memory.length) faults.push(`record ${record.id}: ids of messages come twice`);
  }
  return { messages, faults };
}
