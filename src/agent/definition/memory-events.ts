import type { ErrorRecord, EventEnvelope } from "../../base/index.ts";

/** A change of one place in memory, in the order in which they are applied. An empty path is the whole. */
export interface MemoryPatch {
  readonly op: "add" | "remove" | "replace";
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

/** The data of an agent's events, by their type. `version` is the definition's. */
export interface MemoryEventData {
  "memory-changed": { readonly version: string; readonly patches: readonly MemoryPatch[] };
  /** Memory that is a fold: the events of this run, up to the commit point that is recorded with this, are part of it from here on. */
  "run-folded": { readonly version: string };
  /** What was on record could not be read: from here on memory is this value, which was good at that `seq`. */
  "memory-set-aside": {
    readonly version: string;
    readonly value: unknown;
    readonly good: number;
    readonly error: ErrorRecord;
  };
  /** What was on record before is forgotten: memory was this value. The first event of its stream. */
  "history-begun": { readonly version: string; readonly value: unknown };
}

/** What an agent's own stream holds. `run` is the one whose handler did it; of what came from outside it is the agent's stream. */
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

/** What the head of an agent's stream tells besides. */
export interface AgentAbout {
  readonly name: string;
  readonly id: string;
}
