// Goes through finished runs again, offline: whoever asks a model or a tool is found out.
import { AitorHost, type Journal } from "aitor";

import type { DialectName } from "./history.ts";
import { Ledger } from "./ledger.ts";
import { type AirlineRecord, recordOf, type RecordedTool } from "./records.ts";
import { supportAgent } from "./support-agent.ts";

export interface Replaying {
  /** Runs that were replayed. */
  readonly replays: number;
  /** Their events on record. */
  readonly events: number;
  readonly faults: readonly string[];
}

export interface ReplayPlace {
  readonly records: readonly AirlineRecord[];
  readonly tools: readonly RecordedTool[];
  readonly dialect: DialectName;
  readonly journal: Journal;
}

/** Replays all runs of a journal. */
export async function replayAll({ journal, ...place }: ReplayPlace): Promise<Replaying> {
  const faults: string[] = [];
  const ledger = new Ledger();
  const Support = supportAgent({ ...place, ledger, fault: (text) => void faults.push(text) });
  await using host = new AitorHost({ journal, agents: [Support], recover: false });
  let [replays, events] = [0, 0];
  for (const run of await runsOf(journal)) {
    const agent = await host.open(Support, run.split("/")[1] ?? "");
    const report = await agent.replay(run);
    replays++;
    events += report.events;
    if (report.same) continue;
    const { recorded, replayed } = report.difference ?? {};
    faults.push(`run ${run}: ${replayed} in place of ${recorded}`);
  }
  for (const { agent, what } of ledger.all) faults.push(`record ${recordOf(agent)}: ${what} was asked in a replay`);
  return { replays, events, faults };
}

export async function runsOf(journal: Journal): Promise<string[]> {
  const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
  return heads.map(({ stream }) => stream);
}
