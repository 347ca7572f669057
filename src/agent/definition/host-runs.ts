import type { EventEnvelope, MessageKey } from "../../base/index.ts";
import type { DefinedAgent } from "./defined-behaviour.ts";
import type { ReplayReport } from "./replay-report.ts";
import type { FollowListener } from "./run-followers.ts";

export interface ForkRunOptions {
  /** The id of the new agent, which must not be in use. */
  readonly as: string;
  /** After how many turns of its loop the run is forked; 0: at its beginning. @default after the last one that ended */
  readonly at?: number;
}

/** The runs of a host's agents, one for each message: what is on record of them, what happens in them, and what is put in. */
export interface HostRuns {
  /** What is on record of a run. */
  events(run: string): AsyncIterable<EventEnvelope>;
  /** The memory of a run's agent as it was before the run. @throws AitorError (rejects with) `run-unknown`, `history-not-kept`. */
  memoryBefore(agent: DefinedAgent, run: string): Promise<unknown>;
  /** The runs of an agent that have begun and not ended: the one under way, and in it those that wait. */
  unfinished(key: MessageKey): Promise<string[]>;
  /**
   * Tells what happens in a run, and in those that it delegated to, from now on: their records' events, and what handlers publish, which is
   * on none. The listener is not waited for.
   *
   * @returns Ends it.
   */
  follow(run: string, listener: FollowListener): () => void;
  /** Records an event of your own in a run, see `engine.note`. */
  note(run: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Makes a new agent in which the run goes on from the end of a turn, with memory as it was then; see `docs/react.md`.
   *
   * @returns The new run, which is under way.
   * @throws AitorError (rejects with) `run-unknown`, `agent-exists`, `history-not-kept`.
   */
  fork(agent: DefinedAgent, run: string, options: ForkRunOptions): Promise<string>;
  /**
   * Executes a finished run again, from its record alone: no step is done, no model asked. What the code decides has to be as it
   * is on record.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-not-finished`, `history-not-kept`, `agent-undefined`.
   */
  replay(agent: DefinedAgent, run: string): Promise<ReplayReport>;
}
