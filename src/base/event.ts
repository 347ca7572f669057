/**
 * The envelope of everything that happens. A journal keeps and orders envelopes and never looks inside `data`; the
 * folder that emits an event owns the type of its `data`.
 */
export interface EventEnvelope<Type extends string = string, Data = unknown> {
  /** Version of this envelope. */
  readonly v: 1;
  /** The ordered sequence it belongs to; a run's events are in the stream of the run's id. */
  readonly stream: string;
  /** Place in the journal, given by the journal: rises with every event, over all streams. 0 before it is recorded. */
  readonly seq: number;
  /** Milliseconds since 1970 when it was emitted. */
  readonly at: number;
  /** The run that emitted it. */
  readonly run: string;
  /** What it is about inside the run, such as a step's key; empty for the run itself. */
  readonly key: string;
  /** Noun and verb, such as `step-finished`. */
  readonly type: Type;
  readonly data: Data;
}
