// Runs that wait in a step, a timer, a child, a queue or for a signal are cancelled: on a clock that stands still they come to their
// end without a moment passing; in a real process, cancelled from another one at random times, as fast as is told. No step is left.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { EmbeddedEngine, isAitorError, memoryJournal, type RunHandle } from "aitor";
import { sendCommand, sqliteJournal } from "aitor/sqlite";
import { virtualClock } from "aitor/testing";

import { type Faults, judgeCount } from "../faults.ts";
import type { Job, JobPlace } from "../job.ts";
import { kill } from "../kill.ts";
import { noOutcome, type Outcome } from "../outcome.ts";
import { runProgram } from "../program-run.ts";
import { random } from "../../random.ts";
import { PLACES, places } from "./places.ts";
import type { CancelAsked, CancelTold } from "./process.ts";

const PART = "cancel";

/** @param times Cancels in each place. */
export function cancelJobs({ times, seed }: { readonly times: number; readonly seed: number }): Job[] {
  return [
    { part: PART, run: onStillClock },
    { part: PART, run: (place) => inProcess(place, times, random(seed)) },
  ];
}

/** Real time after which somebody is taken to wait for time to pass. */
const PATIENCE_MS = 5_000;

async function onStillClock(): Promise<Outcome> {
  const outcome = noOutcome();
  for (const place of PLACES) {
    const clock = virtualClock(1_000);
    const waiting = new Set<string>();
    const { definitions, open } = places((run) => void waiting.add(run));
    await using engine = new EmbeddedEngine({
      journal: memoryJournal(),
      clock,
      definitions: Object.values(definitions),
    });
    const run = place === "queue" ? queued(engine) : engine.start(definitions[place], undefined);
    const code = run.result.then(
      () => "an output",
      (error: unknown) => (isAitorError(error) ? error.code : String(error)),
    );
    await clock.advance(0);
    judgeCount(`runs that wait in a ${place}`, waiting.size, 1, outcome.faults);
    const before = open.size;
    await run.cancel("enough");
    const ended = await Promise.race([code, sleep(PATIENCE_MS, "still waiting")]);
    const left = place === "queue" ? before : 0;
    if (ended !== "cancelled" || open.size !== left || clock.now() !== 1_000) {
      outcome.faults.wrong.push(`cancelled in a ${place}: ${ended}, ${open.size} steps open`);
    }
    outcome.points++;
  }
  outcome.notes.push(`in ${PLACES.join(", ")}: settled, and the clock stood still`);
  return outcome;
}

/** A message behind one that is under way. */
function queued(engine: EmbeddedEngine): Pick<RunHandle<unknown>, "result" | "cancel"> {
  const key = { name: "queue", id: "1" };
  engine.ask(key, undefined, { id: "first" }).catch(() => {}); // ends with the engine
  const result = engine.ask(key, undefined, { id: "second" });
  return { result, cancel: (reason) => engine.cancel("queue/1/second", reason) };
}

async function inProcess({ folder, onProcess }: JobPlace, times: number, next: () => number): Promise<Outcome> {
  const outcome = noOutcome();
  const { faults } = outcome;
  const journal = join(folder, "journal.db");
  const run = await runProgram<CancelTold>("cancel", { does: "wait", journal });
  await run.hears(({ told }) => told === "open");
  const say = (asked: CancelAsked): void => run.say(JSON.stringify(asked));
  const runOf = ({ place, id }: CancelAsked): string => (place === "queue" ? `queue/1/${id}` : id);
  const waits = (name: string): Promise<unknown> =>
    run.hears((each) => each.told === "waiting" && (each.run === name || each.run.startsWith(`${name}/`)));

  const holder: CancelAsked = { place: "queue", id: "holder" };
  say(holder);
  await waits(runOf(holder));
  const tookMs: number[] = [];
  const cancel = async (asked: CancelAsked): Promise<void> => {
    const startedAt = performance.now();
    const command = { type: "cancel", id: `cancel ${asked.id}`, data: { run: runOf(asked), reason: "enough" } };
    const settled = run.hears((each) => each.told === "settled" && each.id === asked.id);
    await sendCommand(journal, command, { timeout: "30s" });
    const told = await settled;
    tookMs.push(performance.now() - startedAt);
    if (told.told === "settled" && told.code !== "cancelled")
      faults.wrong.push(`${asked.place}: ended with ${told.code}`);
    outcome.points++;
    outcome.accepted++;
  };
  for (let time = 0; time < times; time++) {
    for (const place of PLACES) {
      const asked: CancelAsked = { place, id: `${place}-${time}` };
      say(asked);
      if (place === "queue") await recorded(journal, runOf(asked));
      else await waits(runOf(asked));
      await sleep(next() * 20);
      await cancel(asked);
    }
  }
  await cancel(holder);
  run.end();
  const left = await run.hears((each): each is Extract<CancelTold, { told: "left" }> => each.told === "left");
  for (const step of left.steps) faults.wrong.push(`${step} goes on though its run was cancelled`);
  await kill(run, onProcess, outcome);

  // What was cancelled stays so, and the process that finds nothing to do ends by itself.
  const last = await runProgram<CancelTold>("cancel", { does: "recover", journal });
  const { code, stderr } = await last.ended;
  onProcess(false);
  const [recovered] = last.told;
  if (code !== 0 || recovered?.told !== "recovered" || recovered.runs.length > 0) {
    faults.wrong.push(`after cancels another process found ${JSON.stringify(recovered)} ${stderr}`);
  }
  await judge(journal, outcome.accepted, faults);
  tookMs.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((part) => Math.round(tookMs[Math.ceil(tookMs.length * part) - 1] ?? 0));
  outcome.notes.push(`${tookMs.length} from another process: settled after ${p50} ms (p50), ${p99} ms (p99)`);
  return outcome;
}

async function recorded(path: string, run: string): Promise<void> {
  await using journal = sqliteJournal(path, { access: "read" });
  for (;;) {
    for await (const { stream } of journal.heads({ stream: run })) if (stream === run) return;
    await sleep(5);
  }
}

/** Nothing comes after a cancel on record. @param cancelled So many runs were, besides their children. */
async function judge(path: string, cancelled: number, faults: Faults): Promise<void> {
  await using journal = sqliteJournal(path, { access: "read" });
  let runs = 0;
  for await (const { stream, state } of journal.heads({ kind: "run" })) {
    runs++;
    const last = (await Array.fromAsync(journal.read(stream))).at(-1);
    if (state !== "cancelled" || last?.type !== "run-cancelled")
      faults.wrong.push(`${stream} is ${state} and ends with ${last?.type}`);
  }
  judgeCount("runs on record that were cancelled", runs, cancelled, faults);
}
