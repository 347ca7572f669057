// Eight agents under load, in processes that are killed at random moments: each message that was acknowledged is in memory once,
// and those of one sender are in their order; nothing is there twice. A message that kills its process is set aside.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import { type Faults, judgeCount } from "../faults.ts";
import type { Job, JobPlace } from "../job.ts";
import { kill } from "../kill.ts";
import { noOutcome, type Outcome } from "../outcome.ts";
import { readLines } from "../points/witness.ts";
import { runProgram } from "../program-run.ts";
import { random } from "../../random.ts";
import type { LoadPlan } from "./process.ts";

const PART = "agents under load";

export function loadJobs({ kills, seed }: { readonly kills: number; readonly seed: number }): Job[] {
  const half = Math.ceil(kills / 2);
  return [
    { part: PART, run: (place) => underLoad(place, half, seed + 10) },
    { part: PART, run: (place) => underLoad(place, kills - half, seed + 11) },
    { part: PART, run: deadlyMessage },
  ];
}

function planOf({ folder }: JobPlace, does: LoadPlan["does"], life: number): LoadPlan {
  return { does, life, journal: join(folder, "journal.db"), acknowledged: join(folder, "acknowledged.txt") };
}

async function underLoad(place: JobPlace, kills: number, seed: number): Promise<Outcome> {
  const outcome = noOutcome();
  const { faults } = outcome;
  const next = random(seed);
  for (let life = 1; life <= kills; life++) {
    const run = await runProgram("load", planOf(place, "load", life));
    await run.hears((told) => told === "open").catch(() => {});
    await sleep(20 + next() * 300);
    await kill(run, place.onProcess, outcome);
  }
  const last = await runProgram<Remembered>("load", planOf(place, "finish", kills + 1));
  const { code, stderr } = await last.ended;
  place.onProcess(false);
  const [remembered] = last.told;
  if (code !== 0 || remembered === undefined) {
    faults.wrong.push(`the last process ended with ${code}: ${stderr}`);
    return outcome;
  }
  faults.wrong.push(...remembered.letters.map((letter) => `dead letter ${letter}`));
  const lines = readLines(join(place.folder, "acknowledged.txt"));
  if (kills > 0) judgeCount(`messages acknowledged in ${kills} processes`, lines.length, kills * 10 + 1, faults);
  judge(remembered.memories, lines, faults);
  outcome.accepted = lines.length;
  const kept = remembered.memories.reduce((sum, entries) => sum + entries.length, 0);
  outcome.notes.push(`${kills} kills, ${lines.length} messages acknowledged, ${kept} in memory`);
  return outcome;
}

/** What the last process tells. */
interface Remembered {
  /** By agent: the entries in their order. */
  readonly memories: readonly (readonly string[])[];
  readonly letters: readonly string[];
}

function judge(memories: Remembered["memories"], acknowledged: readonly string[], faults: Faults): void {
  for (const [id, entries] of memories.entries()) {
    const known = new Set(entries);
    for (const line of acknowledged) {
      if (line.startsWith(`${id} `) && !known.has(line.slice(2))) faults.lost.push(`agent ${line}`);
    }
    const seen = new Set<string>();
    const last = new Map<string, number>();
    for (const entry of entries) {
      if (seen.has(entry)) faults.repeated.push(`agent ${id} ${entry}`);
      seen.add(entry);
      const [sender = "", number = ""] = entry.split("/");
      const n = Number(number);
      // Those that another agent's handler asks to keep come when it is their turn there.
      if (!sender.endsWith("+") && n !== (last.get(sender) ?? -1) + 1) faults.reordered.push(`agent ${id} ${entry}`);
      last.set(sender, n);
      // Who asked the next one to keep it too has it only where that one has it.
      const asks = !sender.endsWith("+") && sender !== "end" && n % 10 === 9 && id < memories.length - 1;
      if (asks && !memories[id + 1]?.includes(`${sender}+/${n}`)) faults.lost.push(`agent ${id + 1} ${sender}+/${n}`);
    }
  }
}

/** Three attempts, each of which kills its process; then the rest goes on. */
async function deadlyMessage(place: JobPlace): Promise<Outcome> {
  const outcome = noOutcome();
  const told: unknown[] = [];
  for (let life = 1; life <= 4; life++) {
    const run = await runProgram("load", planOf(place, "deadly", life));
    const { signal, stderr } = await run.ended;
    place.onProcess(signal === "SIGKILL");
    if (signal === "SIGKILL") outcome.kills++;
    else if (stderr !== "") outcome.faults.wrong.push(stderr);
    told.push(...run.told);
  }
  const expected = [{ memory: ["before", "after", "last"], letters: [["deadly/a/1", "set-aside"]] }];
  if (!isDeepStrictEqual(told, expected) || outcome.kills !== 3) {
    outcome.faults.wrong.push(`a message that kills: ${outcome.kills} kills, then ${JSON.stringify(told)}`);
  }
  outcome.accepted = 4;
  outcome.notes.push(
    `a message that killed its process was set aside at the ${outcome.kills}rd death, the others were handled`,
  );
  return outcome;
}
