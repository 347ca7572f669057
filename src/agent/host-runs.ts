import type { EventEnvelope, MessageKey } from "../base/index.ts";
import { type Engine, mailboxName } from "../engine/index.ts";
import type { Journal } from "../journal/index.ts";
import type { AgentBehaviour } from "./agent-behaviour.ts";
import type { AgentMemories } from "./agent-memories.ts";
import type { FollowListener, RunFollowers } from "./run-followers.ts";
import { forkRun, type ForkRunOptions } from "./run-fork.ts";
import { type ReplayReport, replayRun } from "./run-replay.ts";

interface Place {
  readonly journal: Journal;
  readonly engine: Pick<Engine, "note">;
  readonly memories: AgentMemories;
  readonly followers: RunFollowers;
  /** Goes on with a run. */
  readonly resume: (run: string) => Promise<unknown>;
}

/** The runs of a host's agents, one for each message: what is on record of them, what happens in them, and what is put in. */
export class HostRuns {
  readonly #place: Place;

  /** @internal */
  constructor(place: Place) {
    this.#place = place;
  }

  /** What is on record of a run. */
  events(run: string): AsyncIterable<EventEnvelope> {
    return this.#place.journal.read(run);
  }

  /** The runs of an agent that have begun and not ended: the one under way, and in it those that wait. */
  async unfinished(key: MessageKey): Promise<string[]> {
    const runs: string[] = [];
    const prefix = `${mailboxName(key)}/`;
    for await (const { stream, state } of this.#place.journal.heads({ kind: "run", ended: false })) {
      if (stream.startsWith(prefix) && state !== "queued") runs.push(stream);
    }
    return runs;
  }

  /**
   * Tells what happens in a run from now on: the events of its record, and what its handler publishes (`ctx.feed`), which is
   * on none. The listener is not waited for.
   *
   * @returns Ends it.
   */
  follow(run: string, listener: FollowListener): () => void {
    return this.#place.followers.follow(run, listener);
  }

  /** Records an event of your own in a run, see `engine.note`. */
  note(run: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#place.engine.note(run, type, data);
  }

  /**
   * Makes a new agent in which the run goes on from the end of a turn, see `docs/react.md`.
   *
   * @returns The new run, which is under way.
   * @throws AitorError (rejects with) `run-unknown`, `agent-exists`.
   */
  async fork(behaviour: AgentBehaviour, run: string, options: ForkRunOptions): Promise<string> {
    const forked = await forkRun(this.#place, behaviour, run, options);
    await this.#place.resume(forked);
    return forked;
  }

  /** Executes a finished run again, from its record alone. @throws AitorError (rejects with) `run-unknown`, `run-not-finished`. */
  replay(behaviour: AgentBehaviour, run: string): Promise<ReplayReport> {
    return replayRun(this.#place.journal, behaviour, run);
  }
}
