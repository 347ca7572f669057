// A process with a host: it sends to its agents as fast as they take it, and lives until it is killed; or does one thing and
// ends by itself. What was acknowledged it writes down before it goes on.
import { appendFileSync } from "node:fs";

import { AitorHost } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { tellLine } from "../told.ts";
import { AGENTS, deadly, definitions, type Entry } from "./ledger.ts";

export interface LoadPlan {
  readonly does: "load" | "finish" | "deadly";
  readonly journal: string;
  /** Where acknowledged entries are written down. */
  readonly acknowledged: string;
  /** The number of this process. */
  readonly life: number;
}

const plan = JSON.parse(process.argv[2] ?? "") as LoadPlan;

const [patched, folded] = definitions;

async function openAll(host: AitorHost) {
  const opened = [];
  for (let id = 0; id < AGENTS; id++) {
    opened.push(await (id % 2 === 0 ? host.open(patched, String(id)) : host.open(folded, String(id))));
  }
  return opened;
}

/** A message that is under way when others' process is killed counts that; here nobody is to blame. */
const attempts = 1_000_000;

switch (plan.does) {
  case "load": {
    const host = new AitorHost({ journal: sqliteJournal(plan.journal), agents: definitions, attempts });
    const agents = await openAll(host);
    tellLine("open");
    for (const [id, agent] of agents.entries()) {
      // Two senders for each agent.
      for (const which of ["a", "b"]) {
        const sender = `${plan.life}${which}`;
        const send = async (n: number): Promise<void> => {
          const entry: Entry = { sender, n, ...(n % 10 === 9 && id < AGENTS - 1 && { also: id + 1 }) };
          await agent.tell(entry, { id: `${sender}/${n}` });
          appendFileSync(plan.acknowledged, `${id} ${sender}/${n}\n`);
          void send(n + 1);
        };
        void send(0);
      }
    }
    break;
  }
  case "finish": {
    await using journal = sqliteJournal(plan.journal);
    const host = new AitorHost({ journal, agents: definitions, attempts });
    const agents = await openAll(host);
    // Behind all that waits.
    for (const agent of agents) await agent.ask({ sender: "end", n: 0 });
    const memories = [];
    for (let id = 0; id < AGENTS; id++) {
      if (id % 2 === 0) memories.push((await (await host.open(patched, String(id))).read()).entries);
      else memories.push([...(await (await host.open(folded, String(id))).read())]);
    }
    const letters = await Array.fromAsync(host.deadLetters());
    await host.shutdown({ drain: true });
    tellLine({ memories, letters: letters.map(({ run }) => run) });
    break;
  }
  case "deadly": {
    await using journal = sqliteJournal(plan.journal);
    const host = new AitorHost({ journal, agents: [deadly], onFailure: () => {} });
    const agent = await host.open(deadly, "a");
    for (const [index, text] of ["before", "kill", "after"].entries()) await agent.tell(text, { id: String(index) });
    await agent.ask("last", { id: "last" });
    const letters = await Array.fromAsync(host.deadLetters());
    tellLine({ memory: await agent.read(), letters: letters.map(({ run, why }) => [run, why]) });
    await host.shutdown();
    break;
  }
}
