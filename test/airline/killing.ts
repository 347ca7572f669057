// Kills processes that hold recorded conversations, each at a random write of its own, and goes on with them in new processes.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { sqliteJournal } from "aitor/sqlite";

import { heldJournal, type HoldPoint } from "./held-journal.ts";
import type { DialectName } from "./history.ts";
import { Ledger, stepIn } from "./ledger.ts";
import type { AirlinePlan, AirlineTold } from "./process.ts";
import type { AirlineRecord, RecordedTool } from "./records.ts";
import { repeat } from "./repetition.ts";

export interface KillingPlan {
  /** A folder. */
  readonly place: string;
  readonly records: readonly AirlineRecord[];
  readonly tools: readonly RecordedTool[];
  readonly dialect: DialectName;
  readonly seed: number;
  /** Conversations in a process. */
  readonly together: number;
  /** How often each is killed. */
  readonly times: number;
}

export interface Killing {
  /** Processes that were killed. */
  readonly kills: number;
  /** Runs that were killed at a random write. */
  readonly killed: number;
  /** Of these, before it was recorded. */
  readonly before: number;
  /** Messages that were compared. */
  readonly messages: number;
  /** Finished runs that were replayed. */
  readonly replays: number;
  /** Calls of models and tools. */
  readonly calls: number;
  /** Those that were made again because they were under way: allowed where that does no harm. */
  readonly repeatedInFlight: number;
  /** Steps in doubt that had happened, and that had not. */
  readonly happened: number;
  readonly again: number;
  readonly faults: readonly string[];
}

const program = join(import.meta.dirname, "process.ts");

export async function killAll(plan: KillingPlan): Promise<Killing> {
  const { records, together, seed } = plan;
  const total: { -readonly [Name in keyof Killing]: Killing[Name] } = {
    kills: 0,
    killed: 0,
    before: 0,
    messages: 0,
    replays: 0,
    calls: 0,
    repeatedInFlight: 0,
    happened: 0,
    again: 0,
    faults: [],
  };
  const writes = await countWrites(plan);
  const next = random(seed);
  for (let first = 0; first < records.length; first += together) {
    const group = records.slice(first, first + together);
    const { faults, ...figures } = await killGroup(plan, group, writes, next);
    for (const name of Object.keys(figures) as (keyof typeof figures)[]) total[name] += figures[name];
    total.faults = [...total.faults, ...faults];
  }
  return total;
}

/** What each conversation writes where nobody disturbs it. */
async function countWrites({ place, records, tools, dialect }: KillingPlan): Promise<ReadonlyMap<string, number>> {
  mkdirSync(place, { recursive: true });
  await using file = sqliteJournal(join(place, "undisturbed.db"));
  const journal = heldJournal(file, {}, () => {});
  const { faults } = await repeat({ records, tools, dialect, journal });
  if (faults.length > 0) throw new Error(`undisturbed: ${faults.join("; ")}`);
  return journal.appends;
}

async function killGroup(
  { place, dialect, times }: KillingPlan,
  group: readonly AirlineRecord[],
  writes: ReadonlyMap<string, number>,
  next: () => number,
): Promise<Killing> {
  const folder = join(place, `from-${group[0]?.id}`);
  mkdirSync(folder, { recursive: true });
  const files = { journal: join(folder, "journal.db"), ledger: join(folder, "ledger.jsonl") };
  const ids = group.map(({ id }) => id);
  const left = new Map(ids.map((id) => [id, writes.get(id) ?? 0]));
  const faults: string[] = [];
  let [kills, killed, before, messages, replays, happened, again] = [0, 0, 0, 0, 0, 0, 0];
  for (let life = 1; life <= times + 1; life++) {
    const isLast = life > times;
    const points = isLast ? {} : Object.fromEntries(ids.map((id) => [id, pointIn(left.get(id) ?? 0, next)]));
    const recorded = await recordedOutcomes(files.journal);
    const { told, signal, stderr } = await live({ life, dialect, records: ids, points, ...files }, place);
    if (told === undefined || signal !== (isLast ? null : "SIGKILL") || stderr !== "") {
      faults.push(`life ${life} of ${ids.join()} ended with ${signal}: ${stderr}`);
      break;
    }
    faults.push(...told.faults, ...madeAgain(files.ledger, life, recorded));
    messages += told.messages;
    replays += told.replays;
    happened += told.doubts.filter((how) => how === "happened").length;
    again += told.doubts.length;
    if (isLast) continue;
    kills++;
    killed += told.held.length;
    before += told.held.filter((id) => points[id]?.when === "before").length;
    for (const id of ids) left.set(id, Math.max(1, (left.get(id) ?? 0) - (told.appends[id] ?? 0)));
  }
  again -= happened;
  const ledger = new Ledger(0, files.ledger);
  const steps = new Map<string, number>();
  for (const { step } of ledger.all) steps.set(step, (steps.get(step) ?? 0) + 1);
  const repeatedInFlight = ledger.all.length - steps.size;
  for (const { step, what } of ledger.all) {
    const isOnce = /^(book|update|cancel|send|transfer)_/.test(what);
    if (isOnce && steps.get(step) !== 1) faults.push(`${step} was called ${steps.get(step)} times`);
  }
  return {
    kills,
    killed,
    before,
    messages,
    replays,
    calls: ledger.all.length,
    repeatedInFlight,
    happened,
    again,
    faults,
  };
}

function pointIn(writes: number, next: () => number): HoldPoint {
  return { append: 1 + Math.floor(next() * writes), when: next() < 0.5 ? "before" : "after" };
}

/** The steps whose outcome is on record. */
async function recordedOutcomes(path: string): Promise<ReadonlySet<string>> {
  const steps = new Set<string>();
  await using journal = sqliteJournal(path);
  for await (const { stream: run } of journal.heads({ kind: "run" })) {
    for await (const { type, key } of journal.read(run)) {
      if (type === "step-finished" || type === "step-failed") steps.add(stepIn(run, key));
    }
  }
  return steps;
}

function madeAgain(path: string, life: number, recorded: ReadonlySet<string>): string[] {
  const asked = new Ledger(0, path).all.filter((each) => each.life === life && recorded.has(each.step));
  return asked.map(
    ({ step, what }) => `${what} (${step}) was asked again in life ${life}, and its outcome was on record`,
  );
}

interface Ended {
  readonly told: AirlineTold | undefined;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

async function live(plan: AirlinePlan, place: string): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=source", program, JSON.stringify(plan)], {
    env: { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: join(place, "compiled") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const limit = setTimeout(() => child.kill("SIGTERM"), 120_000);
  const ended = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_, signal) => resolve(signal));
  });
  const [signal, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  clearTimeout(limit);
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  return { told: last === "" ? undefined : (JSON.parse(last) as AirlineTold), signal, stderr };
}

/** The same numbers each time, between 0 and 1. */
function random(seed: number): () => number {
  let state = seed;
  for (let warm = 0; warm < 10; warm++) state = (state * 16_807) % 2_147_483_647;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}
