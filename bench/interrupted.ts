// A process that makes a run of so many steps, stops before the next one, and is killed there; and the one that goes on with it.
//   node interrupted.ts KIND write|read FILE STEPS
import { DatabaseSync } from "node:sqlite";

import { AitorHost, EmbeddedEngine, type Runnable } from "../src/index.ts";
import { sqliteJournal } from "../src/sqlite/index.ts";
import { defineAdder } from "./aitor.ts";
import { PAYLOAD } from "./durable-stores.ts";

const [kind, mode, file = "", count] = process.argv.slice(2);
const steps = Number(count);
const writes = mode === "write";
const started = { cpu: process.cpuUsage(), time: performance.now() };

/** All that was done is on record; what comes next would be new. Never resolves: the process is killed. */
function reached(): Promise<never> {
  const { user, system } = process.cpuUsage(started.cpu);
  const [cpu, time] = [(user + system) / 1e3, performance.now() - started.time];
  process.stdout.write(`${JSON.stringify({ cpu, time, memory: process.memoryUsage.rss() / 1e6 })}\n`);
  setInterval(() => {}, 1_000_000);
  return new Promise(() => {});
}

const kinds: Readonly<Record<string, () => Promise<unknown>>> = {
  raw: () => {
    const db = new DatabaseSync(file);
    if (writes) {
      db.exec("PRAGMA journal_mode = WAL; CREATE TABLE rows (id INTEGER PRIMARY KEY, data TEXT)");
      const insert = db.prepare("INSERT INTO rows (data) VALUES (?)");
      for (let n = 0; n < steps; n++) insert.run(JSON.stringify(PAYLOAD));
    }
    const rows = db.prepare("SELECT data FROM rows ORDER BY id").all();
    const found = rows.map(({ data }) => JSON.parse(String(data)) as object);
    if (found.length !== steps) throw new Error(`expected ${steps} rows, got ${found.length}`);
    return reached();
  },
  steps: () =>
    goOn({
      name: "steps",
      version: "1",
      async execute(run) {
        for (let n = 0; n < steps; n++) await run.step("step", () => PAYLOAD);
        return reached();
      },
    }),
  turns: () =>
    goOn({
      name: "turns",
      version: "1",
      execute: (run) =>
        run.loop("loop", 0, async (done, turn) => {
          if (done === steps) return reached();
          await turn.step("step", () => PAYLOAD);
          return { next: done + 1 };
        }),
    }),
  agent: async () => {
    const Adder = defineAdder(steps + 2, async (turn) => {
      if (turn === steps) await reached();
    });
    const host = new AitorHost({ journal: sqliteJournal(file, { durability: "process" }), agents: [Adder] });
    if (!writes) return host.ready();
    return (await host.open(Adder, "1")).chat("Add.");
  },
};

await kinds[kind ?? ""]?.();

async function goOn(definition: Runnable<null, unknown>): Promise<unknown> {
  const journal = sqliteJournal(file, { durability: "process" });
  const engine = new EmbeddedEngine({ journal, definitions: [definition] });
  return writes ? engine.run(definition, null) : engine.recover();
}
