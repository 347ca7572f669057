import { type AitorError, cancelledError, type MessageKey } from "../../base/index.ts";
import type { Outcome } from "./outcomes.ts";
import type { Asked, Leave } from "../steps/run-context.ts";

/** A message from its sending to its reply. */
export class AskedMessage implements Asked {
  readonly run: Promise<string>;
  readonly reply: Promise<unknown>;
  readonly #to: MessageKey;
  readonly #cancel: (run: string, reason: unknown) => Promise<void>;
  readonly #sent: PromiseWithResolvers<string>;
  readonly #replied: PromiseWithResolvers<unknown>;
  #begun = false;
  #leave: Leave | undefined;
  #withdrawn: AitorError | undefined;
  #halted = false;

  /** @param cancel Ends the run that handles it. */
  constructor(to: MessageKey, cancel: (run: string, reason: unknown) => Promise<void>) {
    this.#to = to;
    this.#cancel = cancel;
    this.#sent = Promise.withResolvers();
    this.#replied = Promise.withResolvers();
    this.run = this.#sent.promise;
    this.reply = this.#replied.promise;
    this.run.catch(ignore);
  }

  get halted(): boolean {
    return this.#halted;
  }

  /** It is about to be recorded. @throws AitorError `cancelled` where it was withdrawn. */
  begin(): void {
    if (this.#withdrawn !== undefined) throw this.#withdrawn;
    this.#begun = true;
  }

  /** There is no place for it yet. */
  waits(leave: Leave): void {
    if (this.#withdrawn === undefined) this.#leave = leave;
    else leave(this.#withdrawn);
  }

  sent(run: string): void {
    this.#sent.resolve(run);
  }

  notSent(error: unknown): void {
    this.#sent.reject(error);
  }

  settle(outcome: Outcome): void {
    if ("output" in outcome) return this.#replied.resolve(outcome.output);
    this.#halted = "halted" in outcome;
    this.fail("halted" in outcome ? outcome.halted : outcome.error);
  }

  fail(error: unknown): void {
    this.#replied.reject(error);
  }

  async withdraw(reason: unknown): Promise<void> {
    this.reply.catch(ignore);
    this.#withdrawn = cancelledError(`the message to ${this.#to.name} "${this.#to.id}"`, reason);
    if (!this.#begun) {
      this.#leave?.(this.#withdrawn);
      this.notSent(this.#withdrawn);
      this.fail(this.#withdrawn);
      return;
    }
    const run = await this.run.catch(ignore);
    if (run !== undefined) await this.#cancel(run, reason);
  }
}

function ignore(): undefined {}
