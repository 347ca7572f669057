import { rmSync } from "node:fs";
import { join } from "node:path";

import { AitorHost, defineAgent } from "../src/index.ts";
import { type SqliteJournal, sqliteJournal } from "../src/sqlite/index.ts";
import { newFolder } from "./durable-stores.ts";
import { heap } from "./kept.ts";
import type { Row } from "./row.ts";
import { digits, median } from "./sample.ts";
import type { Setting } from "./setting.ts";

const MESSAGES = 3_000;
const MANY = 10_000;
const MOST = 100_000;

/** Counts its messages. */
const Counter = defineAgent({
  name: "counter",
  memory: () => ({ messages: 0 }),
  onReceive: (_: string, ctx) => {
    ctx.memory.update((draft) => {
      draft.messages++;
    });
    return ctx.memory.value.messages;
  },
});

/** Agents with their memory on the disk: messages a second, a change of memory large and small, and agents at rest. */
export async function agentRows({ effort: { rounds }, quick }: Setting): Promise<Row[]> {
  const rows = [
    ...(await messageRates(quick ? 1 : Math.ceil(rounds / 3), quick)),
    ...(await changes(Math.max(5, rounds))),
    // Of few, what else the process keeps would be larger.
    ...(quick ? [] : await atRest()),
  ];
  rmSync(join(import.meta.dirname, ".data"), { recursive: true, force: true });
  return rows;
}

/** Agents that all stay awake, and more of them than may: then most messages wake their agent. */
const LOADS = [
  { name: "one agent", agents: 1, messages: MESSAGES, awake: 1_000, load: sentAtOnce },
  { name: `${MANY} agents`, agents: MANY, messages: 10, awake: 2 * MANY, load: sentInTurn },
  { name: "  1000 awake", agents: MANY, messages: 2, awake: 1_000, load: sentInTurn },
] as const;

async function messageRates(rounds: number, quick: boolean): Promise<Row[]> {
  const samplesOf = LOADS.map((): number[] => []);
  for (let round = 0; round < rounds + 1; round++) {
    for (const [index, load] of LOADS.entries()) {
      const measured = await rate(quick ? { ...load, messages: Math.ceil(load.messages / 5) } : load);
      if (round > 0) samplesOf[index]?.push(measured);
    }
  }
  console.log("agents: messages a second, each durable before it is handled, and handled before the next of its agent");
  const told = ({ name, agents: n }: Load, samples: number[]): Row => {
    samples.sort((a, b) => a - b);
    const value = median(samples);
    const spread = `${Math.round(samples[0] as number)}–${Math.round(samples.at(-1) as number)}`;
    console.log(`  ${name.padEnd(16)}${String(Math.round(value)).padStart(9)}  ${spread}`);
    return {
      workload: "agents",
      case: name.trim(),
      n,
      contender: "aitor",
      metric: "rate",
      value,
      unit: "messages/s",
      ratioToRaw: 1,
      samples,
    };
  };
  const rows = LOADS.map((load, index) => told(load, samplesOf[index] as number[]));
  console.log();
  return rows;
}

interface Load {
  readonly name: string;
  readonly agents: number;
  /** Of each agent. */
  readonly messages: number;
  readonly awake: number;
  readonly load: (agent: Teller, messages: number) => Promise<unknown>;
}

interface Teller {
  tell(message: string): Promise<string>;
}

function sentAtOnce(agent: Teller, messages: number): Promise<unknown> {
  return Promise.all(Array.from({ length: messages }, () => agent.tell("hello")));
}

/** Each when the one before it is durable. */
async function sentInTurn(agent: Teller, messages: number): Promise<void> {
  for (let n = 0; n < messages; n++) await agent.tell("hello");
}

async function rate({ agents, messages, awake, load }: Load): Promise<number> {
  await using place = await Place.open(awake);
  const opened = await Promise.all(Array.from({ length: agents }, (_, n) => place.host.open(Counter, `agent-${n}`)));
  const handled = place.handled(agents * messages);
  const start = performance.now();
  await Promise.all(opened.map((agent) => load(agent, messages)));
  await handled;
  const seconds = (performance.now() - start) / 1e3;
  const [first] = opened;
  if ((await first?.read())?.messages !== messages) throw new Error("an agent did not count its messages");
  return (agents * messages) / seconds;
}

/** A change of one number in a memory of 1 KB, and in one of 10 MB, in turns. */
async function changes(rounds: number): Promise<Row[]> {
  const sizes = [
    { name: "1 KB", notes: 10, length: 100 },
    { name: "10 MB", notes: 1_000, length: 10_000 },
  ];
  const places = await Promise.all(
    sizes.map(async ({ name, notes, length }) => {
      const place = await Place.open();
      const agent = await place.host.open(
        defineAgent({
          name: "notes",
          memory: () => ({
            edits: 0,
            notes: Array.from({ length: notes }, () => ({ text: "x".repeat(length), seen: 0 })),
          }),
          onReceive: (note: number, ctx) => {
            ctx.memory.update((draft) => {
              draft.edits++;
              const found = draft.notes[note];
              if (found !== undefined) found.seen++;
            });
            return null;
          },
        }),
        "a",
      );
      for (let n = 0; n < 200; n++) await agent.ask(n % 10);
      return { name, place, agent, samples: [] as number[] };
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { agent, samples } of places) {
      const start = performance.now();
      for (let n = 0; n < 100; n++) await agent.ask(n % 10);
      samples.push((1e3 * (performance.now() - start)) / 100);
    }
  }
  console.log("agents: a message that changes one number in memory, asked and committed, wall time, µs");
  const [small] = places.map(({ samples }) => median(samples.sort((a, b) => a - b)));
  const rows = places.map(({ name, samples }): Row => {
    const value = median(samples);
    const ratio = value / (small as number);
    console.log(`  ${name.padEnd(16)}${digits(value).padStart(9)}  × 1 KB ${digits(ratio)}`);
    return {
      workload: "agents",
      case: "change",
      n: 1,
      contender: name,
      metric: "time",
      value,
      unit: "µs",
      ratioToRaw: ratio,
      samples,
    };
  });
  console.log();
  for (const { place } of places) await place[Symbol.asyncDispose]();
  return rows;
}

/** What an agent costs that has handled a message, and rests. */
async function atRest(): Promise<Row[]> {
  await using place = await Place.open();
  const { host } = place;
  const before = await heap();
  const start = performance.now();
  for (let first = 0; first < MOST; first += MANY) {
    const handled = place.handled(MANY);
    await Promise.all(
      Array.from({ length: MANY }, async (_, n) => (await host.open(Counter, `agent-${first + n}`)).tell("hello")),
    );
    await handled;
  }
  const seconds = (performance.now() - start) / 1e3;
  const bytes = ((await heap()) - before) / MOST;
  const { awake } = host.stats();
  console.log(`agents: ${MOST} in one host, ${awake} of them awake, the others at rest`);
  console.log(`  heap, B for each ${digits(bytes).padStart(8)}`);
  console.log(`  made and asked  ${digits(seconds).padStart(9)} s\n`);
  const shared = { workload: "agents", case: "at rest", n: MOST, contender: "aitor", ratioToRaw: 1 } as const;
  return [{ ...shared, metric: "kept", value: bytes, unit: "B", samples: [bytes] }];
}

class Place implements AsyncDisposable {
  readonly host: AitorHost;
  readonly #journal: SqliteJournal;
  readonly #folder: string;
  #handled = 0;
  #wanted = 0;
  #done: () => void = () => {};

  static async open(awake = 1_000): Promise<Place> {
    const folder = newFolder("agents-");
    const journal = sqliteJournal(join(folder, "aitor.db"));
    await journal.ready();
    return new Place(journal, folder, awake);
  }

  private constructor(journal: SqliteJournal, folder: string, awake: number) {
    this.#journal = journal;
    this.#folder = folder;
    this.host = new AitorHost({ journal, awake });
    this.host.observe(({ type }) => {
      if (type === "message-handled" && ++this.#handled === this.#wanted) this.#done();
    });
  }

  /** Resolves when so many messages more are handled. */
  handled(count: number): Promise<void> {
    this.#wanted = this.#handled + count;
    return new Promise((resolve) => (this.#done = resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.shutdown();
    await this.#journal.close();
    rmSync(this.#folder, { recursive: true });
  }
}
