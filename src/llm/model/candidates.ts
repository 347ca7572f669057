import { type Clock, messageOf } from "../../base/index.ts";
import type { Candidate } from "./candidate.ts";
import { type Failure, failure } from "../format/failure.ts";
import type { ModelFacts } from "../format/price.ts";
import { isTried, type Place, worthWaiting } from "./key-slot.ts";
import { unlessAborted, wait } from "./wait.ts";

export interface Chosen {
  readonly candidate: Candidate;
  /** To be given back. */
  readonly place: Place;
}

interface Next {
  readonly candidate: Candidate;
  /** Milliseconds until it can be asked, as far as that is known. */
  readonly ms: number;
  /** It has only too much to do, or is being tried. */
  readonly busy: boolean;
  /** Milliseconds after which another one can be asked, where that counts. */
  readonly atMost?: number;
}

/** Chooses which model is asked next, and with which key: the first of the list that can be asked soon. */
export class Candidates {
  readonly list: readonly Candidate[];
  /** Tokens of the prompt, by estimate: 0 where it was not counted. */
  prompt = 0;
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #time: number;
  /** Milliseconds that were waited for models that were down or asked to be left alone. */
  #waited = 0;

  /**
   * @param patience For how long one that failed or rests is waited for while another could be asked at once.
   * @param time For how long all waits together may last.
   */
  constructor(list: readonly Candidate[], clock: Clock, patience: number, time: number) {
    this.list = list;
    this.#clock = clock;
    this.#patience = patience;
    this.#time = time;
  }

  /** One of them limits tokens: prompts have to be counted. */
  get limitTokens(): boolean {
    return this.list.some(({ model }) => model.limitsTokens);
  }

  /**
   * Waits where that makes sense: without limit while a model has only too much to do, and otherwise as long as time is
   * left.
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
        const place = await candidate.model.keys.wait(this.prompt, signal, next.atMost);
        if (place !== undefined) return { candidate, place };
        continue;
      }
      if (ms === 0) {
        const place = candidate.model.keys.take(this.prompt);
        if (place !== undefined) return { candidate, place };
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
  #inTime({ ms, busy }: Next): boolean {
    return busy || this.#waited + ms <= this.#time;
  }

  /** What was too long for one model is sent to none whose window is not known to be larger. @throws The signal's reason. */
  leaveSmaller(candidate: Candidate, signal: AbortSignal): Promise<void> {
    return unlessAborted(this.#leaveSmaller(candidate), signal);
  }

  async #leaveSmaller(candidate: Candidate): Promise<void> {
    // What cannot be loaded now is not known.
    const factsOf = ({ model }: Candidate): Promise<Partial<ModelFacts>> => model.facts().catch(() => ({}));
    const { contextWindow: reached } = await factsOf(candidate);
    for (const other of this.list) {
      if (other.left <= 0) continue;
      const { contextWindow } = await factsOf(other);
      if (contextWindow === undefined || reached === undefined || contextWindow <= reached) other.left = 0;
    }
  }

  /** Why it can be asked no more. What is set up wrong of the first is for its owner to hear at once. */
  #lost(candidate: Candidate): Failure | undefined {
    try {
      return candidate.model.keys.lost;
    } catch (error) {
      if (candidate === this.list[0]) throw error;
      return failure("key-refused", messageOf(error), error);
    }
  }

  /** The first of the list, where it can be asked at once: as `choose` gives it. */
  takeFirst(): Chosen | undefined {
    const candidate = this.list[0] as Candidate;
    const { keys } = candidate.model;
    if (candidate.left <= 0 || candidate.notBefore > 0 || keys.hindrance(this.prompt) !== undefined) return undefined;
    const place = keys.take(this.prompt);
    return place && { candidate, place };
  }

  /**
   * The first that can be asked soon, and in time. Else one that another request is trying: nobody knows for how long, so it
   * is waited for until another model can be asked. Else the one that can be asked soonest.
   */
  #next(): Next | undefined {
    const now = this.#clock.monotonic();
    let soonest: Next | undefined;
    let tried: Next | undefined;
    for (const candidate of this.list) {
      if (candidate.left <= 0) continue;
      const lost = this.#lost(candidate);
      if (lost !== undefined) {
        candidate.failure = lost;
        candidate.left = 0;
        continue;
      }
      const held = Math.max(0, candidate.notBefore - now);
      const hindrance = candidate.model.keys.hindrance(this.prompt);
      const busy = held === 0 && hindrance !== undefined && worthWaiting(hindrance);
      // One that is held back also waits for its model then.
      const own = hindrance === undefined || hindrance.ms === Infinity ? 0 : hindrance.ms;
      const found = { candidate, ms: Math.max(held, own), busy };
      if (busy && isTried(hindrance)) {
        tried ??= found;
        continue;
      }
      if (found.ms <= this.#patience && this.#inTime(found)) return found;
      if (soonest === undefined || found.ms < soonest.ms) soonest = found;
    }
    if (tried === undefined) return soonest;
    return soonest === undefined ? tried : { ...tried, atMost: soonest.ms };
  }
}
