// Timers and approvals while the machine's clock is set an hour forward or back, in a process that lives and across a kill: each
// fires once and never early, an approval that was given counts once, and one that expires does so once.
import { join } from "node:path";

import type { EventEnvelope } from "aitor";
import { sendCommand, sqliteJournal } from "aitor/sqlite";

import type { Job, JobPlace } from "../job.ts";
import { noOutcome, type Outcome } from "../outcome.ts";
import { type ProgramRun, runProgram } from "../program-run.ts";
import type { TimersPlan, TimersTold } from "./process.ts";

const HOUR_MS = 3_600_000;
const WAIT_MS = 1_500;

type Fired = Extract<TimersTold, { told: "fired" }>;

export function timersJobs({ rounds }: { readonly rounds: number }): Job[] {
  return [{ part: "timers and approvals", run: (place) => timers(place, rounds) }];
}

async function timers(place: JobPlace, rounds: number): Promise<Outcome> {
  const outcome = noOutcome();
  const cases = Array.from({ length: rounds }, (_, round) =>
    [HOUR_MS, -HOUR_MS].flatMap((jumpMs) =>
      (["while it lives", "across a kill"] as const).map((when) => ({ round, jumpMs, when })),
    ),
  ).flat();
  for (const { round, jumpMs, when } of cases) {
    await jump(place, join(place.folder, `${round} ${jumpMs} ${when}.db`), jumpMs, when, outcome);
    outcome.points++;
  }
  outcome.notes.push(`${cases.length} clock jumps of an hour: a timer, an approval that expires and one that is given`);
  return outcome;
}

async function jump(
  { onProcess }: JobPlace,
  journal: string,
  jumpMs: number,
  when: "while it lives" | "across a kill",
  outcome: Outcome,
): Promise<void> {
  const { faults } = outcome;
  const where = `a jump of ${jumpMs} ms ${when}`;
  const isKilled = when === "across a kill";
  const plan: TimersPlan = { journal, aheadMs: 0, waitMs: WAIT_MS, starts: true };
  const runs: ProgramRun<TimersTold>[] = [await runProgram("timers", plan)];
  await runs[0]?.hears(({ told }) => told === "waiting");
  if (isKilled) {
    await kill(runs[0], onProcess, outcome);
    runs.push(await runProgram("timers", { ...plan, aheadMs: jumpMs, starts: false }));
    await runs[1]?.hears(({ told }) => told === "waiting");
  } else {
    runs[0]?.say(String(jumpMs));
    await runs[0]?.hears(({ told }) => told === "set");
  }
  const run = runs.at(-1) as ProgramRun<TimersTold>;
  const answer = { run: "approved", key: "approval", answer: { value: "yes" } };
  await sendCommand(journal, { type: "answer", id: "yes", data: answer }, { timeout: "30s" });
  outcome.accepted++;
  for (const name of ["timer", "expiring", "approved"]) {
    await run.hears((each) => each.told === "ended" && each.run === name);
  }
  await kill(run, onProcess, outcome);
  // What has fired does not fire again.
  const last: ProgramRun<TimersTold> = await runProgram("timers", { ...plan, aheadMs: jumpMs, starts: false });
  await last.hears(({ told }) => told === "waiting");
  await kill(last, onProcess, outcome);

  const fired = [...runs, last].flatMap(({ told }) => told.filter((each) => each.told === "fired"));
  outcome.calls += fired.length;
  const record = await recordOf(journal);
  for (const [name, how, type] of [
    ["timer", "slept", "timer-fired"],
    ["expiring", "signal-expired", "signal-failed"],
    ["approved", "yes", "signal-received"],
  ] as const) {
    const own = fired.filter((each) => each.run === name);
    const ends = record.filter((each) => each.run === name && each.type === type);
    if (own.length !== 1 || ends.length !== 1) {
      faults[own.length > 1 || ends.length > 1 ? "repeated" : "lost"].push(
        `${where}: ${name} fired ${own.length} times, and ${ends.length} times on record`,
      );
    }
    if (own[0]?.how !== how) faults.wrong.push(`${where}: ${name} ended with ${own[0]?.how}`);
    const set = record.find((each) => each.run === name && ["timer-set", "signal-awaited"].includes(each.type));
    if (how !== "yes" && isEarly(own[0], set, isKilled)) faults.wrong.push(`${where}: ${name} was early`);
  }
}

/** In a process that lives, by what has passed; after a restart also by the clock. */
function isEarly(fired: Fired | undefined, set: EventEnvelope | undefined, isKilled: boolean): boolean {
  const { at, deadline } = (set?.data ?? {}) as { readonly at?: number; readonly deadline?: { readonly at: number } };
  const due = at ?? deadline?.at ?? Infinity;
  if (fired === undefined) return false;
  return fired.afterMs < WAIT_MS && !(isKilled && fired.at >= due);
}

async function kill(
  run: ProgramRun<TimersTold> | undefined,
  onProcess: JobPlace["onProcess"],
  outcome: Outcome,
): Promise<void> {
  run?.signal("SIGKILL");
  await run?.ended;
  onProcess(true);
  outcome.kills++;
}

async function recordOf(path: string): Promise<EventEnvelope[]> {
  await using journal = sqliteJournal(path, { access: "read" });
  const events: EventEnvelope[] = [];
  for (const run of ["timer", "expiring", "approved"]) events.push(...(await Array.fromAsync(journal.read(run))));
  return events;
}
