import type { Effect, ErrorRecord, EventEnvelope, Progress } from "../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { RecordedInput } from "./recorded-input.ts";

/**
 * Everything that happens in a run. All but `step-progress` and `run-halted` is journaled. Durations are milliseconds.
 * An error in an event says what was expected, what came, and the fix.
 */
export type EngineEvent = RunEvent | StepEvent | ScopeEvent;

/** About the run itself; `key` is empty. */
export type RunEvent =
  | EventEnvelope<"run-started", { readonly name: string; readonly version: string; readonly input?: unknown }>
  | EventEnvelope<"run-resumed", { readonly version: string }>
  | EventEnvelope<"run-finished", { readonly output?: unknown; readonly durationMs: number }>
  | EventEnvelope<"run-failed", { readonly error: ErrorRecord; readonly durationMs: number }>
  | EventEnvelope<"run-cancelled", { readonly error: ErrorRecord; readonly durationMs: number }>
  /** Told to observers of the engine: it stopped without an ending on record, and can be resumed; or was refused. */
  | EventEnvelope<"run-halted", { readonly error: ErrorRecord }>;

/** About one step; `key` is the step's. */
export type StepEvent =
  | EventEnvelope<
      "step-started",
      { readonly name: string; readonly effect: Effect; readonly input?: RecordedInput | undefined }
    >
  | EventEnvelope<"step-progress", Progress>
  | EventEnvelope<"step-retried", { readonly attempt: number; readonly delayMs: number; readonly error: StepFailure }>
  | EventEnvelope<"step-finished", { readonly result?: unknown; readonly durationMs: number }>
  | EventEnvelope<"step-failed", { readonly error: StepFailure; readonly durationMs: number }>
  | EventEnvelope<"release-failed", { readonly error: ErrorRecord }>;

/** About branches and loops; `key` is the group's or the loop's. */
export type ScopeEvent =
  | EventEnvelope<"branch-decided", { readonly branch: string }>
  | EventEnvelope<"turn-finished", { readonly turn: number; readonly next?: unknown }>
  | EventEnvelope<"loop-finished", { readonly turns: number; readonly result?: unknown }>;

/** The `data` of the events of one type. */
export type EventData<Type extends EngineEvent["type"]> = Extract<EngineEvent, { readonly type: Type }>["data"];

/** A run's state, as `heads` of a journal tells it. */
export type RunState = "running" | "finished" | "failed" | "cancelled";
