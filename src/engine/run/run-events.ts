import type { EventEnvelope } from "../../base/index.ts";
import type { EngineEvent } from "../record/events.ts";

/** Reads a run's recorded events with `seq` ≥ `from`, up to the end at this moment. */
export type EventSource = (from: number) => AsyncIterable<EventEnvelope>;

/** What a run tells its subscribers. They read the journal at their own pace, so a slow one delays nobody. */
export class RunEvents {
  #source: EventSource;
  /** Made with the first: most runs have none. */
  #subscribers: Set<Subscriber> | undefined;
  #ended = false;

  constructor(source: EventSource) {
    this.#source = source;
  }

  publish(event: EngineEvent): void {
    for (const subscriber of this.#subscribers ?? []) {
      if (event.type === "step-progress") subscriber.progress.set(event.key, event);
      subscriber.wake();
    }
  }

  /** Nothing more will come. Where the journal forgets the run, `source` takes its place. */
  end(source?: EventSource): void {
    if (source !== undefined) this.#source = source;
    this.#ended = true;
    for (const subscriber of this.#subscribers ?? []) subscriber.wake();
  }

  /**
   * All events from the first on, each once, until the run ends. Between a step's start and its end comes its progress:
   * the latest, where the reader is slower than the step.
   */
  async *subscribe(): AsyncGenerator<EngineEvent, void, undefined> {
    const subscriber: Subscriber = { open: new Set(), progress: new Map(), wake: () => {} };
    (this.#subscribers ??= new Set()).add(subscriber);
    try {
      for (let next = 0; ;) {
        const ended = this.#ended;
        const woken = new Promise<void>((resolve) => (subscriber.wake = resolve));
        for await (const event of this.#source(next)) {
          next = event.seq + 1;
          follow(subscriber, event);
          yield event as EngineEvent;
        }
        if (ended) return;
        for (const [key, progress] of subscriber.progress) {
          if (!subscriber.open.has(key)) continue;
          subscriber.progress.delete(key);
          yield progress;
        }
        await woken;
      }
    } finally {
      this.#subscribers?.delete(subscriber);
    }
  }
}

interface Subscriber {
  /** The steps whose start was delivered and whose end was not. */
  readonly open: Set<string>;
  /** The latest progress of each step that was not delivered yet. */
  readonly progress: Map<string, EngineEvent>;
  wake: () => void;
}

function follow({ open, progress }: Subscriber, { type, key }: EventEnvelope): void {
  if (type === "step-started") open.add(key);
  if (type !== "step-finished" && type !== "step-failed") return;
  open.delete(key);
  progress.delete(key);
}
