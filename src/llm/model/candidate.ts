import type { RetryPolicy } from "../../base/index.ts";
import type { Failure } from "../format/failure.ts";
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
  /** Requests that it was sent. */
  tried = 0;
  /** How often one of its keys came to its limit. */
  limited = 0;
  failure: Failure | undefined;
  readonly #retry: RetryPolicy;
  #delays: Iterator<number, never> | undefined;

  constructor(model: Model, settings: ModelSettings, retry: RetryPolicy) {
    this.model = model;
    this.settings = settings;
    this.#retry = retry;
    this.left = retry.attempts;
  }

  /** The next wait, where its provider does not say how long. */
  async backoff(): Promise<number> {
    this.#delays ??= await this.#retry.delays();
    return this.#delays.next().value;
  }
}
