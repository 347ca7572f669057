// A process that goes on with recorded conversations on a journal on disk, and kills itself (SIGKILL) when each of them has
// come to the write that it was told; without such writes, it lives until all have ended, and says what is remembered.
import { writeSync } from "node:fs";

import { AitorHost } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { heldJournal, type HoldPoint } from "./held-journal.ts";
import type { DialectName } from "./history.ts";
import { Ledger, stepIn } from "./ledger.ts";
import { airlineRecords, recordedTools } from "./records.ts";
import { replayAll } from "./replaying.ts";
import { compare, conversed } from "./repetition.ts";
import { supportAgent } from "./support-agent.ts";

export interface AirlinePlan {
  readonly life: number;
  readonly journal: string;
  readonly ledger: string;
  readonly dialect: DialectName;
  /** Ids of the records. */
  readonly records: readonly string[];
  /** By the id of the record. None: it is not killed. */
  readonly points: Readonly<Record<string, HoldPoint>>;
}

/** What a process tells before its end. */
export interface AirlineTold {
  /** Ids of the conversations that stopped at their point. */
  readonly held: readonly string[];
  /** Writes of each, by id. */
  readonly appends: Readonly<Record<string, number>>;
  /** Steps that were in doubt, and what the operator knew of them. */
  readonly doubts: readonly ("happened" | "again")[];
  /** Messages that were compared: of a process that lived to the end. */
  readonly messages: number;
  /** Runs that were replayed, by that process. */
  readonly replays: number;
  readonly faults: readonly string[];
}

await main(JSON.parse(process.argv[2] ?? "") as AirlinePlan);

async function main({ life, dialect, points, records: ids, ...files }: AirlinePlan): Promise<void> {
  const records = airlineRecords().filter(({ id }) => ids.includes(id));
  const faults: string[] = [];
  const doubts: AirlineTold["doubts"][number][] = [];
  const ledger = new Ledger(life, files.ledger);
  const open = new Set(records.map(({ id }) => id));
  const isDeadly = Object.keys(points).length > 0;
  await using file = sqliteJournal(files.journal);

  const tell = (messages: number, replays: number): void => {
    const appends = Object.fromEntries(journal.appends);
    const told = { held: [...journal.held], appends, doubts, messages, replays, faults };
    writeSync(1, `${JSON.stringify(told satisfies AirlineTold)}\n`);
  };
  const die = (): void => {
    tell(0, 0);
    process.kill(process.pid, "SIGKILL");
  };
  const ended = (id: string): void => {
    open.delete(id);
    if (open.size === 0 && isDeadly) die();
  };
  const journal = heldJournal(file, points, ended);
  // One that stands still while the host recovers holds up the others: they are killed wherever they are.
  let before = -1;
  const watch = setInterval(() => {
    const writes = journal.appends.values().reduce((sum, count) => sum + count, 0);
    if (isDeadly && journal.held.size > 0 && writes === before) die();
    before = writes;
  }, 1_000);

  const fault = (text: string): void => void faults.push(text);
  const tools = recordedTools();
  const Support = supportAgent({ records, tools, dialect, ledger, fault });
  // Who is under way when others' process is killed is not to blame; and who stands still must not hold up the others.
  const host = new AitorHost({ journal, agents: [Support], attempts: 1_000_000, recovering: 1_000 });
  const operator = setInterval(() => void answerDoubts(host, ledger, doubts).catch(fault), 25);
  const talks = records.map(async (record) => {
    faults.push(...(await conversed(await host.open(Support, record.id), record)));
    ended(record.id);
  });
  await Promise.all(talks);
  clearInterval(operator);
  clearInterval(watch);
  await host.shutdown();
  const compared = await compare({ records, dialect, journal: file, agent: Support });
  const replayed = await replayAll({ records, tools, dialect, journal: file });
  faults.push(...compared.faults, ...replayed.faults);
  tell(compared.messages, replayed.replays);
}

/** An operator looks whether what is in doubt has happened, and tells what it gave. */
async function answerDoubts(host: AitorHost, ledger: Ledger, doubts: ("happened" | "again")[]): Promise<void> {
  for (const { run, key, kind } of await host.pending()) {
    if (kind !== "step") continue;
    const given = ledger.given(stepIn(run, key));
    const how = given === undefined ? "again" : "happened";
    try {
      await host.answer(run, key, given === undefined ? { again: true } : { value: given });
      doubts.push(how);
    } catch (error) {
      if ((error as { code?: string }).code !== "not-waiting") throw error;
    }
  }
}
