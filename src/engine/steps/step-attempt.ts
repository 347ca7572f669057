import { type AitorError, checkJson, type Progress, redactJson, type StepContext } from "../../base/index.ts";
import { recordAdvised } from "../record/errors.ts";
import { idempotencyKeyOf } from "../record/idempotency-key.ts";
import { ownType } from "../record/own-events.ts";
import type { StepOwner } from "./step-owner.ts";

/** One call of a step's function, and what it took. */
export class StepAttempt implements StepContext {
  readonly key: string;
  readonly attempt: number;
  readonly interrupted: number;
  /** It returned, threw or ran out of time; whatever it does later is discarded. */
  concluded = false;
  readonly #owner: StepOwner;
  #controller: AbortController | undefined;
  #aborted: AitorError | undefined;
  #releases: (() => void | Promise<void>)[] | undefined;
  #released: Promise<void> | undefined;
  #over = false;
  /** What is given back may be recorded, too: what a call cost that was cut off. */
  #releasing = false;

  constructor(owner: StepOwner, key: string, attempt: number, interrupted: number) {
    this.#owner = owner;
    this.key = key;
    this.attempt = attempt;
    this.interrupted = interrupted;
  }

  get again(): boolean {
    return this.interrupted > 0;
  }

  get idempotencyKey(): string {
    return idempotencyKeyOf(this.#owner.run.id, this.key);
  }

  /** Made when it is first asked for: most functions never do, and a controller costs more than a small step. */
  get abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  progress(update: Progress): void {
    if (!this.#over) this.#owner.run.progress(this.key, redactJson(update));
  }

  record(type: string, data: unknown): void {
    if (this.#over && !this.#releasing) return;
    const own = ownType(type, `step "${this.key}"`);
    checkJson(data, `the data of the event "${own}" of step "${this.key}"`, this.#owner.run.freeze);
    this.#owner.run.recordOwn({ type: own, key: this.key, data });
  }

  defer(release: () => void | Promise<void>): void {
    if (!this.#over) return void (this.#releases ??= []).push(release);
    const released = this.#release(release);
    if (released !== undefined) this.#owner.track(released);
  }

  abort(reason: AitorError): void {
    this.#aborted = reason;
    this.#controller?.abort(reason);
  }

  /** Ends the attempt: runs the releases, last taken first. A promise only where one of them takes time; the same each time. */
  end(): void | Promise<void> {
    this.#over = true;
    if (this.#releases === undefined || this.#released !== undefined) return this.#released;
    const released = this.#releaseAll(this.#releases);
    if (released !== undefined) this.#released = released;
    return released;
  }

  #releaseAll(releases: (() => void | Promise<void>)[]): void | Promise<void> {
    this.#releasing = true;
    for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
      const released = this.#release(release);
      if (released !== undefined) return released.then(() => this.#releaseAll(releases));
    }
    this.#releasing = false;
  }

  #release(release: () => void | Promise<void>): void | Promise<void> {
    try {
      const released = release();
      if (released !== undefined) return Promise.resolve(released).catch((error: unknown) => this.#notReleased(error));
    } catch (error) {
      this.#notReleased(error);
    }
  }

  #notReleased(error: unknown): void {
    const fix = "see the cause, and whether what the step took is still taken";
    const recorded = recordAdvised(error, "what the step took to be given back", fix);
    void this.#owner.run.record("release-failed", this.key, { error: recorded });
  }
}
