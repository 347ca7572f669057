import type { ErrorRecord, EventEnvelope } from "../../base/index.ts";

/** A change of one place in memory. Patches are applied in their order. An empty path is the whole memory. */
export interface MemoryPatch {
  readonly op: "add" | "remove" | "replace";
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

/** The data of an agent's events, by type. `version` is the definition's version. */
export interface MemoryEventData {
  "memory-changed": { readonly version: string; readonly patches: readonly MemoryPatch[] };
  /** Memory that is a fold includes from here on the events of this run, up to the commit point recorded with this event. */
  "run-folded": { readonly version: string };
  /** The recorded memory could not be read. From here on, memory is `value`, which was good at the `seq` in `good`. */
  "memory-set-aside": {
    readonly version: string;
    readonly value: unknown;
    readonly good: number;
    readonly error: ErrorRecord;
  };
  /** The earlier record is forgotten. Memory was `value`. This is the first event of its stream. */
  "history-begun": { readonly version: string; readonly value: unknown };
}

/** An event of an agent's own stream. `run` is the run whose handler did it; for a change from outside, the agent's stream. */
export type MemoryEvent = {
  [Type in keyof MemoryEventData]: EventEnvelope<Type, MemoryEventData[Type]>;
}[keyof MemoryEventData];

/** What a snapshot of an agent's memory is. */
export interface MemorySnapshot {
  readonly v: 1;
  readonly version: string;
  readonly value: unknown;
  /** Events of the stream up to this one, since its history began. @default 0, in a journal of an earlier version */
  readonly changes?: number;
}

/** Further data in the head of an agent's stream. */
export interface AgentAbout {
  readonly name: string;
  readonly id: string;
}
