import type { Duration, EventEnvelope } from "../base/index.ts";
import type { HeadChange, HeadFilter, Journal } from "../journal/index.ts";
import { failure, holds } from "./conformance.ts";
import { Trial } from "./trial.ts";

export interface JournalUnderTest {
  /** Returns a new, empty journal each time. The journal is closed when its case ends. */
  open(): Journal | Promise<Journal>;
  /**
   * For a journal that outlives its process: returns what the next process would find if the process that has `journal` open died
   * now. Nobody calls `close`. Nothing that is under way may still reach the store that this returns. The cases do not touch
   * `journal` afterwards. This function frees whatever `journal` still holds.
   */
  reopen?(journal: Journal): Promise<Journal>;
  /**
   * For a journal whose writes can fail: makes everything that `journal` writes to its store from now on fail, as a full disk
   * does. The returned function makes room again: the store could then take writes, and be opened anew by `reopen`.
   */
  failWrites?(journal: Journal): MakeRoom | Promise<MakeRoom>;
  /** How long a case may take before it fails. @default "4s" */
  readonly patience?: Duration;
}

type MakeRoom = () => void | Promise<void>;

/** The cases by what holds. Each function shows it. */
export type JournalCases = Readonly<Record<string, (trial: JournalTrial) => Promise<void>>>;

/** More than any case reads: a reader that goes on beyond this does not end. */
const ENDLESS = 20_000;

export class JournalTrial extends Trial {
  readonly #subject: JournalUnderTest;

  constructor(subject: JournalUnderTest, patience: number) {
    super(patience);
    this.#subject = subject;
  }

  async open(): Promise<Journal> {
    return this.opened(await this.#subject.open());
  }

  /** Returns what the next process finds if the journal's process dies now. */
  async afterDeath(journal: Journal): Promise<Journal> {
    this.gone(journal);
    if (this.#subject.reopen === undefined) throw new Error("a case about death needs reopen()");
    return this.opened(await this.#subject.reopen(journal));
  }

  /** Lets nothing more reach the journal's store until the returned function is called. */
  async failWrites(journal: Journal): Promise<MakeRoom> {
    if (this.#subject.failWrites === undefined) throw new Error("a case about failed writes needs failWrites()");
    return this.#subject.failWrites(journal);
  }

  async close(journal: Journal): Promise<void> {
    this.gone(journal);
    await journal.close();
  }

  /** Returns the first events that a tail over all streams yields. Fails if the tail does not end when it is aborted then. */
  first(count: number, journal: Journal, from = 0): Promise<EventEnvelope[]> {
    const found: EventEnvelope[] = [];
    const stop = new AbortController();
    const reading = begun(async () => {
      for await (const item of journal.tail(from, stop.signal)) {
        found.push(item);
        if (found.length === count) stop.abort();
        if (found.length > count) break;
      }
      return found;
    });
    return begun(() => this.within(reading, () => stuck(found, `${count} events, and the end when its signal aborts`)));
  }

  /** Returns everything that a tail yields until it ends. */
  rest(tail: AsyncIterable<EventEnvelope>, ends: string): Promise<EventEnvelope[]> {
    const found: EventEnvelope[] = [];
    const reading = begun(async () => {
      for await (const item of tail) {
        found.push(item);
        if (found.length > ENDLESS) break;
      }
      return found;
    });
    return begun(() => this.within(reading, () => stuck(found, `the end when ${ends}`)));
  }

  /** Returns the next event of a tail. */
  async next(tail: AsyncIterator<EventEnvelope>, what: string): Promise<EventEnvelope> {
    const late = (): Error => failure("a tail goes on", what, "nothing");
    const next = await this.within(tail.next(), late);
    holds(next.done !== true, "a tail goes on", what, "its end");
    return next.value;
  }
}

export function event(stream: string, n: number, more: Partial<EventEnvelope> = {}): EventEnvelope {
  return { v: 1, stream, seq: 0, at: 1, run: "run", key: "key", type: "happened", data: { n }, ...more };
}

/** Returns the numbers that events were made with. */
export function numbers(events: readonly EventEnvelope[]): unknown[] {
  return events.map(({ data }) => (data as { n?: unknown } | undefined)?.n);
}

/** 0, 1, 2 and so on. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) {
    found.push(item);
    holds(found.length <= ENDLESS, "a reader comes to an end", `at most ${ENDLESS} items`, "more");
  }
  return found;
}

/** Returns the numbers of the events that are read from one stream. */
export async function read(journal: Journal, stream: string, from?: number): Promise<unknown[]> {
  return numbers(await all(journal.read(stream, from)));
}

/** Returns the `seq` of a stream's last event. */
export async function lastSeq(journal: Journal, stream: string): Promise<number> {
  const last = (await all(journal.read(stream))).at(-1);
  holds(last !== undefined, `stream "${stream}" is read`, "at least one event", "none");
  return last.seq;
}

export function head(stream: string, state: string, more: Partial<HeadChange> = {}): HeadChange {
  return { stream, kind: "run", state, ...more };
}

/** Returns each head as `stream state`, in the order in which they came. */
export async function heads(journal: Journal, filter?: HeadFilter): Promise<string[]> {
  return (await all(journal.heads(filter))).map(({ stream, state }) => `${stream} ${state}`);
}

/** Makes the call now. A failure reaches those who await the returned promise. If nobody does, it is not an unhandled rejection. */
export function begun<Value>(call: () => Value | Promise<Value>): Promise<Value> {
  const started = (async () => call())();
  started.catch(() => {});
  return started;
}

function stuck(found: readonly EventEnvelope[], expected: string): Error {
  const last =
    found.length === 0 ? "nothing" : `${found.length} events, the last with ${JSON.stringify(found.at(-1)?.data)}`;
  return failure("a tail gives what there is, goes on and ends", expected, `${last}; and then it waits`);
}
