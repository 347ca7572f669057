// A contender's process: it is told what to do, does it, and says what it took. In turns with the others, which rest meanwhile.
import { getHeapStatistics, GCProfiler } from "node:v8";

import type { Contender, Job, Order, Sample } from "./contender.ts";
import { shapes } from "./graphs.ts";
import { tally } from "./work.ts";

export type Command =
  | { readonly do: "prepare"; readonly order: Order; readonly warmUp: number }
  | { readonly do: "sample"; readonly allocation: boolean }
  | { readonly do: "memory"; readonly order: Order };

/** What a process says of itself when it is ready. */
export interface Prepared {
  /** What the job gives, the same for all contenders. */
  readonly result: unknown;
  /** Milliseconds of one run, once the code is warm. */
  readonly milliseconds: number;
}

/** Megabytes: resident before the first run of all at once, and at most during it. */
export interface Memory {
  readonly before: number;
  readonly peak: number;
}

/** A sample repeats a run until it takes at least this long, so that the clock's grain does not show. */
const SAMPLE_MS = 60;

let order: Order;
let job: Job;
let repeats = 1;

/** @param warmUp Milliseconds in which the code gets as fast as it will be. */
async function prepare(next: Order, warmUp: number): Promise<Prepared> {
  order = next;
  const { contender } = (await import(process.argv[2] as string)) as { contender: Contender };
  const one = await jobOf(contender, order);
  const { atOnce = 1 } = order;
  job = atOnce === 1 ? one : () => Promise.all(Array.from({ length: atOnce }, one));
  const result = await checked();
  const start = performance.now();
  let runs = 0;
  let spent = 0;
  let last = 0;
  while (spent < warmUp) {
    await job();
    runs++;
    const now = performance.now() - start;
    last = now - spent;
    spent = now;
  }
  // The first ones are slow.
  const milliseconds = runs < 8 ? last : Math.min(last, spent / runs);
  repeats = Math.max(1, Math.ceil(SAMPLE_MS / milliseconds));
  return { result, milliseconds };
}

function jobOf({ agent, flow, stream, cannot }: Contender, { kind, n, shape }: Order): Job | Promise<Job> {
  if (kind === "agent" && agent !== undefined) return agent(n);
  if (kind === "stream" && stream !== undefined) return stream();
  const graph = shapes().find(({ name }) => name === shape);
  if (kind === "flow" && flow !== undefined && graph !== undefined) return flow(graph);
  throw new Error(cannot?.[kind] ?? "it has nothing for this work");
}

/** An agent's run must have called the tool so often; what else is done is compared by its result. */
async function checked(): Promise<unknown> {
  const { kind, n, atOnce = 1 } = order;
  const before = tally.calls;
  const result = await job();
  if (kind !== "agent") return result;
  const [expected, got] = [(n - 1) * atOnce, tally.calls - before];
  if (got !== expected) throw new Error(`expected ${expected} calls of the tool, got ${got}`);
  return got;
}

/** For each unit of work. What is allocated is measured apart: to ask for it costs time. */
async function sample(allocation: boolean): Promise<Sample> {
  const units = repeats * order.n * (order.atOnce ?? 1);
  const profiler = allocation ? new GCProfiler() : undefined;
  const allocated = allocation ? allocatedBytes() : 0;
  profiler?.start();
  const start = performance.now();
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < repeats; repeat++) await job();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = performance.now() - start;
  const pauses = profiler?.stop().statistics ?? [];
  return {
    cpu: (user + system) / units,
    bytes: allocation ? (allocatedBytes() - allocated) / units : Number.NaN,
    collecting: pauses.reduce((sum, { cost }) => sum + cost, 0) / 1e3 / milliseconds,
    resident: process.memoryUsage.rss() / 1e6,
  };
}

function allocatedBytes(): number {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes ?? Number.NaN;
}

/** In a process that has done nothing else: one job alone, then all of them. */
async function memory(next: Order): Promise<Memory> {
  order = next;
  const { contender } = (await import(process.argv[2] as string)) as { contender: Contender };
  const one = await jobOf(contender, order);
  await one();
  globalThis.gc?.();
  const before = process.memoryUsage.rss() / 1e6;
  await Promise.all(Array.from({ length: order.atOnce ?? 1 }, one));
  return { before, peak: (process.resourceUsage().maxRSS * 1024) / 1e6 };
}

process.on("message", (command: Command) => {
  void answer(command).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});

function answer(command: Command): Promise<unknown> {
  switch (command.do) {
    case "prepare":
      return prepare(command.order, command.warmUp);
    case "sample":
      return sample(command.allocation);
    case "memory":
      return memory(command.order);
  }
}
