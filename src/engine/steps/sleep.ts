import { OpenWait } from "./open-wait.ts";
import type { StepLabel } from "../record/step-label.ts";
import type { StepOwner } from "./step-owner.ts";
import { timeLeft } from "../record/time-left.ts";

/** A durable timer. It is never early: what is left after a crash is counted anew where the clock went back. */
export class Sleep extends OpenWait<void> {
  readonly kind = "timer";
  readonly #ms: number;

  constructor(owner: StepOwner, label: StepLabel, key: string, ms: number) {
    super(owner, label, key);
    this.#ms = ms;
  }

  start(): void {
    const { clock, recovered, waits, keeping } = this.run;
    const recorded = recovered?.timers.get(this.key);
    if (recorded?.fired === true) {
      keeping.replayed(this.key);
      return this.resolve();
    }
    const now = clock.now();
    waits.add(this);
    if (recorded === undefined) void this.run.record("timer-set", this.key, { at: now + this.#ms, ms: this.#ms });
    this.wakeIn(recorded === undefined ? this.#ms : timeLeft(recorded, now), () => this.#fire());
  }

  #fire(): void {
    this.stopWaiting();
    this.whenRecorded(this.run.record("timer-fired", this.key, {}), () => this.resolve());
  }
}
