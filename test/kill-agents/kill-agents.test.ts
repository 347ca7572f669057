// Real processes with agents on a journal on disk
// - eight agents under load, killed (SIGKILL) twenty times at random moments: each message that was acknowledged is in memory
//   once, and those of one sender are in their order; nothing is there twice
// - a message that kills its process is set aside after three attempts, and the rest goes on
// - a process that shuts its host down ends by itself
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import type { AgentsPlan } from "./process.ts";

/** `AITOR_KILLS=500` for a long run. */
const KILLS = Number(process.env["AITOR_KILLS"] ?? 20);

const program = join(import.meta.dirname, "process.ts");

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** What it told, a JSON value each. */
  readonly told: readonly unknown[];
  readonly stderr: string;
}

/** @param after Kills it so many milliseconds after it said something. */
async function live(plan: AgentsPlan, place: string, after?: number): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=source", program, JSON.stringify(plan)], {
    env: { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: join(place, "compiled") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  let stderr = "";
  let killer: NodeJS.Timeout | undefined;
  child.stderr.setEncoding("utf8").on("data", (some: string) => (stderr += some));
  child.stdout.setEncoding("utf8").on("data", (some: string) => {
    text += some;
    if (after !== undefined) killer ??= setTimeout(() => child.kill("SIGKILL"), after);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...ended) => resolve(ended));
  });
  clearTimeout(killer);
  const told = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
  return { signal, code, told, stderr };
}

function newPlace(): string {
  const place = mkdtempSync(join(tmpdir(), "aitor-kill-agents-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

function planOf(place: string, does: AgentsPlan["does"], life = 0): AgentsPlan {
  return { does, life, journal: join(place, "journal.db"), acknowledged: join(place, "acknowledged.txt") };
}

/** The same numbers each time, between 0 and 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

test("no kill loses, repeats or reorders a message", { timeout: 60_000 + KILLS * 5_000 }, async () => {
  const place = newPlace();
  writeFileSync(join(place, "acknowledged.txt"), "");
  const next = random(7);
  for (let life = 1; life <= KILLS; life++) {
    const ended = await live(planOf(place, "load", life), place, 20 + next() * 300);
    expect(ended).toMatchObject({ signal: "SIGKILL", stderr: "" });
  }
  const { code, told, stderr } = await live(planOf(place, "finish"), place);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { memories, letters } = told[0] as { memories: string[][]; letters: string[] };
  expect(letters).toEqual([]);

  const lines = readFileSync(join(place, "acknowledged.txt"), "utf8").trimEnd().split("\n");
  const acknowledged = memories.map((_, id) =>
    lines.filter((line) => line.startsWith(`${id} `)).map((line) => line.slice(2)),
  );
  const faults = { lost: [] as string[], repeated: [] as string[], reordered: [] as string[] };
  for (const [id, entries] of memories.entries()) {
    const known = new Set(entries);
    faults.lost.push(...(acknowledged[id] as string[]).filter((entry) => !known.has(entry)));
    faults.repeated.push(...entries.filter((entry, index) => entries.indexOf(entry) !== index));
    const last = new Map<string, number>();
    for (const entry of entries) {
      const [sender = "", n = ""] = entry.split("/");
      // Those that another agent's handler asks to keep come when it is their turn there.
      if (!sender.endsWith("+") && Number(n) !== (last.get(sender) ?? -1) + 1) faults.reordered.push(`${id} ${entry}`);
      last.set(sender, Number(n));
    }
    // Who asked the next one to keep it too has it only where that one has it.
    for (const entry of entries) {
      const [sender = "", n = ""] = entry.split("/");
      const asks = !sender.endsWith("+") && sender !== "end" && Number(n) % 10 === 9 && id < memories.length - 1;
      if (asks && !(memories[id + 1] as string[]).includes(`${sender}+/${n}`))
        faults.lost.push(`${id + 1} ${sender}+/${n}`);
    }
  }
  const kept = memories.reduce((sum, entries) => sum + entries.length, 0);
  process.stdout.write(`kill-agents: ${KILLS} kills, ${lines.length} acknowledged, ${kept} in memory\n`);
  expect(faults).toEqual({ lost: [], repeated: [], reordered: [] });
  expect(lines.length).toBeGreaterThan(KILLS * 10);
});

test(
  "a message that kills its process is set aside after three attempts, and the rest goes on",
  { timeout: 60_000 },
  async () => {
    const place = newPlace();
    for (let death = 1; death <= 3; death++) {
      expect(await live(planOf(place, "deadly"), place)).toMatchObject({ signal: "SIGKILL", told: [] });
    }
    const { code, told } = await live(planOf(place, "deadly"), place);
    expect(code).toBe(0);
    expect(told).toEqual([{ memory: ["before", "after", "last"], letters: [["deadly/a/1", "set-aside"]] }]);
  },
);

test("a process that shuts its host down ends by itself", { timeout: 60_000 }, async () => {
  const place = newPlace();
  expect(await live(planOf(place, "short"), place)).toEqual({ code: 0, signal: null, told: ["x"], stderr: "" });
  expect(await live(planOf(place, "default-host"), place)).toEqual({ code: 0, signal: null, told: [2], stderr: "" });
});
