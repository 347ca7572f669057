// One message that many send at the same time, from this process and from others, and once more after a restart: it is handled
// once, and everybody gets its reply.
import { join } from "node:path";

import { sendCommand } from "aitor/sqlite";

import { judgeCount } from "../faults.ts";
import type { Job, JobPlace } from "../job.ts";
import { kill } from "../kill.ts";
import { noOutcome, type Outcome } from "../outcome.ts";
import { readLines } from "../points/witness.ts";
import { runProgram } from "../program-run.ts";
import type { DuplicatesPlan, DuplicatesTold } from "./process.ts";

/** In one process, and from others. */
const INSIDE = 40;
const OUTSIDE = 10;

export function duplicatesJobs({ rounds }: { readonly rounds: number }): Job[] {
  return [{ part: "duplicates", run: (place) => duplicates(place, rounds) }];
}

async function duplicates(place: JobPlace, rounds: number): Promise<Outcome> {
  const outcome = noOutcome();
  for (let round = 0; round < rounds; round++) {
    await sendAll(place, join(place.folder, `${round}-whole`), "when it was handled", outcome);
    await sendAll(place, join(place.folder, `${round}-half`), "when it was half done", outcome);
  }
  outcome.notes.push(
    `${2 * rounds} messages sent by ${INSIDE + OUTSIDE} at a time and again after a kill: one body each`,
  );
  return outcome;
}

async function sendAll(
  { onProcess }: JobPlace,
  base: string,
  killed: "when it was handled" | "when it was half done",
  outcome: Outcome,
): Promise<void> {
  const { faults } = outcome;
  const isHalf = killed === "when it was half done";
  const plan: DuplicatesPlan = {
    journal: `${base}.db`,
    calls: `${base}.txt`,
    senders: INSIDE,
    slowMs: isHalf ? 60_000 : 50,
  };
  const first = await runProgram<DuplicatesTold>("duplicates", plan);
  await first.hears(({ told }) => told === "open");
  const receipts = Array.from({ length: OUTSIDE }, async (_, n) => sendFromOutside(plan.journal, `${n}`));
  await first.hears(({ told }) => told === "half");
  const outside = await Promise.all(receipts);
  if (!isHalf) await first.hears(({ told }) => told === "replies");
  await kill(first, onProcess, outcome);

  const second = await runProgram<DuplicatesTold>("duplicates", { ...plan, senders: 1, slowMs: 0 });
  await second.hears(({ told }) => told === "replies");
  await kill(second, onProcess, outcome);
  outcome.points++;

  const told = [...first.told, ...second.told].filter((each) => each.told === "replies");
  const replies = told.flatMap((each) => each.replies);
  outcome.accepted += replies.length + outside.length;
  judgeCount(`replies to a message sent often, killed ${killed}`, replies.length, isHalf ? 1 : INSIDE + 1, faults);
  const different = replies.filter((reply) => reply !== "receipt 1");
  if (different.length > 0) faults.repeated.push(`a message sent often got ${different.join()}`);
  const memory = told.at(-1)?.memory ?? [];
  if (memory.length !== 1) faults[memory.length === 0 ? "lost" : "repeated"].push(`${memory.length} times in memory`);
  const calls = readLines(plan.calls);
  const times = (name: string): number => calls.filter((call) => call === name).length;
  outcome.calls += calls.length;
  if (times("first") !== 1)
    faults.repeated.push(`the body of one message began ${times("first")} times, killed ${killed}`);
  const least = isHalf ? 2 : 1; // it was in flight
  judgeCount(`calls of a step, killed ${killed}`, times("second"), least, faults);
  if (times("second") > least) faults.repeated.push(`a step was called ${times("second")} times, killed ${killed}`);
  outcome.inFlight += times("second") - 1;
}

/** By a process that does not hold the journal. */
function sendFromOutside(journal: string, id: string): Promise<unknown> {
  const data = { key: { name: "till", id: "1" }, message: "order", options: { id: "order-1" } };
  return sendCommand(journal, { type: "send", id: `command ${id}`, data }, { timeout: "30s" });
}
