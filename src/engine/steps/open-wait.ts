import type { AitorError, Timer } from "../../base/index.ts";
import type { OpenWork } from "./open-labels.ts";
import type { RunContext } from "./run-context.ts";
import type { StepLabel } from "../record/step-label.ts";
import type { StepOwner } from "./step-owner.ts";
import type { Wait } from "./waits.ts";

/** A part of a run that only waits for something from outside: a time, an answer. It settles once. */
export abstract class OpenWait<Value> implements OpenWork, Wait {
  readonly key: string;
  readonly promise: Promise<Value>;
  protected readonly run: RunContext;
  protected readonly label: StepLabel;
  readonly #owner: StepOwner;
  #resolve!: (value: Value) => void;
  #reject!: (error: unknown) => void;
  #timer: Timer | undefined;
  #settled = false;

  constructor(owner: StepOwner, label: StepLabel, key: string) {
    this.#owner = owner;
    this.run = owner.run;
    this.label = label;
    this.key = key;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get waiting(): boolean {
    return this.run.waits.has(this.key);
  }

  abandon(reason: AitorError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.stopWaiting();
    this.promise.catch(ignore);
    this.#reject(reason);
  }

  protected get settled(): boolean {
    return this.#settled;
  }

  /** @param over Called when so many milliseconds have passed, unless the wait is over by then. */
  protected wakeIn(ms: number, over: () => void): void {
    this.#timer = this.run.clock.timer(ms, over);
  }

  protected stopWaiting(): void {
    this.#timer?.cancel();
    this.run.waits.delete(this);
  }

  /** Goes on when what is being recorded is durable; never where it cannot be, which halts the run. */
  protected whenRecorded(written: void | Promise<void>, next: () => void): void {
    if (written === undefined) next();
    else written.then(next, ignore);
  }

  protected resolve(value: Value): void {
    if (this.#settled) return;
    this.#close();
    this.#resolve(value);
  }

  protected reject(error: unknown): void {
    if (this.#settled) return;
    this.#close();
    this.#owner.stepFailed();
    this.promise.catch(ignore);
    this.#reject(error);
  }

  #close(): void {
    this.#settled = true;
    this.#owner.closeStep(this.label);
  }
}

function ignore(): void {}
