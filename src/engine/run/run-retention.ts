import type { EventEnvelope } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { EngineEvent } from "../record/events.ts";
import type { RunEvents } from "./run-events.ts";

/** A run that is over, as far as it matters whether it is kept. */
interface OverRun {
  readonly id: string;
  readonly parent?: string | undefined;
  readonly key?: unknown;
  /** Nothing where it began here. */
  readonly recovered?: unknown;
  /** Somebody has its handle. */
  readonly watched: boolean;
}

/** What a journal keeps of runs that have ended. */
export class RunRetention {
  readonly #journal: Journal;
  readonly #forgets: boolean;
  /** Runs that have, or had, children here. */
  readonly #parents = new Set<string>();
  /** Runs that are being dropped from a durable journal. Closing waits for them, since no other process would drop them. */
  readonly #beingForgotten = new Set<Promise<void>>();

  constructor(journal: Journal, retain: "all" | "nothing") {
    this.#journal = journal;
    this.#forgets = retain === "nothing";
  }

  /** A run has a child. */
  addParent(run: string): void {
    this.#parents.add(run);
  }

  /** Ends the events of a run that is over, when it is forgotten where it is to be. @param ended Its ending is on record. */
  end(run: OverRun, ended: boolean, events: RunEvents): void {
    // A child's result is its parent's until that has ended, and a message's id is to be known again.
    const isItsOwn = run.parent === undefined && run.key === undefined;
    if (this.#forgets && ended && isItsOwn) return void this.#forgetting(run, events);
    events.end();
    this.#parents.delete(run.id);
  }

  /** Resolves when what is being forgotten is. */
  async settled(): Promise<void> {
    await Promise.all(this.#beingForgotten);
  }

  async #forgetting(run: OverRun, events: RunEvents): Promise<void> {
    const forgotten = this.#forget(run, events);
    if (this.#journal.durable) this.#beingForgotten.add(forgotten);
    await forgotten;
    this.#beingForgotten.delete(forgotten);
    this.#parents.delete(run.id);
  }

  /** Drops the events of a run, and keeps them for its handle where one was given out. */
  async #forget({ id, watched, recovered }: OverRun, events: RunEvents): Promise<void> {
    const kept: EventEnvelope[] = [];
    try {
      if (watched) for await (const event of this.#journal.read(id)) kept.push(event);
      await this.#drop(id, recovered !== undefined);
    } catch {
      // The journal is closed or fails, and keeps the run. That is no failure of the run, which has ended.
      events.end();
      return;
    }
    events.end(async function* (from) {
      for (const event of kept) if (event.seq >= from) yield event;
    });
  }

  async #drop(id: string, isResumed: boolean): Promise<void> {
    if (isResumed || this.#parents.has(id)) {
      for await (const event of this.#journal.read(id) as AsyncIterable<EngineEvent>) {
        if (event.type === "step-started" && event.data.child !== undefined) await this.#drop(event.data.child, true);
      }
    }
    await this.#journal.drop(id);
  }
}
