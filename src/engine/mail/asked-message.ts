import { type AitorError, cancelledError, type MessageKey } from "../../base/index.ts";
import type { Outcome } from "./outcomes.ts";
import type { Asked, Leave } from "../steps/run-context.ts";

/** Nobody waits for the reply here any more. @returns When the run that handles the message has ended; nothing where it goes on. */
export type EndAsked = (run: string, reason: unknown, asked: AskedMessage) => Promise<void> | undefined;

/** A message from its sending to its reply. */
export class AskedMessage implements Asked {
  readonly #sent = Promise.withResolvers<string>();
  readonly #replied = Promise.withResolvers<unknown>();
  readonly run: Promise<string> = this.#sent.promise;
  readonly reply: Promise<unknown> = this.#replied.promise;
  readonly to: MessageKey;
  readonly #end: EndAsked;
  #begun = false;
  #leave: Leave | undefined;
  #withdrawn: AitorError | undefined;
  #stays = false;
  #halted = false;

  constructor(to: MessageKey, end: EndAsked) {
    this.to = to;
    this.#end = end;
    this.run.catch(ignore);
  }

  get halted(): boolean {
    return this.#halted;
  }

  /** It was not withdrawn with who asked: others want it, or the journal fails. */
  get stays(): boolean {
    return this.#stays;
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
    this.#withdrawn = cancelledError(`the message to ${this.to.name} "${this.to.id}"`, reason);
    if (!this.#begun) {
      this.#leave?.(this.#withdrawn);
      this.notSent(this.#withdrawn);
      this.fail(this.#withdrawn);
      return;
    }
    const run = await this.run.catch(ignore);
    if (run === undefined) return;
    const ended = this.#end(run, reason, this);
    this.#stays = ended === undefined;
    await ended?.catch((error: unknown) => {
      this.#stays = true;
      this.fail(this.#withdrawn);
      throw error;
    });
  }
}

function ignore(): undefined {}
