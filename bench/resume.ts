import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { tellAbsent } from "./contest-rows.ts";
import { newFolder } from "./durable-stores.ts";
import { PRELOAD } from "./published.ts";
import { type Row, rowOf } from "./row.ts";
import { digits } from "./sample.ts";
import type { Setting } from "./setting.ts";

/** What is resumed: by name in the tables, and as interrupted.ts calls it. */
const KINDS = { raw: "raw", "aitor, steps": "steps", "aitor, turns": "turns", "aitor, agent": "agent" } as const;
const SIZES = [100, 10_000] as const;
const QUICK_SIZES = [100, 1_000] as const;

/** What a process says when all that is on record has been gone through. */
interface Reached {
  readonly cpu: number;
  readonly time: number;
  readonly memory: number;
}

/**
 * A run of so many steps whose process was killed: what another process takes, from opening the file to the first step that is not
 * on record. `raw` reads as many rows of the same size from a table.
 */
export async function resumeRows({ quick, peers }: Setting): Promise<Row[]> {
  const folder = newFolder("resume-");
  const rows: Row[] = [];
  try {
    for (const n of quick ? QUICK_SIZES : SIZES) rows.push(...(await resumed(folder, n, quick ? 3 : 9)));
  } finally {
    rmSync(folder, { recursive: true });
  }
  // Nobody's run outlives its process but LangGraph's and Mastra's, whose stores are packages of their own, with native code.
  const reason = "its runs end with their process, or need a store that is not part of it";
  tellAbsent(peers.map(({ name }) => ({ name, reason })));
  console.log();
  return rows;
}

async function resumed(folder: string, n: number, rounds: number): Promise<Row[]> {
  for (const kind of Object.values(KINDS)) {
    mkdirSync(join(folder, String(n), kind), { recursive: true });
    await reachedBy(kind, "write", join(folder, String(n), kind), n);
  }
  const samples = new Map(Object.keys(KINDS).map((name) => [name, [] as Reached[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, kind] of Object.entries(KINDS)) {
      // To go on is to write: each time in a copy of what the killed process left.
      const copy = join(folder, "copy");
      cpSync(join(folder, String(n), kind), copy, { recursive: true });
      samples.get(name)?.push(await reachedBy(kind, "read", copy, n));
      rmSync(copy, { recursive: true });
    }
  }
  console.log(`resume: a run of ${n} steps, killed: CPU ms and ms of the clock to its next step, MB resident then`);
  return Object.keys(KINDS).flatMap((contender) => {
    const row = (metric: "cpu" | "time" | "memory", unit: string): Row => {
      const taken = (name: string): number[] => (samples.get(name) ?? []).map((each) => each[metric]);
      const what = { workload: "resume", case: `a run of ${n} steps`, n, contender, metric, unit };
      return rowOf(what, taken(contender), taken("raw"));
    };
    const rows = [row("cpu", "ms"), row("time", "ms"), row("memory", "MB")];
    console.log(`  ${contender.padEnd(18)}${rows.map(({ value }) => digits(value).padStart(9)).join("")}`);
    return rows;
  });
}

/** Starts the process, and kills it when it is there. */
async function reachedBy(kind: string, mode: "read" | "write", folder: string, n: number): Promise<Reached> {
  const args = [...PRELOAD, join(import.meta.dirname, "interrupted.ts"), kind, mode, join(folder, "run.db"), String(n)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  try {
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Reached;
    throw new Error(`resume: the process of "${kind}" ended before it was there: ${said.trim()}`);
  } finally {
    await killed(child);
  }
}

function killed(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  if (child.exitCode !== null || child.signalCode !== null) resolve();
  child.kill("SIGKILL");
  return promise;
}
