// Timers and approvals while the machine's clock is set an hour forward or back, in a process that lives and across a kill: each
// fires once and never early, an approval that was given counts once, and one that expires does so once.
import { join } from "node:path";

import type { EventEnvelope } from "aitor";
import { sendCommand, sqliteJournal } from "aitor/sqlite";

import type { Job, JobPlace } from "../job.ts";
import { kill } from "../kill.ts";
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
  const runs: ProgramRun<TimersTold>[] = [];
  const begin = async (plan: Pick<TimersPlan, "aheadMs" | "starts">): Promise<ProgramRun<TimersTold>> => {
    const begun = await runProgram<TimersTold>("timers", { journal, waitMs: WAIT_MS, ...plan } satisfies TimersPlan);
    runs.push(begun);
    await begun.hears(({ told }) => told === "waiting");
    return begun;
  };
  let run = await begin({ aheadMs: 0, starts: true });
  if (isKilled) {
    await kill(run, onProcess, outcome);
    run = await begin({ aheadMs: jumpMs, starts: false });
  } else {
    run.say(String(jumpMs));
    await run.hears(({ told }) => told === "set");
  }
  const answer = { run: "approved", key: "approval", answer: { value: "yes" } };
  await sendCommand(journal, { type: "answer", id: "yes", data: answer }, { timeout: "30s" });
  outcome.accepted++;
  for (const name of ["timer", "expiring", "approved"]) {
    await run.hears((each) => each.told === "ended" && each.run === name);
  }
  await kill(run, onProcess, outcome);
  // What has fired does not fire again.
  await kill(await begin({ aheadMs: jumpMs, starts: false }), onProcess, outcome);

  const fired = runs.flatMap(({ told }) => told.filter((each) => each.told === "fired"));
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
    // It was given after the jump.
    const tookMs = (own[0]?.at ?? 0) - (set?.at ?? 0);
    if (how === "yes" && Math.abs(tookMs - jumpMs) > HOUR_MS / 2) faults.wrong.push(`${where}: the clock did not jump`);
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

async function recordOf(path: string): Promise<EventEnvelope[]> {
  await using journal = sqliteJournal(path, { access: "read" });
  const events: EventEnvelope[] = [];
  for (const run of ["timer", "expiring", "approved"]) events.push(...(await Array.fromAsync(journal.read(run))));
  return events;
}
