import type { RetryPolicy } from "../../base/index.ts";
import type { Failure } from "../format/failure.ts";
import type { KeySlot } from "./key-slot.ts";
import type { Model } from "./model.ts";
import type { ModelSettings } from "../format/settings.ts";

/** A model that may answer a request, and how it has fared with it. */
export class Candidate {
  readonly model: Model;
  readonly settings: ModelSettings;
  /** Requests that it may still be sent. */
  left: number;
  /** Monotonic milliseconds before which it is not asked again. */
  notBefore = 0;
  /** How often it was asked. */
  tried = 0;
  /** Of its last request, where that failed. */
  failure: Failure | undefined;
  readonly #retry: RetryPolicy;
  #delays: Iterator<number, never> | undefined;
  /** Keys that came to their limit, or with which it could not be made. */
  #leftKeys: Set<KeySlot> | undefined;

  constructor(model: Model, settings: ModelSettings, retry: RetryPolicy) {
    this.model = model;
    this.settings = settings;
    this.#retry = retry;
    this.left = retry.attempts;
  }

  /** Turns from a key. @returns Whether there is another one that this request has not turned from, and that does not rest. */
  turnFrom(slot: KeySlot): boolean {
    const left = (this.#leftKeys ??= new Set());
    left.add(slot);
    return this.model.keys.slots().some((other) => !left.has(other) && !other.rests);
  }

  /** It may be asked again, in another round. */
  answered(): void {
    this.left = Math.max(1, this.left);
    this.failure = undefined;
  }

  /** The next wait, where its provider does not say how long. */
  async backoff(): Promise<number> {
    this.#delays ??= await this.#retry.delays();
    return this.#delays.next().value;
  }
}
