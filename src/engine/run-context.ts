import type { Clock, Progress } from "../base/index.ts";
import type { EngineEvent, EventData } from "./events.ts";
import type { Figures } from "./figures.ts";
import type { RecoveredRun } from "./recovery.ts";

/** What all scopes and steps of one run share. */
export interface RunContext {
  readonly id: string;
  readonly clock: Clock;
  /** Whether records outlive the process. */
  readonly durable: boolean;
  /** Whether recorded values are frozen. */
  readonly freeze: boolean;
  /** What the engine counts. */
  readonly figures: Figures;
  /** What is on record from before, in a run that is resumed. */
  readonly recovered: RecoveredRun | undefined;
  /**
   * Journals an event and tells subscribers. Recorded already when it returns nothing. When recording fails, the run
   * halts, and the promise rejects; it need not be handled.
   */
  record<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void | Promise<void>;
  /** Tells subscribers only. */
  progress(key: string, update: Progress): void;
  /** Stops the run where it is, without an ending on record: it can be resumed. */
  halt(error: Error): void;
}
