import type { MailboxOptions } from "../base/index.ts";
import { failure } from "./conformance.ts";
import { type Bodies, Life } from "./engine-life.ts";
import type { EnginePlace, EngineUnderTest } from "./engine-place.ts";
import { Trial } from "./trial.ts";

/** The cases by what holds. Each function shows it. */
export type EngineCases = Readonly<Record<string, (trial: EngineTrial) => Promise<void>>>;

export class EngineTrial extends Trial {
  /** What the bodies of all lives noted, in order. */
  readonly notes: string[] = [];
  /** Milliseconds. */
  readonly tick: number;
  readonly #subject: EngineUnderTest;
  readonly #ends = new Map<Life, AsyncDisposable>();

  constructor(subject: EngineUnderTest, patience: number, tick: number) {
    super(patience);
    this.#subject = subject;
    this.tick = tick;
  }

  /** Opens a new place with nothing on record. */
  async open(bodies: Bodies, mailbox?: MailboxOptions): Promise<Life> {
    const life = this.#life(1, bodies, "1", mailbox);
    return this.#begin(life, await this.#subject.open(life.definitions));
  }

  /** Lets the process die, and returns the next one. */
  async kill(life: Life, bodies: Bodies = life.bodies, version: string = life.version): Promise<Life> {
    const { place } = life;
    const next = this.#life(life.number + 1, bodies, version, life.mailbox);
    life.end();
    const end = this.#ends.get(life);
    if (end !== undefined) this.gone(end);
    return this.#begin(next, await place.kill(next.definitions));
  }

  /** Ends the process in good order, and returns the next one. */
  async stop(life: Life, bodies?: Bodies, version?: string): Promise<Life> {
    await life.engine[Symbol.asyncDispose]();
    return this.kill(life, bodies, version);
  }

  #life(number: number, bodies: Bodies, version: string, mailbox: MailboxOptions | undefined): Life {
    const { notes, tick } = this;
    return new Life({
      number,
      bodies,
      version,
      mailbox,
      notes,
      tick,
      within: (awaited, late) => this.within(awaited, late),
    });
  }

  #begin(life: Life, place: EnginePlace): Life {
    life.begin(place);
    const end = {
      [Symbol.asyncDispose]: async () => {
        life.end();
        await place[Symbol.asyncDispose]();
      },
    };
    this.#ends.set(life, end);
    this.opened(end);
    return life;
  }
}

/** Returns what the promise rejects with. Fails if it does not reject. */
export async function thrownBy(promise: Promise<unknown>, what: string): Promise<Readonly<Record<string, unknown>>> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw failure(what, "an error", `the result ${JSON.stringify(value)}`);
}

/** Returns the error of a step as code that catches it sees it. */
export function told(error: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { code, message, data, retryable, stepKey, expected, got, fix } = error;
  const cause = error["cause"] as Error | undefined;
  return { code, message, data, retryable, stepKey, expected, got, fix, cause: cause?.message };
}
