// Real conversations of a model as an airline's support agent, repeated: the recorded replies as the model, which answers only
// to the recorded conversation; tools that answer by arguments and occurrence as recorded.
// - all histories come out equal, message for message, on both journals, and read again from each
// - and through JSON actions in place of tool calls
// - and with a SIGKILL at a random write of each: no call whose outcome was on record is made again, and nothing that must not
//   happen twice does
// - each finished run is replayed offline with equal events, with no model and no tool asked
// - ten of them are forked at every turn: the forks come out as the record says, and the originals do not change
// - what is not recorded fails, and a difference is found
// `npm run prove:airline` is the whole proof.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

import { AitorHost, EmbeddedEngine, type Journal, memoryJournal, type Run, ToolRegistry, type ToolResult } from "aitor";
import { sqliteJournal } from "aitor/sqlite";
import type { DialectName } from "./history.ts";
import { forkAll } from "./forking.ts";
import { killAll } from "./killing.ts";
import { Ledger } from "./ledger.ts";
import { airlineTools } from "./recorded-tools.ts";
import { type AirlineRecord, airlineRecords, hasRecords, missing, recordedTools } from "./records.ts";
import { replayAll } from "./replaying.ts";
import { compare, repeat } from "./repetition.ts";
import { supportAgent } from "./support-agent.ts";

if (!hasRecords) process.stderr.write(`${missing}\n`);

function newPlace(): string {
  const place = mkdtempSync(join(tmpdir(), "aitor-airline-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

const journals: readonly (readonly [name: string, open: () => Journal])[] = [
  ["memory", memoryJournal],
  ["disk", () => sqliteJournal(join(newPlace(), "journal.db"))],
];

describe.skipIf(!hasRecords)("recorded runs", () => {
  const records = hasRecords ? airlineRecords() : [];
  const tools = hasRecords ? recordedTools() : [];

  describe.each(journals)("in a journal %s", (_, open) => {
    test.each<DialectName>(["native", "json"])("come out equal, message for message: %s calls", async (dialect) => {
      await using journal = open();
      const { faults, ...figures } = await repeat({ records, tools, dialect, journal });
      expect(faults).toEqual([]);
      expect(figures).toEqual({ records: 100, messages: 2_426, modelCalls: 1_163, toolCalls: 577 });
      const replayed = await replayAll({ records, tools, dialect, journal });
      expect(replayed).toMatchObject({ faults: [], replays: 686 });
    });
  });

  test(
    "come out equal where a process is killed at a random write of each of its runs",
    { timeout: 120_000 },
    async () => {
      const plan = { place: newPlace(), records, tools, dialect: "native", seed: 1, together: 50, times: 1 } as const;
      const { faults, kills, killed, before, messages, calls, repeatedInFlight } = await killAll(plan);
      expect(faults).toEqual([]);
      expect({ kills, killed, messages }).toEqual({ kills: 2, killed: 100, messages: 2_426 });
      expect(before).toBeGreaterThan(30);
      expect(killed - before).toBeGreaterThan(30);
      // One call at most was under way in each, and that alone was made again.
      expect(repeatedInFlight).toBeLessThanOrEqual(killed);
      expect(calls - repeatedInFlight).toBe(1_163 + 577);
    },
  );

  test("are forked at every turn, and do not change", { timeout: 60_000 }, async () => {
    await using journal = sqliteJournal(join(newPlace(), "journal.db"));
    const { faults, ...figures } = await forkAll({ records: records.slice(0, 10), tools, dialect: "native", journal });
    expect(faults).toEqual([]);
    expect(figures).toMatchObject({
      forks: 120,
      messages: 1_900,
      asked: expect.toSatisfy((asked) => asked > 0) as number,
    });
  });

  const [record] = records as [AirlineRecord];

  test("what is not recorded fails: what a user says, a call, the same call once more", async () => {
    const faults: string[] = [];
    const place = { records: [record], tools, ledger: new Ledger(), fault: (text: string) => void faults.push(text) };
    const Support = supportAgent({ ...place, dialect: "native" });
    await using host = new AitorHost({ agents: [Support] });
    const agent = await host.open(Support, record.id);
    expect(await agent.solve("Hello?")).toMatchObject({ status: "failed", reason: "model" });
    expect(faults.splice(0)).toEqual([expect.stringContaining("message 0 is") as string]);

    await using registry = new ToolRegistry({ tools: airlineTools(place) });
    const call = async (user_id: string, nth: string): Promise<boolean> => {
      const run = async (run: Run): Promise<ToolResult> =>
        registry.execute({ id: "1", name: "get_user_details", args: { user_id } }, run, {
          agent: { name: "a", id: "0" },
        });
      return (await new EmbeddedEngine().run({ name: "call", version: "1", execute: run }, undefined, { id: nth })).ok;
    };
    expect(await call("mia_li_3668", "1")).toBe(true);
    expect(await call("mia_li_3668", "2")).toBe(false);
    expect(await call("nobody", "3")).toBe(false);
    expect(faults).toHaveLength(2);
  });

  test("a difference is found", async () => {
    const place = { records: [record], tools, dialect: "native", journal: memoryJournal() } as const;
    expect((await repeat(place)).faults).toEqual([]);
    const messages = record.messages.with(1, { role: "assistant", content: `${record.messages[1]?.content} ` });
    const agent = supportAgent({ ...place, ledger: new Ledger(), fault: () => {} });
    const { faults } = await compare({ ...place, agent, records: [{ ...record, messages }] });
    expect(faults).toEqual([expect.stringContaining("record 0: message 1 is") as string]);
  });
});
