// Forks recorded runs at each of their turns. Each fork goes on with the recorded model and comes out as the record says; what
// must not happen twice is asked about, and not done again; the originals do not change.
import { isDeepStrictEqual } from "node:util";

import { AitorHost, type EventEnvelope, type Journal, type Message, type ReactAgent } from "aitor";

import { type DialectName, recordedHistory, remembered } from "./history.ts";
import { Ledger, stepIn } from "./ledger.ts";
import { callOf } from "./recorded-tools.ts";
import { type AirlineRecord, forkOf, type RecordedTool } from "./records.ts";
import { runsOf } from "./replaying.ts";
import { converse, supportAgent } from "./support-agent.ts";

export interface Forking {
  readonly forks: number;
  /** Messages of forks that were compared. */
  readonly messages: number;
  /** Steps beyond the fork that were asked about. */
  readonly asked: number;
  /** Events of the originals that were compared, before and after. */
  readonly events: number;
  readonly faults: readonly string[];
}

export interface ForkPlace {
  readonly records: readonly AirlineRecord[];
  readonly tools: readonly RecordedTool[];
  readonly dialect: DialectName;
  /** On which a run in doubt asks: a durable one. */
  readonly journal: Journal;
}

export async function forkAll({ records, tools, dialect, journal }: ForkPlace): Promise<Forking> {
  const faults: string[] = [];
  const fault = (error: unknown): void => void faults.push(String(error));
  const ledger = new Ledger();
  const Support = supportAgent({ records, tools, dialect, ledger, fault });
  await using host = new AitorHost({ journal, agents: [Support] });
  for (const record of records) await converse(await host.open(Support, record.id), record);
  const originals = await runsOf(journal);
  const streams = [...new Set(originals.flatMap((run) => [run, run.slice(0, run.lastIndexOf("/"))]))];
  const before = await eventsOf(journal, streams);
  const called = ledger.all.length;
  let [forks, messages, asked] = [0, 0, 0];
  for (const run of originals) {
    const [, id = ""] = run.split("/");
    const agent = await host.open(Support, id);
    const history = recordedHistory(records.find((record) => record.id === id) as AirlineRecord, dialect);
    const turns = await turnsOf(journal, run);
    const began = placeOf(history, run);
    for (let at = 0; at <= turns; at++) {
      const as = forkOf(id, ++forks);
      remind(ledger, as, history.slice(0, afterTurns(history, began, at)));
      const { agent: fork, stream } = await agent.forkRun(run, { at, as });
      const operator = setInterval(() => void settle(fork, ledger, run).then((count) => (asked += count), fault), 10);
      const { status, reason } = await stream.result;
      clearInterval(operator);
      const place = `the fork of ${run} after turn ${at}`;
      if (status !== "answered" && reason !== "steps") fault(`${place} ended as ${status}, ${reason}`);
      const expected = history.slice(0, afterRun(history, began));
      messages += expected.length;
      const is = remembered((await fork.read()).messages());
      if (!isDeepStrictEqual(is, expected)) fault(`${place} remembers ${JSON.stringify(is.slice(began))}`);
    }
  }
  const after = await eventsOf(journal, streams);
  for (const [index, stream] of streams.entries()) {
    if (!isDeepStrictEqual(before[index], after[index])) fault(`a fork changed ${stream}`);
  }
  for (const { agent, what } of ledger.all.slice(called)) {
    if (/^(book|update|cancel|send|transfer)_/.test(what)) fault(`fork ${agent} did ${what} again`);
  }
  return { forks, messages, asked, events: before.flat().length, faults };
}

/** The place of what the run was asked: the messages of a conversation are numbered. */
function placeOf(history: readonly Message[], run: string): number {
  const said = Number(run.slice(run.lastIndexOf("-") + 1));
  return history.flatMap(({ role }, index) => (role === "user" ? [index] : []))[said] ?? 0;
}

/** Behind the last message of the run. */
function afterRun(history: readonly Message[], began: number): number {
  const next = history.findIndex(({ role }, index) => index > began && role === "user");
  return next === -1 ? history.length : next;
}

/** Behind the last message of so many turns: a reply, and the results of its calls. */
function afterTurns(history: readonly Message[], began: number, turns: number): number {
  const replies = history.flatMap(({ role }, index) => (index > began && role === "assistant" ? [index] : []));
  return turns === 0 ? began + 1 : (replies[turns] ?? history.length);
}

/** Equal calls are answered by their order: those that a fork remembers come before its own. */
function remind(ledger: Ledger, fork: string, history: readonly Message[]): void {
  for (const [index, message] of history.entries()) {
    if (message.role !== "assistant") continue;
    for (const part of message.parts) {
      if (part.type === "tool-call") ledger.remind(fork, `remembered ${index}`, callOf(part.name, part.input));
    }
  }
}

/** An operator tells of what is in doubt what it gave in the original. @returns Of how many steps. */
async function settle(fork: ReactAgent, ledger: Ledger, original: string): Promise<number> {
  let count = 0;
  for (const { run, key } of await fork.pending()) {
    const given = ledger.given(stepIn(original, key));
    try {
      await fork.answer({ run, key }, given === undefined ? { fail: "nobody knows" } : { value: given });
      count++;
    } catch (error) {
      if ((error as { code?: string }).code !== "not-waiting") throw error;
    }
  }
  return count;
}

async function turnsOf(journal: Journal, run: string): Promise<number> {
  const events = await Array.fromAsync(journal.read(run));
  return events.filter(({ type, key }) => type === "turn-finished" && key === "react").length;
}

function eventsOf(journal: Journal, streams: readonly string[]): Promise<EventEnvelope[][]> {
  return Promise.all(streams.map((stream) => Array.fromAsync(journal.read(stream))));
}
