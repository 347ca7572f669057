import type { Runnable } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { HaltedOrNot } from "./active-run.ts";
import type { ActiveRuns, Launch } from "./active-runs.ts";
import { engineOf } from "./journal-engines.ts";
import { type Ending, RecoveredRun } from "../record/recovered-run.ts";
import type { ChildCall, ChildRun } from "../steps/run-context.ts";
import { runBefore } from "../record/message-order.ts";
import { notItsTurnError } from "../record/message-errors.ts";
import { runMismatchError, runTakenError, runUnknownError } from "../record/run-errors.ts";
import { headOf } from "../record/run-head.ts";
import { RunEvents } from "./run-events.ts";
import type { RunLocks } from "./run-locks.ts";
import type { ChildOf } from "./run-settings.ts";

/** How a run is gone on with. */
export type How = Pick<Launch<never, unknown>, "parent" | "watched" | "onRest" | "onYield" | "holder">;

interface Place {
  readonly journal: Journal;
  readonly runs: ActiveRuns;
  readonly locks: RunLocks;
  readonly offline: boolean;
  /** Throws where the engine is closed. */
  readonly checkOpen: () => void;
}

/** Goes on with runs that a journal holds. */
export class Resumption {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  /** @throws AitorError (rejects with) `run-unknown`, `run-mismatch`, `run-taken`, `not-its-turn`, `engine-closed`. */
  resume<Output>(runnable: Runnable<never, Output>, id: string, how: How): Promise<HaltedOrNot<Output>> {
    return this.#place.locks.hold(id, () => this.#resume(runnable, id, how));
  }

  /** Starts a child of a run, or goes on with it. */
  async child<Input, Output>(
    of: ChildOf,
    ...[runnable, input, id, onRest]: ChildCall<Input, Output>
  ): Promise<ChildRun<Output>> {
    const { journal, runs, checkOpen } = this.#place;
    const how: How = { ...of, watched: false, onRest };
    if ((await headOf(journal, id)) !== undefined) return this.resume(runnable, id, how);
    checkOpen();
    return runs.launch({ id, runnable, input, ...how });
  }

  async #resume<Output>(runnable: Runnable<never, Output>, id: string, how: How): Promise<HaltedOrNot<Output>> {
    const { journal, runs, offline, checkOpen } = this.#place;
    const active = runs.get(id);
    if (active !== undefined) {
      if (active.name !== runnable.name) throw runMismatchError(id, active.name, runnable.name);
      return active.handle as HaltedOrNot<Output>;
    }
    if (engineOf(id, journal.inbox) !== undefined) throw runTakenError(id);
    const recovered = await RecoveredRun.read(journal.read(id));
    if (recovered === undefined) throw runUnknownError(id);
    recovered.offline = offline;
    if (recovered.name !== runnable.name) throw runMismatchError(id, recovered.name, runnable.name);
    await this.#checkTurn(id, recovered);
    checkOpen();
    if (runs.get(id) !== undefined) return this.#resume(runnable, id, how);
    if (recovered.ending === undefined) {
      const { key, input, started } = recovered;
      const known = { id, recovered, key, ...how, parent: how.parent ?? started?.parent };
      return runs.launch({ ...known, runnable, input: input as never });
    }
    const events = new RunEvents((from) => journal.read(id, from));
    events.end();
    return endedHandle(id, recovered.ending as Ending<Output>, events);
  }

  /** Messages to a key are handled in their order, whoever goes on with one. A fork is nobody's message. */
  async #checkTurn(id: string, { key, ending, started }: RecoveredRun): Promise<void> {
    if (key === undefined || ending !== undefined || started?.forkedFrom !== undefined || this.#place.offline) return;
    const before = await runBefore(this.#place.journal, key, id);
    if (before !== undefined) throw notItsTurnError(id, key, before);
  }
}

function endedHandle<Output>(id: string, ending: Ending<Output>, events: RunEvents): HaltedOrNot<Output> {
  const result = "output" in ending ? Promise.resolve(ending.output) : Promise.reject(ending.error);
  result.catch(() => {});
  return { id, result, halted: false, cancel: async () => {}, [Symbol.asyncIterator]: () => events.subscribe() };
}
