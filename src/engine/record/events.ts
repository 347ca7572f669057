import type { BlobRef, Effect, ErrorRecord, EventEnvelope, MessageKey, Progress } from "../../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { RecordedInput } from "./recorded-input.ts";
import type { DueTime } from "./time-left.ts";
import type { UsageSums } from "./usage-sums.ts";

/**
 * An event of a run. All events but `step-progress`, `work-dropped` and `run-halted` are journaled. Durations are in milliseconds.
 * An error in an event says what was expected, what came, and how to fix it.
 */
export type EngineEvent = RunEvent | StepEvent | WaitEvent | ScopeEvent;

/** An event about the run itself. Its `key` is empty. */
export type RunEvent =
  /** A message was received. Comes before the start of the run that handles it. */
  | MessageReceived
  | RunStarted
  | EventEnvelope<"run-resumed", RunResume>
  /** Nothing of the run continues until one of `waitsFor` does: the keys of steps in doubt, signals and timers. */
  | EventEnvelope<"run-suspended", { readonly waitsFor: readonly string[] }>
  /**
   * The run was stopped in good order. Without `error`, its engine was closed. With `error`, the code does not fit the record, or
   * what the run asks stands still. The `uncalled` steps must run once and were cut off before they were called.
   */
  | EventEnvelope<"run-paused", { readonly error?: ErrorRecord; readonly uncalled?: readonly string[] }>
  | EventEnvelope<"run-finished", { readonly output?: unknown; readonly durationMs: number }>
  | EventEnvelope<"run-failed", { readonly error: ErrorRecord; readonly durationMs: number }>
  | EventEnvelope<"run-cancelled", { readonly error: ErrorRecord; readonly durationMs: number }>
  /** The run's message was begun `attempts` times since it last got further, and each time the process died. */
  | EventEnvelope<"message-set-aside", { readonly error: ErrorRecord; readonly attempts: number }>
  /** The run's message was a dead letter and was sent again under the id `message`. */
  | EventEnvelope<"message-sent-again", { readonly message: string }>
  /** For observers of the engine: the run stopped without a recorded ending and can be resumed, or it was refused. */
  | EventEnvelope<"run-halted", { readonly error: ErrorRecord }>;

/** The receipt of a message, the first event of the run that handles it. */
export type MessageReceived = EventEnvelope<"message-received", MessageReceipt>;

export interface MessageReceipt {
  readonly to: MessageKey;
  readonly message?: unknown;
  /** When the message is due, in milliseconds since 1970. It is not handled before. */
  readonly dueAt?: number;
  /** Whether somebody waits for the reply and gets the error if the handling fails. */
  readonly asked?: boolean;
  /** The run that sent it. */
  readonly sender?: string;
  /** Until when that run waits for the reply. */
  readonly replyBy?: DueTime;
  readonly origin?: RunOrigin;
  /** The command that brought the message. */
  readonly by?: string;
}

export type RunStarted = EventEnvelope<"run-started", RunStart>;

export interface RunStart {
  readonly name: string;
  readonly version: string;
  /** Absent if the run handles a message, which is already on record. */
  readonly input?: unknown;
  /** What the object that began the run `carries`. */
  readonly carried?: unknown;
  /** The run that this one is a child of. */
  readonly parent?: string;
  /** The run whose record this one began with, up to and including that event. */
  readonly forkedFrom?: {
    readonly run: string;
    readonly seq: number;
    /** How many events after this one are copies. */
    readonly copied: number;
  };
  readonly origin?: RunOrigin;
  /** What the definition's `outline` returned, as JSON. */
  readonly outline?: BlobRef;
}

/** The version of the code, and its outline if the code has another version than before. */
export type RunResume = Pick<RunStart, "version" | "outline">;

/** The place that the definition of a run can be loaded from. */
export interface RunOrigin {
  /** The URL of a module. */
  readonly module: string;
  /** The name of an export of the module. @default the default export, or the only one that fits */
  readonly export?: string;
}

/** An event about one step. Its `key` is that of the step. */
export type StepEvent =
  | EventEnvelope<
      "step-started",
      {
        readonly name: string;
        readonly effect: Effect;
        /** Whether each call of the step has a start of its own. */
        readonly metered?: boolean;
        readonly input?: RecordedInput | undefined;
        /** The run that does the step, if it is a child. */
        readonly child?: string | undefined;
        /** Whether the step waits for another agent's reply. */
        readonly asks?: boolean;
      }
    >
  | EventEnvelope<"step-progress", Progress>
  | EventEnvelope<"step-retried", { readonly attempt: number; readonly delayMs: number; readonly error: StepFailure }>
  | EventEnvelope<"step-finished", { readonly result?: unknown; readonly durationMs: number }>
  | EventEnvelope<
      "step-failed",
      {
        readonly error: StepFailure;
        readonly durationMs: number;
        /** Whether the code that began the step continues with the failure. */
        readonly caught?: boolean;
      }
    >
  /** The step must run once and may have happened. The run asks. */
  | EventEnvelope<"step-in-doubt", { readonly why: string }>
  /** The step is no longer in doubt: its result or failure follows, or it is started again. */
  | EventEnvelope<"step-answered", { readonly how: "value" | "fail" | "again"; readonly by?: string }>
  /** The step must run once and was cut off with its scope. It may have happened. */
  | EventEnvelope<"step-abandoned", { readonly why: string }>
  | EventEnvelope<"release-failed", { readonly error: ErrorRecord }>
  /**
   * For observers of the engine: the work was cut off because its body returned without having awaited it, or it was refused.
   * If it is no step, `key` is that of the wait, scope, branch or loop. With `uncalled`, it must run once and was never called.
   */
  | EventEnvelope<"work-dropped", { readonly error: ErrorRecord; readonly uncalled?: true }>;

/** An event about what a run waits for. Its `key` is that of the timer or the signal. Times are in milliseconds since 1970. */
export type WaitEvent =
  | EventEnvelope<"timer-set", { readonly at: number; readonly ms: number }>
  | EventEnvelope<"timer-fired", Readonly<Record<string, never>>>
  | EventEnvelope<
      "signal-awaited",
      {
        readonly name: string;
        readonly request?: unknown;
        readonly deadline?: { readonly at: number; readonly ms: number };
      }
    >
  | EventEnvelope<"signal-received", { readonly value?: unknown; readonly by?: string }>
  /** An answer that was received while no code was there to check it does not match. The run continues to wait. */
  | EventEnvelope<"signal-refused", { readonly error: ErrorRecord }>
  | EventEnvelope<"signal-failed", { readonly error: StepFailure; readonly by?: string }>;

/** An event about scopes, branches and loops. Its `key` is that of the scope, the group or the loop. */
export type ScopeEvent =
  /** What the `outline` of the definition that runs in the scope returned, as JSON. */
  | EventEnvelope<"scope-outlined", { readonly outline: BlobRef }>
  | EventEnvelope<"branch-decided", { readonly branch: string }>
  | EventEnvelope<"turn-finished", { readonly turn: number; readonly next?: unknown }>
  /** With `closes`, the run accepts nothing more from outside. */
  | EventEnvelope<"loop-finished", { readonly turns: number; readonly result?: unknown; readonly closes?: true }>;

/** The `data` of the events of one type. */
export type EventData<Type extends EngineEvent["type"]> = Extract<EngineEvent, { readonly type: Type }>["data"];

/** A run's state, as `heads` of a journal returns it. */
export type RunState =
  /** A message that waits for its turn. */
  | "queued"
  /** A run that is under way, or was cut off with its process. */
  | "running"
  /** A run that waits for a signal, a timer or an answer. */
  | "suspended"
  | "finished"
  | "failed"
  | "cancelled"
  /** A message whose handling killed its process too often. */
  | "set-aside"
  /** A dead letter that was sent again. */
  | "sent-again";

/** Further data in the head of a run. */
export interface RunAbout {
  /** The definition's name. */
  readonly name: string;
  /** The key whose message the run handles. */
  readonly key?: MessageKey;
  /** The run that this one is a child of. */
  readonly parent?: string;
  /** For a child: the agent whose message is handled by the run that this one is a child of, directly or through other children. */
  readonly holder?: MessageKey;
  /** For a run that has ended: what its model calls used. */
  readonly usage?: UsageSums;
  /** For a message: when it is due, in milliseconds since 1970. It is not handled before. */
  readonly dueAt?: number;
  /** For a message: whether somebody waits for the reply. Not set if the message failed when nobody waited any more. */
  readonly asked?: boolean;
  /** For a message: the run that sent it. */
  readonly sender?: string;
  /** For a message: until when that run waits for the reply. */
  readonly replyBy?: DueTime;
  /** For a suspended run: the keys of what it waits for. */
  readonly waitsFor?: readonly string[];
}
