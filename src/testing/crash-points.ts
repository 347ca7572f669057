import { type EventEnvelope, isPromiseLike } from "../base/index.ts";
import type { AppendOptions, Command, Inbox, Journal, Restored } from "../journal/index.ts";

/** The point at which a process dies: before or after the `append`th batch is recorded. The first batch is 1. */
export interface CrashPoint {
  readonly append: number;
  readonly when: "before" | "after";
}

/** A journal whose process can be made to die, as far as the journal is concerned. */
export interface CrashingJournal extends Journal {
  /** The number of batches that were appended so far, including lazy ones. */
  readonly appends: number;
  /** Resolves when the crash point is reached. */
  readonly crashed: Promise<void>;
}

/**
 * Puts a crash point in front of a journal. From that point on, no call is answered and nothing is recorded, as after a kill.
 * Whatever uses the crashing journal hangs for ever and is left to the garbage collector. To recover, use `journal` itself.
 *
 * Without a point, it only counts appends, which tells how many crash points there are.
 */
export function crashingJournal(journal: Journal, point?: CrashPoint): CrashingJournal {
  return new Crashing(journal, point);
}

class Crashing implements CrashingJournal {
  readonly durable: boolean;
  readonly snapshots: Journal["snapshots"];
  readonly blobs: Journal["blobs"];
  declare readonly inbox?: Inbox;
  readonly crashed: Promise<void>;
  appends = 0;
  readonly #journal: Journal;
  readonly #point: CrashPoint | undefined;
  readonly #served = new Set<() => void>();
  #die!: () => void;
  #dead = false;

  constructor(journal: Journal, point: CrashPoint | undefined) {
    this.#journal = journal;
    this.#point = point;
    this.durable = journal.durable;
    this.snapshots = {
      put: (...call) => this.#alive(() => journal.snapshots.put(...call)),
      get: (...call) => this.#alive(() => journal.snapshots.get(...call)),
    };
    this.blobs = {
      put: (...call) => this.#alive(() => journal.blobs.put(...call)),
      get: (ref) => this.#alive(() => journal.blobs.get(ref)),
    };
    const { inbox } = journal;
    if (inbox !== undefined) this.inbox = { serve: (handle) => this.#serve(inbox, handle) };
    this.crashed = new Promise((resolve) => (this.#die = resolve));
  }

  append(events: readonly EventEnvelope[], options?: AppendOptions): void | Promise<void> {
    if (this.#dead) return never();
    this.appends++;
    if (this.appends !== this.#point?.append) return this.#unlessDead(this.#journal.append(events, options));
    this.#dead = true;
    for (const end of this.#served) end();
    if (this.#point.when === "before") this.#die();
    // A process dies also with a batch that the journal refuses, at once or later.
    else void Promise.try(() => this.#journal.append(events, options)).then(this.#die, this.#die);
    return never();
  }

  read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
    return this.#untilDead(this.#journal.read(stream, from));
  }

  async restore(stream: string, atMost?: number): Promise<Restored> {
    const { snapshot, events } = await this.#alive(() => this.#journal.restore(stream, atMost));
    return { snapshot, events: this.#untilDead(events) };
  }

  tail(from: number, signal: AbortSignal): AsyncIterable<EventEnvelope> {
    return this.#untilDead(this.#journal.tail(from, signal));
  }

  heads(filter?: Parameters<Journal["heads"]>[0]): ReturnType<Journal["heads"]> {
    return this.#untilDead(this.#journal.heads(filter));
  }

  drop(stream: string): void | Promise<void> {
    return this.#alive(() => this.#journal.drop(stream));
  }

  async close(): Promise<void> {
    if (!this.#dead) await this.#journal.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A dead process takes no command, and does not answer one that it was handling. */
  #serve(inbox: Inbox, handle: (command: Command) => Promise<unknown>): () => void {
    if (this.#dead) return () => {};
    const handled = async (command: Command): Promise<unknown> => {
      if (this.#dead) return never();
      try {
        const value = await handle(command);
        return this.#dead ? await never() : value;
      } catch (error) {
        if (this.#dead) await never();
        throw error;
      }
    };
    const end = inbox.serve(handled);
    this.#served.add(end);
    return () => {
      this.#served.delete(end);
      end();
    };
  }

  #alive<Out>(call: () => Out): Out | Promise<never> {
    return this.#dead ? never() : this.#unlessDead(call());
  }

  /** An answer that is under way when the process dies never comes. */
  #unlessDead<Out>(answer: Out): Out {
    if (!isPromiseLike(answer)) return answer;
    const late = (): unknown => (this.#dead ? never() : answer);
    return Promise.resolve(answer).then(late, late) as Out;
  }

  async *#untilDead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    if (this.#dead) await never();
    for await (const item of items) {
      if (this.#dead) await never();
      yield item;
    }
    if (this.#dead) await never();
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
