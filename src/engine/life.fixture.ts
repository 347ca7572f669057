import type { Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { crashingJournal, type CrashPoint, virtualClock, type VirtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import { recorded } from "./engine.fixture.ts";

/** A process, from its start to its crash. */
export interface Life {
  readonly engine: EmbeddedEngine;
  readonly clock: VirtualClock;
  /** The journal as the process sees it. */
  readonly journal: Journal & { readonly appends: number };
  readonly alive: () => boolean;
}

/** What never ends, or is refused, in a process that dies is nobody's failure. */
export function life(journal: Journal, point?: CrashPoint, options: EmbeddedEngineOptions = {}): Life {
  const crashing = crashingJournal(journal, point);
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal: crashing, clock, inDoubt: "ask", ...options });
  return { engine, clock, journal: crashing, alive: () => crashing.appends < (point?.append ?? Infinity) };
}

/** Starts a run, or goes on with it where it is on record; what becomes of it. */
export async function goOn<Output>(
  { engine }: Life,
  journal: Journal,
  definition: Runnable<void, Output>,
  id = "r",
): Promise<{ output?: Output; error?: unknown }> {
  const became: { output?: Output; error?: unknown } = {};
  const known = (await recorded(journal, id)).length > 0;
  const handle = known ? await engine.resume(definition, id) : engine.start(definition, undefined, { id });
  void handle.result.then(
    (output) => (became.output = output),
    (error: unknown) => (became.error = error),
  );
  return became;
}

/** Calls `live` with each point at which a process can die, of as many as `counted` has. */
export async function atEachPoint(counted: number, live: (point: CrashPoint) => Promise<void>): Promise<void> {
  for (const when of ["before", "after"] as const) {
    for (let append = 1; append <= counted; append++) {
      try {
        await live({ append, when });
      } catch (error) {
        throw new Error(`with a crash ${when} append ${append}`, { cause: error });
      }
    }
  }
}
