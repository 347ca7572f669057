import { type Clock, messageOf } from "../../base/index.ts";
import type { Candidate } from "./candidate.ts";
import { type Failure, failure } from "../format/failure.ts";
import type { KeySlot } from "./key-slot.ts";
import { worthWaiting } from "./model.ts";
import { wait } from "./wait.ts";

export interface Chosen {
  readonly candidate: Candidate;
  readonly slot: KeySlot;
}

/** Chooses which model is asked next, and with which key: the first of the list that can be asked soon. */
export class Candidates {
  readonly list: readonly Candidate[];
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #time: number;
  /** Milliseconds that were waited for models that were down or asked to be left alone. */
  #waited = 0;

  /**
   * @param patience For how long one is waited for while another could be asked at once.
   * @param time For how long all waits together may last.
   */
  constructor(list: readonly Candidate[], clock: Clock, patience: number, time: number) {
    this.list = list;
    this.#clock = clock;
    this.#patience = patience;
    this.#time = time;
  }

  /**
   * Waits where that makes sense: without limit while a model has only too much to do, and otherwise as long as time is
   * left. The slot is to be given back.
   *
   * @returns Nothing where no model can be asked in time.
   * @throws The signal's reason.
   */
  async choose(signal: AbortSignal): Promise<Chosen | undefined> {
    for (;;) {
      const next = this.#next();
      if (next === undefined) return undefined;
      const { candidate, ms, busy } = next;
      if (busy) {
        const slot = await candidate.model.wait(signal);
        if (slot !== undefined) return { candidate, slot };
        continue;
      }
      if (ms === 0) {
        const slot = candidate.model.take();
        if (slot !== undefined) return { candidate, slot };
        continue;
      }
      if (!this.#inTime(next)) {
        candidate.failure ??= failure("server", `it is left alone for ${Math.ceil(ms)} ms, after failures`);
        return undefined;
      }
      this.#waited += ms;
      await wait(this.#clock, ms, signal);
    }
  }

  /** Whether this one is asked next, as far as that can be told. */
  isNext(candidate: Candidate): boolean {
    const next = this.#next();
    return next?.candidate === candidate && this.#inTime(next);
  }

  /** Who has only too much to do is waited for without limit. */
  #inTime({ ms, busy }: { readonly ms: number; readonly busy: boolean }): boolean {
    return busy || this.#waited + ms <= this.#time;
  }

  /** Why it can be asked no more. What is set up wrong of the first is for its owner to hear at once. */
  #lost(candidate: Candidate): Failure | undefined {
    try {
      return candidate.model.lost;
    } catch (error) {
      if (candidate === this.list[0]) throw error;
      return failure("key-refused", messageOf(error), error);
    }
  }

  /** The first of the list, where it can be asked at once: as `choose` gives it. */
  get atOnce(): Chosen | undefined {
    const candidate = this.list[0] as Candidate;
    const { model } = candidate;
    if (candidate.left <= 0 || candidate.notBefore > 0 || model.hindrance !== undefined) return undefined;
    const slot = model.take();
    return slot && { candidate, slot };
  }

  /** The first that can be asked soon, and in time; else the one that can be asked soonest. */
  #next(): { candidate: Candidate; ms: number; busy: boolean } | undefined {
    const now = this.#clock.monotonic();
    let soonest: { candidate: Candidate; ms: number; busy: boolean } | undefined;
    for (const candidate of this.list) {
      if (candidate.left <= 0) continue;
      const { model } = candidate;
      const lost = this.#lost(candidate);
      if (lost !== undefined) {
        candidate.failure = lost;
        candidate.left = 0;
        continue;
      }
      const held = Math.max(0, candidate.notBefore - now);
      const { hindrance } = model;
      const busy = held === 0 && hindrance !== undefined && worthWaiting(hindrance.why, hindrance.ms);
      // One that is held back also waits for its model then.
      const own = hindrance === undefined || hindrance.ms === Infinity ? 0 : hindrance.ms;
      const found = { candidate, ms: Math.max(held, own), busy };
      if (found.ms <= this.#patience && this.#inTime(found)) return found;
      if (soonest === undefined || found.ms < soonest.ms) soonest = found;
    }
    return soonest;
  }
}
