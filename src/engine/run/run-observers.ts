import { activeLog, callSafely, type Clock, invalidOption, logFailure } from "../../base/index.ts";
import type { EngineEvent } from "../record/events.ts";
import { logEvent } from "../record/run-log.ts";

type Listener = (event: EngineEvent) => void | Promise<void>;

/** An object for each call of `observe`, which may be given one function twice. */
interface Observer {
  readonly listener: Listener;
}

/** Who is told of the events of all runs of an engine, under way or not; the log, too. */
export class RunObservers {
  readonly #clock: Clock;
  readonly #observers = new Set<Observer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns Ends it. @throws AitorError `invalid-option`. */
  observe(listener: Listener): () => void {
    if (typeof listener !== "function")
      throw invalidOption("an observer of an engine", "a function of events", listener);
    const observer = { listener };
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** @param name The definition's. */
  tell(event: EngineEvent, name: string): void {
    const log = activeLog();
    if (log !== undefined) logEvent(log, event, name);
    // Those who begin to observe as they are told are told of the next one: else it would never end.
    let left = this.#observers.size;
    for (const { listener } of this.#observers) {
      if (left-- === 0) return;
      callSafely(listener, event, (thrown) => this.#failed(thrown));
    }
  }

  #failed(thrown: unknown): void {
    logFailure("engine", this.#clock.now(), "a listener of engine.observe failed", thrown);
  }
}
