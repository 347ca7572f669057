// A process that is stopped (SIGSTOP) at any moment and still holds the journal: a second writer is refused, and told its pid; what
// asks it is told that it does not answer, and takes back what it asked. Continued (SIGCONT), it goes on, and nothing is lost.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { isAitorError } from "aitor";
import { sendCommand } from "aitor/sqlite";

import type { Faults } from "../faults.ts";
import type { Job, JobPlace } from "../job.ts";
import { kill } from "../kill.ts";
import { noOutcome, type Outcome } from "../outcome.ts";
import { type ProgramRun, runProgram } from "../program-run.ts";
import { random } from "../../random.ts";
import type { StoppedPlan, StoppedTold } from "./process.ts";

/** @param stops Processes that are stopped. */
export function stoppedJobs({ stops, seed }: { readonly stops: number; readonly seed: number }): Job[] {
  return [{ part: "stopped process", run: (place) => stopped(place, stops, random(seed)) }];
}

async function stopped(place: JobPlace, stops: number, next: () => number): Promise<Outcome> {
  const outcome = noOutcome();
  for (let stop = 1; stop <= stops; stop++) {
    await stopOne(place, join(place.folder, `journal-${stop}.db`), next, outcome);
    outcome.points++;
  }
  outcome.notes.push(`${stops} stopped: the second writer refused, told the pid, and nothing lost after SIGCONT`);
  return outcome;
}

async function stopOne({ onProcess }: JobPlace, journal: string, next: () => number, outcome: Outcome): Promise<void> {
  const { faults } = outcome;
  const first = await runProgram<StoppedTold>("stopped", { does: "keep", journal } satisfies StoppedPlan);
  await kept(first, 5);
  await sleep(next() * 50);
  first.signal("SIGSTOP");
  await sleep(20); // what it had told arrives
  const before = acknowledged(first);

  const second = await runProgram<StoppedTold>("stopped", { does: "intrude", journal } satisfies StoppedPlan);
  const { stderr } = await second.ended;
  onProcess(false);
  const [answer] = second.told;
  const isRefused = answer?.told === "refused" && answer.code === "journal-locked" && answer.pid === first.pid;
  if (!isRefused || !answer.text.includes(String(journal))) {
    faults.wrong.push(`a second writer beside the stopped ${first.pid} was told ${JSON.stringify(answer)} ${stderr}`);
  }
  await askStopped(journal, faults);
  if (acknowledged(first) !== before) faults.wrong.push("a stopped process acknowledged something");

  first.signal("SIGCONT");
  await kept(first, before + 20);
  await kill(first, onProcess, outcome);
  outcome.accepted += acknowledged(first);

  const last = await runProgram<StoppedTold>("stopped", { does: "remember", journal } satisfies StoppedPlan);
  await last.ended;
  onProcess(false);
  const found = last.told.find((told) => told.told === "remembers");
  judge(found?.numbers ?? [], acknowledged(first), faults);
}

/** Numbers are kept from 0 on. */
function acknowledged(run: ProgramRun<StoppedTold>): number {
  return run.told.filter(({ told }) => told === "kept").length;
}

async function kept(run: ProgramRun<StoppedTold>, count: number): Promise<void> {
  await run.hears((told) => told.told === "kept" && told.n >= count - 1);
}

/** A message from another process is not lost on the way: its sender is told that it was taken back. */
async function askStopped(journal: string, faults: Faults): Promise<void> {
  const key = { name: "keeper", id: "1" };
  const command = { type: "send", id: "from outside", data: { key, message: 1_000_000 } };
  const error: unknown = await sendCommand(journal, command, { timeout: 200 }).catch((thrown: unknown) => thrown);
  if (isAitorError(error, "command-timeout") && (error.data as { state?: string } | undefined)?.state === "withdrawn")
    return;
  faults.wrong.push(`a command to a stopped process came to ${String(error)}`);
}

function judge(numbers: readonly number[], count: number, faults: Faults): void {
  const kept = numbers.slice(0, -1);
  const known = new Set(kept);
  for (let n = 0; n < count; n++) if (!known.has(n)) faults.lost.push(`number ${n} of a stopped process`);
  if (known.size !== kept.length) faults.repeated.push("a stopped process kept a number twice");
  if (kept.some((n, index) => n !== index)) faults.reordered.push(`a stopped process kept ${kept.join()}`);
  if (numbers.at(-1) !== -1) faults.wrong.push(`what was remembered of a stopped process ends with ${numbers.at(-1)}`);
}
