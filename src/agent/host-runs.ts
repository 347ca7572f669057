import type { EventEnvelope } from "../base/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Journal } from "../journal/index.ts";
import type { FollowListener, RunFollowers } from "./run-followers.ts";

/** The runs of a host's agents, one for each message: what is on record of them, what happens in them, and what is put in. */
export class HostRuns {
  readonly #journal: Journal;
  readonly #engine: Pick<Engine, "note">;
  readonly #followers: RunFollowers;

  /** @internal */
  constructor(journal: Journal, engine: Pick<Engine, "note">, followers: RunFollowers) {
    this.#journal = journal;
    this.#engine = engine;
    this.#followers = followers;
  }

  /** What is on record of a run. */
  events(run: string): AsyncIterable<EventEnvelope> {
    return this.#journal.read(run);
  }

  /**
   * Tells what happens in a run, and in those that it delegated to, from now on: the events of their records, and what their
   * handlers publish (`ctx.feed`), which is on none. The listener is not waited for.
   *
   * @returns Ends it.
   */
  follow(run: string, listener: FollowListener): () => void {
    return this.#followers.follow(run, listener);
  }

  /** Records an event of your own in a run, see `engine.note`. */
  note(run: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#engine.note(run, type, data);
  }
}
