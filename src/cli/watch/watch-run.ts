import { type EmbeddedEngine, endsRun, type RunHandle } from "../../engine/index.ts";
import { backgroundClock } from "../terminal/background-clock.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { InterruptedError, isWithdrawal } from "../terminal/errors.ts";
import type { Interruption } from "../terminal/interruption.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import { ProcessHold } from "../terminal/process-hold.ts";
import { LiveProgress } from "./live-progress.ts";
import { OpenWaits } from "./open-waits.ts";
import { PlainProgress } from "./plain-progress.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { RestingRuns } from "./resting-runs.ts";
import type { Journal } from "../../journal/index.ts";
import { toldLines } from "../text/wait-text.ts";
import { patienceLine, resumeLine, startLine } from "../text/watch-text.ts";

/** What runs it. */
export type EngineOfRun = Pick<EmbeddedEngine, "observe" | typeof Symbol.asyncDispose>;

export interface WatchedRun {
  readonly engine: EngineOfRun;
  readonly handle: RunHandle<unknown>;
  readonly name: string;
  /** None where the run is in memory. */
  readonly place: JournalPlace | undefined;
  /** None where the run is in memory. */
  readonly journal: Journal | undefined;
  readonly output: CommandOutput;
  readonly interruption: Interruption;
  /** What is on record of it from before: the `seq` of its last event, and finished steps; and the module that `--module` named. */
  readonly past?: { readonly last: number; readonly steps: number; readonly module: string | undefined };
}

/** The run's result, after its progress was shown to the end. An interruption cancels the run, or leaves it to be resumed. */
export async function watchRun(watched: WatchedRun): Promise<unknown> {
  const { engine, handle, name, place, output, interruption, past } = watched;
  const { signal } = interruption;
  const display: ProgressDisplay =
    output.terminal === undefined
      ? new PlainProgress(name, (text) => output.write(text), backgroundClock, output.style)
      : new LiveProgress(name, output.terminal, backgroundClock, output.style);
  const showDirectly = output.showThrough((text) => display.above(text));
  const interrupted = (): void => {
    const { reason } = signal as { reason: unknown };
    if (reason instanceof InterruptedError) output.tell(patienceLine(reason));
    void (place === undefined || isWithdrawal(reason) ? handle.cancel(reason) : engine[Symbol.asyncDispose]());
  };
  signal.addEventListener("abort", interrupted, { once: true });
  if (signal.aborted) interrupted();
  let succeeded = false;
  const stopTelling = tellStart(watched);
  const stopHolding = holdAtRest(watched);
  const shown = showEvents(watched, display);
  try {
    const result = await handle.result;
    succeeded = true;
    return result;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    const ended = await shown;
    stopTelling();
    stopHolding();
    signal.removeEventListener("abort", interrupted);
    showDirectly();
    display.end(succeeded);
    if (place !== undefined && !ended) output.tell(resumeLine(handle.id, past?.module, place, output.style));
  }
}

/** Says the run's id as soon as the run is on record, so that it can be resumed whatever comes. */
function tellStart({ engine, handle, name, place, output, past }: WatchedRun): () => void {
  if (place === undefined) return () => {};
  const stop = engine.observe(({ run, type }) => {
    if (run !== handle.id || (type !== "run-started" && type !== "run-resumed")) return;
    stop();
    output.tell(startLine(run, name, past?.steps, output.style));
  });
  return stop;
}

/**
 * While the run rests, the process is kept: what it waits for comes through the journal, also where that is another run, its child
 * or one that handles a message of its. What that one asks is told.
 */
function holdAtRest({ engine, handle, place, journal, output }: WatchedRun): () => void {
  if (place === undefined || journal === undefined) return () => {};
  const rest = new ProcessHold();
  const others = new RestingRuns(journal, ({ id }, wait) => {
    output.tell(toldLines({ ...wait, run: id, option: place.option }, Date.now()));
  });
  const stop = engine.observe((event) => {
    if (event.run !== handle.id) return others.take(event);
    if (event.type === "run-suspended") rest.hold();
    else if (event.seq > 0) rest.release();
  });
  return () => {
    stop();
    rest.release();
  };
}

/** Whether the run began and did not end is what its events tell: resolves with `true` where there is nothing to resume. */
async function showEvents(watched: WatchedRun, display: ProgressDisplay): Promise<boolean> {
  const { handle, place, output } = watched;
  const past = watched.past?.last ?? 0;
  using waits = new OpenWaits(handle.id, place, (text) => output.tell(text));
  let begun = past > 0;
  let ended = false;
  for await (const event of handle) {
    if (endsRun(event.type)) ended = true;
    waits.apply(event);
    if (event.seq <= past) continue;
    if (event.type === "run-started" || event.type === "run-resumed") {
      begun = true;
      for (const open of past > 0 ? waits.events : []) display.apply(open);
      waits.tell();
    }
    display.apply(event);
  }
  return ended || !begun;
}
