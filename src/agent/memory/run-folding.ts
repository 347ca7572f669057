import type { EventEnvelope } from "../../base/index.ts";
import { endsRun } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { eventsOf } from "./damaged-memory.ts";
import { COMMITS, fold } from "./folding.ts";

/** A state of memory, and how many events came into it. */
export interface Folded {
  readonly state: unknown;
  readonly events: number;
}

/** Folds what is on record of a run into memory, from one commit point to the next. */
export class RunFolding {
  readonly run: string;
  readonly #rules: MemoryRules;
  readonly #failed: (event: EventEnvelope, thrown: unknown) => void;
  readonly #events: AsyncGenerator<EventEnvelope, void, undefined>;
  #hasEnded = false;

  /** @param failed Told of what the fold could not take. */
  constructor(
    journal: Journal,
    run: string,
    rules: MemoryRules,
    failed: (event: EventEnvelope, thrown: unknown) => void,
  ) {
    this.run = run;
    this.#rules = rules;
    this.#failed = failed;
    this.#events = eventsOf(journal, run);
  }

  /** Up to the first commit point behind this `seq`. @throws DamagedMemory, JournalFailure. */
  async commitBehind(seq: number, from: unknown): Promise<Folded> {
    let state = from;
    for (let events = 0; ;) {
      const next = await this.#events.next();
      if (next.done === true) return { state, events };
      const event = next.value;
      state = fold(this.#rules, state, event, this.#failed);
      events++;
      if (event.seq <= seq || !COMMITS.has(event.type)) continue;
      this.#hasEnded = endsRun(event.type);
      return { state, events };
    }
  }

  /**
   * The rest of a run that has ended by this `seq`. There is one where it was cancelled while no process had it awake: nobody
   * was there to say that it is a part of memory, too. To be called once, at last.
   *
   * @returns Nothing where it has not ended.
   * @throws DamagedMemory, JournalFailure.
   */
  async rest(upTo: number, from: unknown): Promise<Folded | undefined> {
    if (this.#hasEnded) return { state: from, events: 0 };
    const rest: EventEnvelope[] = [];
    for await (const event of this.#events) {
      if (event.seq > upTo) break;
      rest.push(event);
    }
    if (!endsRun(rest.at(-1)?.type ?? "")) return undefined;
    const state = rest.reduce<unknown>((before, event) => fold(this.#rules, before, event, this.#failed), from);
    return { state, events: rest.length };
  }

  async close(): Promise<void> {
    await this.#events.return(undefined);
  }
}
