import type { EventEnvelope, MessageKey } from "../../base/index.ts";
import type { DefinedAgent } from "./defined-behaviour.ts";
import type { ReplayReport } from "./replay-report.ts";
import type { FollowListener } from "./run-followers.ts";

export interface ForkRunOptions {
  /** The id of the new agent, which must not be in use. */
  readonly as: string;
  /** The number of turns of its loop after which the run is forked; 0 for its beginning. @default after the last turn that ended */
  readonly at?: number;
}

/** The runs of a host's agents, one for each message: to read their records, follow, add to, fork and replay them. */
export interface HostRuns {
  /** Returns the recorded events of a run. */
  events(run: string): AsyncIterable<EventEnvelope>;
  /** Returns the memory of a run's agent before the run. @throws AitorError (rejects with) `run-unknown`, `history-not-kept`. */
  memoryBefore(agent: DefinedAgent, run: string): Promise<unknown>;
  /** Lists the runs of an agent, and those below them, that have begun and not ended. */
  unfinished(key: MessageKey): Promise<string[]>;
  /**
   * Calls `listener` with what happens from now on in a run and in the runs that it delegated to: the events of their records,
   * and what handlers publish, which is never recorded. The listener is not awaited.
   *
   * @returns A function that ends this.
   */
  follow(run: string, listener: FollowListener): () => void;
  /** Records a custom event in a run; see `engine.note`. */
  note(run: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Makes a new agent in which the run continues from the end of a turn, with the memory as it was then; see `docs/react.md`.
   *
   * @returns The new run, which is under way.
   * @throws AitorError (rejects with) `run-unknown`, `agent-exists`, `history-not-kept`.
   */
  fork(agent: DefinedAgent, run: string, options: ForkRunOptions): Promise<string>;
  /**
   * Executes a finished run again, from its record alone: no step is done and no model is called. The code has to decide what
   * is on record.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-not-finished`, `history-not-kept`, `agent-undefined`.
   */
  replay(agent: DefinedAgent, run: string): Promise<ReplayReport>;
}
