import type { FollowedEvent, ForkRunOptions } from "../../agent/index.ts";
import type { ReactEvent } from "./react-event.ts";
import type { ReactResult } from "./react-result.ts";

/** The largest number of events that wait for a reader. Beyond it, the reader gets a snapshot instead of them. */
const MOST_WAITING = 1_024;

/** What the followers of a run see: the meaning of each recorded or published event, and a snapshot of everything so far. */
export interface StreamView<Event> {
  readonly snapshot: Event;
  /** Present for a view that must look something up first. Once it has resolved, snapshots are complete. */
  readonly ready?: Promise<void> | undefined;
  take(followed: FollowedEvent): readonly Event[];
}

/** How a run is forked. `forkRun` describes the defaults. */
export type ForkOptions = Partial<ForkRunOptions>;

/** A run that continues in a new agent. */
export interface ForkedRun<Agent, Stream> {
  readonly agent: Agent;
  readonly stream: Stream;
}

/** The means to follow a run and to take part in it. */
export interface StreamedRun<Answer> {
  readonly id: string;
  readonly result: Promise<ReactResult<Answer>>;
  readonly follow: (listener: (followed: FollowedEvent) => void) => () => void;
  readonly cancel: (reason: unknown) => Promise<void>;
}

/**
 * A run as it goes on. Iterate it for its events. Leaving the loop does not cancel the run. Iterating again yields a snapshot and
 * then the rest. A reader that is too slow gets a snapshot instead of what it missed, so no reader slows the run.
 */
export class ReactStream<Answer = string, Event = ReactEvent> implements AsyncIterable<Event> {
  /** The result of the run, as `solve` returns it. */
  readonly result: Promise<ReactResult<Answer>>;
  readonly #view: StreamView<Event>;
  readonly #readers = new Set<Reader<Event>>();
  readonly #run: StreamedRun<Answer>;
  #first: Reader<Event> | undefined;
  #over: { readonly error?: unknown } | undefined;
  /** The event that ended the stream. */
  #last: Event | undefined;

  /** @internal @param isLate The view has seen some of it already. */
  constructor(run: StreamedRun<Answer>, view: StreamView<Event>, isLate: boolean) {
    const { result, follow } = run;
    this.#run = run;
    this.#view = view;
    this.#first = new Reader(view, isLate);
    this.#readers.add(this.#first);
    const unfollow = follow((followed) => this.#take(followed));
    this.result = result;
    result
      .then(
        (ended) => {
          this.#last = { type: "run-finished", result: ended } as Event;
          this.#tell(this.#last);
          this.#end({});
        },
        (error: unknown) => this.#end({ error }),
      )
      .finally(unfollow)
      .catch(() => {});
  }

  /** The run's id. If a message's id was used before and is forgotten, this is the new run's id once that run is found. */
  get id(): string {
    return this.#run.id;
  }

  /** Cancels the run. */
  cancel(reason?: unknown): Promise<void> {
    return this.#run.cancel(reason);
  }

  /** @internal Gives each reader a snapshot instead of what it has not read. */
  fallBehind(): void {
    for (const reader of this.#readers) reader.fallBehind();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    const reader = this.#first ?? this.#lateReader();
    this.#first = undefined;
    if (this.#over !== undefined) reader.end(this.#over);
    this.#readers.add(reader);
    try {
      for (;;) {
        const event = reader.next() ?? (await reader.wait());
        if (event === undefined) return;
        yield event;
      }
    } finally {
      this.#readers.delete(reader);
    }
  }

  #lateReader(): Reader<Event> {
    const reader = new Reader(this.#view, true);
    if (this.#last !== undefined) reader.put(this.#last);
    return reader;
  }

  #take(followed: FollowedEvent): void {
    for (const event of this.#view.take(followed)) this.#tell(event);
  }

  #tell(event: Event): void {
    for (const reader of this.#readers) reader.put(event);
  }

  #end(over: { readonly error?: unknown }): void {
    this.#over = over;
    for (const reader of this.#readers) reader.end(over);
  }
}

/** The events that wait for one iteration. */
class Reader<Event> {
  readonly #view: StreamView<Event>;
  #events: Event[] = [];
  #behind: boolean;
  #over: { readonly error?: unknown } | undefined;
  #waiting: PromiseWithResolvers<Event | undefined> | undefined;

  constructor(view: StreamView<Event>, behind: boolean) {
    this.#view = view;
    this.#behind = behind;
  }

  put(event: Event): void {
    const isLast = (event as { readonly type: string }).type === "run-finished";
    // A snapshot is made when it is asked for; only the end is kept.
    if (this.#behind && !isLast) return this.#wake();
    if (this.#events.length >= MOST_WAITING && !isLast) return this.fallBehind();
    this.#events.push(event);
    this.#wake();
  }

  fallBehind(): void {
    this.#behind = true;
    this.#events = [];
    this.#wake();
  }

  end(over: { readonly error?: unknown }): void {
    this.#over ??= over;
    this.#wake();
  }

  /** Returns `undefined` if there is nothing yet, and at the end. */
  next(): Event | undefined {
    if (this.#behind) {
      this.#behind = false;
      return this.#view.snapshot;
    }
    return this.#events.shift();
  }

  /** Returns `undefined` at the end. @throws What ended the stream (rejects with). */
  async wait(): Promise<Event | undefined> {
    for (;;) {
      const event = this.next();
      if (event !== undefined) return event;
      if (this.#over !== undefined) {
        if ("error" in this.#over) throw this.#over.error;
        return undefined;
      }
      this.#waiting = Promise.withResolvers();
      await this.#waiting.promise;
    }
  }

  #wake(): void {
    this.#waiting?.resolve(undefined);
    this.#waiting = undefined;
  }
}
