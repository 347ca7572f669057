import type { Timer } from "../../base/index.ts";
import {
  kindMismatchError,
  neverEndedError,
  notAskedForError,
  notOnRecordError,
  versionMismatchError,
} from "../record/errors.ts";
import type { RecoveredRun } from "../record/recovered-run.ts";
import type { OuterScope } from "./outer-scope.ts";
import type { RunContext } from "./run-context.ts";

/*
 * Code of another version than the one that made the record may continue a run as long as it asks for what is on record: what
 * has an outcome, and what was asked of somebody else and is open. Anything else that it asks for is held back until all of
 * that was asked for. A body that replays gets there within turns of the promise queue, or when something that is under way
 * settles (a flow may wait for a free place). If nothing is under way, nothing more is asked for and something is left, the
 * code does other things than the record says. Then the run halts before anything new is done.
 */

/** The scope in which something is asked for. */
type ReplayedScope = Pick<OuterScope, "run" | "path" | "ended">;

/** Turns of the promise queue in which a body that replays asks for the next thing on record. */
const TURNS = 100;

/** Halts the run where a step is asked for that is on record as a scope, or a scope that is on record as a step. */
export function isOfItsKind(run: RunContext, key: string, asked: "a step" | "a scope"): boolean {
  if (run.recovered?.isOfAnotherKind(key, asked) !== true) return true;
  run.halt(kindMismatchError(key, asked === "a step" ? "a scope" : "a step", asked));
  return false;
}

/** Begins `work` at once where it is on record, else when all on record was asked for, unless its scope has ended by then. */
export function goOnAsRecorded(scope: ReplayedScope, key: string, work: Promise<unknown>, begin: () => void): void {
  const { run } = scope;
  const { unasked } = run.recovered as RecoveredRun;
  const go = (): void => {
    unasked.letGo(work);
    begin();
  };
  unasked.asked(key);
  if (run.recovered?.offline === true && !isSettled(run, key)) return offline(run, key, work);
  if (isRecorded(run, key) || unasked.left === 0) go();
  else void whenAllAsked(run, key).then((goesOn) => goesOn && !scope.ended && go());
}

/**
 * Resolves at once for a loop on record, else when all on record was asked for. Never where the code does not fit it. Offline
 * every loop goes on: its turns may be on no record, and what they ask for has to be.
 */
export async function loopAsRecorded({ run }: ReplayedScope, key: string): Promise<void> {
  const { loops, unasked, offline: isOffline } = run.recovered as RecoveredRun;
  unasked.asked(key);
  if (isOffline || loops.has(key) || unasked.within(`${key}/`)) return;
  await allAsked(run, key);
}

/** Resolves when all on record was asked for, so that something new can be recorded; never where the code does not fit it. */
export async function allAsked(run: RunContext, key: string): Promise<void> {
  if (!(await whenAllAsked(run, key))) await never();
}

/** Resolves when all on record in a scope, whose body has ended, was asked for; else never. */
export async function haltUnlessAllAsked({ run, path }: ReplayedScope): Promise<void> {
  const { unasked } = run.recovered as RecoveredRun;
  if (!(await whenNothingIs(() => unasked.firstOf(path), run, undefined))) await never();
}

/** Whether everything on record was asked for; where it was not, the run is halted. */
function whenAllAsked(run: RunContext, key: string): Promise<boolean> {
  const { unasked } = run.recovered as RecoveredRun;
  return whenNothingIs(() => unasked.first(), run, key);
}

async function whenNothingIs(
  unaskedOne: () => string | undefined,
  run: RunContext,
  key: string | undefined,
): Promise<boolean> {
  const { unasked } = run.recovered as RecoveredRun;
  for (let recorded = unaskedOne(); recorded !== undefined; recorded = unaskedOne()) {
    const { left } = unasked;
    for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
    if (unasked.left < left) continue;
    // What waits for a place may be what is open, and something new may have that place.
    if (unasked.onlyOpen && run.root.waiting > 0) return true;
    if (unasked.underWay === 0) {
      halt(run, recorded, key);
      return false;
    }
    await unasked.change();
  }
  return true;
}

function isRecorded({ recovered }: RunContext, key: string): boolean {
  const { steps, timers, signals } = recovered as RecoveredRun;
  return steps.has(key) || timers.has(key) || signals.has(key);
}

/** What was cut off stays as it was. */
function offline(run: RunContext, key: string, work: Promise<unknown>): void {
  work.catch(() => {});
  if (isRecorded(run, key)) haltWhereStuck(run, key, work);
  else run.halt(notOnRecordError(key));
}

/** For how long a run that is only gone through may do nothing that is on record: code between steps may take its time. */
const PATIENCE = 2_000;

/** On record something else ended the run, or the scope, before that had an outcome. Code in which nothing does would wait for ever. */
function haltWhereStuck(run: RunContext, key: string, work: Promise<unknown>): void {
  const { unasked } = run.recovered as RecoveredRun;
  const wait = (left: number): Timer =>
    run.clock.timer(PATIENCE, () => {
      if (unasked.left === left) run.halt(neverEndedError(key));
      else timer = wait(unasked.left);
    });
  let timer = wait(unasked.left);
  const over = (): void => timer.cancel();
  void work.then(over, over);
}

function isSettled({ recovered }: RunContext, key: string): boolean {
  const { steps, timers, signals } = recovered as RecoveredRun;
  if (timers.get(key)?.fired === true) return true;
  return (steps.get(key) ?? signals.get(key))?.outcome !== undefined;
}

function halt(run: RunContext, recorded: string, asked: string | undefined): void {
  const { versions } = run.recovered as RecoveredRun;
  const version = run.changedVersion as string;
  if (run.recovered?.offline === true) return run.halt(notAskedForError(recorded, asked));
  const others = [...versions].filter((each) => each !== version);
  run.halt(versionMismatchError({ recorded, asked, versions: others, version }));
}

function never(): Promise<never> {
  return new Promise(() => {});
}
