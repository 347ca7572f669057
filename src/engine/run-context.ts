import type { Clock, MessageKey, Progress, Runnable } from "../base/index.ts";
import type { EngineEvent, EventData } from "./events.ts";
import type { Figures } from "./figures.ts";
import type { RecoveredRun } from "./recovery.ts";
import type { Waits } from "./waits.ts";

/** An event to be recorded. */
export type Recordable = {
  [Type in EngineEvent["type"]]: { readonly type: Type; readonly key: string; readonly data: EventData<Type> };
}[EngineEvent["type"]];

/** A run that another one is waiting for. */
export interface ChildRun<Output> {
  readonly result: Promise<Output>;
  /** It stopped without an ending on record, and can be resumed. */
  readonly halted: boolean;
  cancel(reason?: unknown): Promise<void>;
}

/** `onRest` is told when it begins to wait for something from outside, and when it goes on. */
export type ChildCall<Input, Output> = [
  runnable: Runnable<Input, Output>,
  input: Input,
  id: string,
  onRest: (resting: boolean) => void,
];

/** What all scopes and steps of one run share. */
export interface RunContext {
  readonly id: string;
  readonly key: MessageKey | undefined;
  readonly clock: Clock;
  /** Whether records outlive the process. */
  readonly durable: boolean;
  /** Whether recorded values are frozen. */
  readonly freeze: boolean;
  /** Whether a step in doubt asks; else it fails. */
  readonly asks: boolean;
  /** What the engine counts. */
  readonly figures: Figures;
  /** What is on record from before, in a run that is resumed. */
  readonly recovered: RecoveredRun | undefined;
  /** The version of the code, where the record was made by another one. */
  readonly changedVersion: string | undefined;
  readonly waits: Waits;
  /** It was halted: what is open in it may go on elsewhere. */
  readonly halted: boolean;
  /**
   * Journals an event and tells subscribers. Recorded already when it returns nothing. When recording fails, the run
   * halts, and the promise rejects; it need not be handled.
   */
  record<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void | Promise<void>;
  /** As `record`, all of them or none. */
  recordAll(events: readonly Recordable[]): void | Promise<void>;
  /** Tells subscribers only. */
  progress(key: string, update: Progress): void;
  /** Stops the run where it is, without an ending on record: it can be resumed. */
  halt(error: Error): void;
  /** Starts a run of this one's, or goes on with it. */
  child<Input, Output>(...call: ChildCall<Input, Output>): Promise<ChildRun<Output>>;
}
