import type { EventEnvelope } from "../../base/index.ts";
import { COMPACT, isInTurn, LOOP, placeInTurn, THINK } from "./turn-record.ts";

/** A process begins to execute the run. */
const BEGINNINGS: ReadonlySet<string> = new Set(["run-started", "run-resumed"]);

/** Recorded by the process that executes the run alone: until then it has worked. */
const WORKED: ReadonlySet<string> = new Set([
  "step-finished",
  "step-failed",
  "step-retried",
  "run-suspended",
  "run-paused",
]);

/**
 * What is on record of a run's turns before its code comes to them. Where it tells what was decided, a run that goes on, or is
 * replayed, does not decide by what is so in its own process.
 */
export class RecordedTurns {
  #time = 0;
  /** When the work began that is not counted yet, in milliseconds since 1970. */
  #since: number | undefined;
  #rests = false;
  readonly #summedUp = new Map<number, boolean>();

  /**
   * Milliseconds that processes before this one worked at the turn that has not ended, without those in which it rested. What
   * was under way when they died is on no record.
   */
  get time(): number {
    return this.#time;
  }

  /** Whether the oldest messages were summed up in a turn; nothing where no record decides it. */
  summedUp(turn: number): boolean | undefined {
    return this.#summedUp.get(turn);
  }

  async read(events: AsyncIterable<EventEnvelope>): Promise<void> {
    for await (const event of events) {
      this.#count(event);
      if (event.type === "step-finished" || event.type === "step-failed") this.#decide(event.key);
    }
  }

  #count({ type, key, at }: EventEnvelope): void {
    if (type === "turn-finished" && key === LOOP) {
      this.#time = 0;
      this.#since = at;
    } else if (BEGINNINGS.has(type)) {
      this.#since = undefined;
      this.#rests = false;
    } else if (this.#rests) {
      this.#since = at;
      this.#rests = false;
    } else if (this.#since === undefined) {
      if (isInTurn(key)) this.#since = at;
    } else if (WORKED.has(type)) {
      // The clock may have been set back.
      this.#time += Math.max(0, at - this.#since);
      this.#since = at;
      this.#rests = type === "run-suspended";
    }
  }

  #decide(key: string): void {
    const place = placeInTurn(key);
    if (place === undefined || place.call > 0) return;
    if (place.name === COMPACT) this.#summedUp.set(place.turn, true);
    else if (place.name === THINK && !this.#summedUp.has(place.turn)) this.#summedUp.set(place.turn, false);
  }
}
