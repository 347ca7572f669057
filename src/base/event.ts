/**
 * The envelope of everything that happens. A journal stores and orders envelopes and never looks inside `data`. The folder
 * that emits an event owns the type of its `data`.
 */
export interface EventEnvelope<Type extends string = string, Data = unknown> {
  /** The version of this envelope. */
  readonly v: 1;
  /** The ordered sequence that the event belongs to. A run's events are in the stream named by the run's id. */
  readonly stream: string;
  /** The event's place in the journal. The journal sets it. It rises with every event, over all streams. 0 before recording. */
  readonly seq: number;
  /** When the event was emitted, in milliseconds since 1970. */
  readonly at: number;
  /** The run that emitted it. */
  readonly run: string;
  /** The part of the run that the event is about, such as a step's key; empty for the run itself. */
  readonly key: string;
  /** Noun and verb, such as `step-finished`. */
  readonly type: Type;
  readonly data: Data;
}
