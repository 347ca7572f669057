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
  readonly locks: RunLocks;
  readonly offline: boolean;
}

/** Goes on with runs that a journal holds. */
export class Resumption {
  readonly #journal: Journal;
  readonly #runs: ActiveRuns;
  readonly #locks: RunLocks;
  readonly #offline: boolean;
  readonly #checkOpen: () => void;

  /** @param checkOpen Throws where the engine is closed. */
  constructor({ journal, locks, offline }: Place, runs: ActiveRuns, checkOpen: () => void) {
    this.#journal = journal;
    this.#offline = offline;
    this.#runs = runs;
    this.#locks = locks;
    this.#checkOpen = checkOpen;
  }

  /** @throws AitorError (rejects with) `run-unknown`, `run-mismatch`, `run-taken`, `not-its-turn`, `engine-closed`. */
  resume<Output>(runnable: Runnable<never, Output>, id: string, how: How): Promise<HaltedOrNot<Output>> {
    return this.#locks.hold(id, () => this.#resume(runnable, id, how));
  }

  /** Starts a child of a run, or goes on with it. */
  async child<Input, Output>(
    of: ChildOf,
    ...[runnable, input, id, onRest]: ChildCall<Input, Output>
  ): Promise<ChildRun<Output>> {
    const how: How = { ...of, watched: false, onRest };
    if ((await headOf(this.#journal, id)) !== undefined) return this.resume(runnable, id, how);
    this.#checkOpen();
    return this.#runs.launch({ id, runnable, input, ...how });
  }

  async #resume<Output>(runnable: Runnable<never, Output>, id: string, how: How): Promise<HaltedOrNot<Output>> {
    const active = this.#runs.get(id);
    if (active !== undefined) {
      if (active.name !== runnable.name) throw runMismatchError(id, active.name, runnable.name);
      return active.handle as HaltedOrNot<Output>;
    }
    if (engineOf(id, this.#journal.inbox) !== undefined) throw runTakenError(id);
    const recovered = await RecoveredRun.read(this.#journal.read(id));
    if (recovered === undefined) throw runUnknownError(id);
    recovered.offline = this.#offline;
    if (recovered.name !== runnable.name) throw runMismatchError(id, recovered.name, runnable.name);
    await this.#checkTurn(id, recovered);
    this.#checkOpen();
    if (this.#runs.get(id) !== undefined) return this.#resume(runnable, id, how);
    if (recovered.ending === undefined) {
      const { key, input, started } = recovered;
      const known = { id, recovered, key, ...how, parent: how.parent ?? started?.parent };
      return this.#runs.launch({ ...known, runnable, input: input as never });
    }
    const events = new RunEvents((from) => this.#journal.read(id, from));
    events.end();
    return endedHandle(id, recovered.ending as Ending<Output>, events);
  }

  /** Messages to a key are handled in their order, whoever goes on with one. A fork is nobody's message. */
  async #checkTurn(id: string, { key, ending, started }: RecoveredRun): Promise<void> {
    if (key === undefined || ending !== undefined || started?.forkedFrom !== undefined || this.#offline) return;
    const before = await runBefore(this.#journal, key, id);
    if (before !== undefined) throw notItsTurnError(id, key, before);
  }
}

function endedHandle<Output>(id: string, ending: Ending<Output>, events: RunEvents): HaltedOrNot<Output> {
  const result = "output" in ending ? Promise.resolve(ending.output) : Promise.reject(ending.error);
  result.catch(() => {});
  return { id, result, halted: false, cancel: async () => {}, [Symbol.asyncIterator]: () => events.subscribe() };
}
