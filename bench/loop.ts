import { z } from "zod";
import { AitorHost, defineReactAgent, LLMManager, type LLMProvider, type ProviderEvent, tool } from "../src/index.ts";
import { caseRows } from "./case-rows.ts";
import type { Case, Contender } from "./contender.ts";
import { measure, median } from "./measure.ts";
import { piLoop } from "./pi.ts";
import type { Row } from "./row.ts";

const SIZES = [10, 100, 1_000] as const;
/** Only Aitor's own: whether it slows down. */
const LONG = 10_000;
/** Most of pi's time that a step may take. */
const GOALS: Readonly<Record<number, number>> = { 10: 0.75, 100: 0.75, 1_000: 0.5 };
/** Most that (Aitor − raw) may grow from the smallest size to the largest. */
const GROWTH = 1.3;

/**
 * The cost of a step of an agent's loop: a model that answers at once calls a tool that adds two numbers, its arguments checked,
 * so many times, and then answers. Beside a loop written by hand, and pi's agent.
 */
export async function loopRows(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const own = new Map<number, number>();
  for (const n of [...SIZES, LONG]) {
    const peer = n === LONG ? undefined : await piLoop(n);
    if (peer !== undefined && "reason" in peer) console.log(`${peer.name} is not measured: ${peer.reason}\n`);
    const contenders = [raw(n), aitor(n), ...(peer !== undefined && "run" in peer ? [peer] : [])];
    const subject: Case = { workload: "loop", name: `a run of ${n} steps`, n, unit: "step", contenders };
    const found = caseRows(subject, await measure(subject, n === LONG ? Math.min(rounds, 5) : rounds));
    rows.push(...found);
    const [base, aitors, peers] = ["raw", "aitor", peer?.name].map((name) => {
      const row = found.find(({ contender }) => contender === name);
      return row && median(row.samples);
    });
    if (aitors !== undefined && base !== undefined) own.set(n, aitors - base);
    if (aitors !== undefined && peers !== undefined) against(aitors / peers, GOALS[n] as number);
  }
  const growth = (own.get(LONG) as number) / (own.get(SIZES[0]) as number);
  console.log(`  growth from 10 to ${LONG} steps: ${growth.toFixed(2)}   goal ≤ ${GROWTH}: ${met(growth <= GROWTH)}\n`);
  rows.push(...(await memoryRows()));
  return rows;
}

function against(ratio: number, goal: number): void {
  console.log(`  aitor is ${ratio.toFixed(2)} × pi   goal ≤ ${goal}: ${met(ratio <= goal)}\n`);
}

function met(yes: boolean): string {
  return yes ? "met" : "MISSED";
}

/** What a finished run keeps in the process, in its in-memory journal and the agent's memory, for each step. */
async function memoryRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const n of [...SIZES, LONG]) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const agent = await definition(n)();
    await agent.chat("Add.");
    globalThis.gc?.();
    const after = process.memoryUsage();
    const value = (after.heapUsed - before) / n;
    console.log(
      `loop: kept by a run of ${n} steps: ${Math.round(value)} bytes a step, RSS ${Math.round(after.rss / 1e6)} MB`,
    );
    const of = { workload: "loop", case: `kept by a run of ${n} steps`, n, contender: "aitor" } as const;
    rows.push({ ...of, metric: "kept", value, unit: "bytes/step", ratioToRaw: Number.NaN, samples: [value] });
    await agent.close();
  }
  console.log();
  return rows;
}

function raw(n: number): Contender {
  const schema = z.object({ a: z.number(), b: z.number() });
  return {
    name: "raw",
    work: "a loop that calls the model's function, checks and adds; the messages kept",
    run: async () => {
      const messages: unknown[] = [{ role: "user", content: "Add." }];
      let sum = 0;
      for (let step = 0; ; step++) {
        const reply = await Promise.resolve(step < n - 1 ? { call: { a: step, b: 1 } } : { text: "done" });
        messages.push(reply);
        if (reply.call === undefined) return sum;
        const { a, b } = schema.parse(reply.call);
        sum += a + b - a;
        messages.push({ role: "tool", content: a + b });
      }
    },
  };
}

function aitor(n: number): Contender {
  const open = definition(n);
  return {
    name: "aitor",
    work: "a new agent's run on a new host: journal in memory, memory, budget, checked arguments",
    run: async () => {
      const agent = await open();
      const sum = await agent.chat("Add.");
      await agent.close();
      return Number(sum);
    },
  };
}

interface OpenAgent {
  chat(text: string): Promise<string>;
  close(): Promise<void>;
}

/** An agent is defined once, as a program does, and opened for each run, with a journal of its own. */
function definition(n: number): () => Promise<OpenAgent> {
  let step = 0;
  let sum = 0;
  const provider: LLMProvider = {
    provider: "bench",
    model: "adder",
    // eslint-disable-next-line require-await -- a provider's stream
    async *stream(): AsyncGenerator<ProviderEvent> {
      if (step < n - 1) {
        yield { type: "tool-call", id: `call_${step}`, name: "add", input: `{"a":${step},"b":1}` };
        step++;
        yield { type: "finish", reason: "tool-calls", usage: { inputTokens: 10, outputTokens: 5 } };
        return;
      }
      yield { type: "text-delta", text: String(sum) };
      yield { type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: 5 } };
    },
  };
  const add = tool({
    name: "add",
    description: "Adds two numbers.",
    access: "read",
    input: z.object({ a: z.number(), b: z.number() }),
    run: ({ a, b }) => {
      sum += b;
      return a + b;
    },
  });
  const Adder = defineReactAgent({
    name: "adder",
    llm: new LLMManager({ models: [provider] }),
    tools: [add],
    limits: { steps: n + 1 },
  });
  return async () => {
    step = 0;
    sum = 0;
    const host = new AitorHost({ agents: [Adder] });
    const agent = await host.open(Adder, "1");
    return { chat: (text) => agent.chat(text), close: () => host.shutdown() };
  };
}
