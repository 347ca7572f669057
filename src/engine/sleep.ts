import type { AitorError, Timer } from "../base/index.ts";
import type { OpenWork } from "./open-labels.ts";
import type { RunContext } from "./run-context.ts";
import type { StepLabel } from "./step-label.ts";
import type { StepOwner } from "./step-owner.ts";
import type { Wait } from "./waits.ts";

/** A durable timer. It is never early: what is left after a crash is counted anew where the clock went back. */
export class Sleep implements OpenWork, Wait {
  readonly key: string;
  readonly promise: Promise<void>;
  readonly #owner: StepOwner;
  readonly #run: RunContext;
  readonly #label: StepLabel;
  readonly #ms: number;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #timer: Timer | undefined;
  #settled = false;

  constructor(owner: StepOwner, label: StepLabel, key: string, ms: number) {
    this.#owner = owner;
    this.#run = owner.run;
    this.#label = label;
    this.key = key;
    this.#ms = ms;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get waiting(): boolean {
    return this.#run.waits.has(this.key);
  }

  start(): void {
    const { clock, recovered } = this.#run;
    const recorded = recovered?.timers.get(this.key);
    if (recorded?.fired === true) {
      this.#run.keeping.replayed(this.key);
      return this.#end();
    }
    const now = clock.now();
    this.#run.waits.add(this);
    if (recorded === undefined) void this.#run.record("timer-set", this.key, { at: now + this.#ms, ms: this.#ms });
    this.#timer = clock.timer(recorded === undefined ? this.#ms : timeLeft(recorded, now), () => this.#fire());
  }

  abandon(reason: AitorError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#timer?.cancel();
    this.#run.waits.delete(this);
    this.promise.catch(ignore);
    this.#reject(reason);
  }

  #fire(): void {
    this.#run.waits.delete(this);
    const written = this.#run.record("timer-fired", this.key, {});
    if (written === undefined) this.#end();
    else written.then(() => this.#end(), ignore);
  }

  #end(): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#owner.closeStep(this.#label);
    this.#resolve();
  }
}

/** Milliseconds until a recorded time; never more than was asked for, should the clock have gone back. */
export function timeLeft({ at, ms }: { readonly at: number; readonly ms: number }, now: number): number {
  return Math.min(Math.max(0, at - now), ms);
}

function ignore(): void {}
