import { type Clock, nextTurn, type Timer } from "../../base/index.ts";
import type { Failure } from "../format/failure.ts";
import { type Hindrance, isTried, type KeySlot, type Place, type Spent, worthWaiting } from "./key-slot.ts";

interface Waiter {
  /** Tokens of its prompt. */
  readonly prompt: number;
  /** With nothing where waiting here makes no sense any more. */
  readonly resolve: (place: Place | undefined) => void;
}

/** The keys of a model: which one is asked next, and who waits for one. */
export class KeyPool {
  readonly #clock: Clock;
  /** @throws AitorError `key-missing`. */
  readonly slots: () => readonly KeySlot[];
  readonly #waiters = new Set<Waiter>();
  #turn = 0;
  #timer: Timer | undefined;

  constructor(slots: () => readonly KeySlot[], clock: Clock) {
    this.slots = slots;
    this.#clock = clock;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** What keeps it from taking a request now; of its keys, the one that is ready first. @param prompt Its tokens, or 0. */
  hindrance(prompt: number): Hindrance | undefined {
    return this.#hindranceOfKeys(prompt) ?? (this.#waiters.size > 0 ? { why: "busy", ms: Infinity } : undefined);
  }

  /** Why no key is left, where none is. */
  get lost(): Failure | undefined {
    const slots = this.slots();
    if (slots.some((slot) => slot.hindrance(0)?.why !== "removed")) return undefined;
    return slots.at(-1)?.lastFailure;
  }

  /** A key that is ready, the one after the last among those with the fewest requests. @param prompt Its tokens, or 0. */
  take(prompt: number): Place | undefined {
    const slots = this.slots();
    let best: KeySlot | undefined;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[(this.#turn + index) % slots.length] as KeySlot;
      if (slot.hindrance(prompt) === undefined && (best === undefined || slot.inFlight < best.inFlight)) best = slot;
    }
    if (best === undefined) return undefined;
    this.#turn = slots.indexOf(best) + 1;
    return best.take(prompt);
  }

  /**
   * Waits for a key while all are busy or at a limit, behind those who wait already. Gives nothing once they all are down
   * or resting, or after `atMost` milliseconds: somebody else may be asked then. Rejects with the signal's reason.
   */
  wait(prompt: number, signal: AbortSignal, atMost: number | undefined): Promise<Place | undefined> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = (): void => {
        leave();
        reject(signal.reason);
        this.#serve();
      };
      const leave = (): void => {
        signal.removeEventListener("abort", abort);
        timer?.cancel();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        prompt,
        resolve: (place) => {
          leave();
          resolve(place);
        },
      };
      const late = (): void => {
        waiter.resolve(undefined);
        this.#serve();
      };
      const timer = atMost === undefined ? undefined : this.#clock.timer(atMost, late);
      signal.addEventListener("abort", abort, { once: true });
      this.#waiters.add(waiter);
      this.#serve();
    });
  }

  /** Where all its places were taken, one turn later: Node's fetch opens a new connection before the old one is free. */
  giveBack(place: Place, spent: Spent): void {
    const { slot } = place;
    const free = (): void => {
      slot.giveBack(place, spent);
      this.#serve();
    };
    if (slot.hindrance(0)?.why === "busy") nextTurn(free);
    else free();
  }

  #serve(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const waiter of this.#waiters) {
      const place = this.take(waiter.prompt);
      if (place === undefined) break;
      waiter.resolve(place);
    }
    const [next] = this.#waiters;
    if (next === undefined) return;
    if (worthWaiting(this.#hindranceOfKeys(next.prompt) ?? { why: "busy", ms: 0 })) {
      const ms = Math.min(...this.slots().map((slot) => slot.hindrance(next.prompt)?.ms ?? 0));
      if (ms !== Infinity) this.#timer = this.#clock.timer(ms, () => this.#serve());
      return;
    }
    for (const waiter of this.#waiters) waiter.resolve(undefined);
  }

  /** Nothing while a key is ready. A key that has only too much to do is waited for, however long others are left alone. */
  #hindranceOfKeys(prompt: number): Hindrance | undefined {
    let first: Hindrance | undefined;
    let full: Hindrance | undefined;
    let tried: Hindrance | undefined;
    for (const slot of this.slots()) {
      const hindrance = slot.hindrance(prompt);
      if (hindrance === undefined) return undefined;
      if (first === undefined || hindrance.ms < first.ms) first = hindrance;
      if (isTried(hindrance)) tried = hindrance;
      // One that is at work will come back, nobody knows when; one at its limit says when.
      else if (worthWaiting(hindrance) && full?.why !== "busy") full = hindrance;
    }
    const waited = full ?? tried;
    if (waited === undefined || waited.ms === Infinity) return waited ?? first;
    return { why: waited.why, ms: Math.min(waited.ms, first?.ms ?? Infinity) };
  }
}
