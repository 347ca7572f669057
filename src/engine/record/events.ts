import type { BlobRef, Effect, ErrorRecord, EventEnvelope, MessageKey, Progress } from "../../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { RecordedInput } from "./recorded-input.ts";
import type { DueTime } from "./time-left.ts";
import type { UsageSums } from "./usage-sums.ts";

/**
 * Everything that happens in a run. All but `step-progress`, `work-dropped` and `run-halted` is journaled. Durations are milliseconds.
 * An error in an event says what was expected, what came, and the fix.
 */
export type EngineEvent = RunEvent | StepEvent | WaitEvent | ScopeEvent;

/** About the run itself; `key` is empty. */
export type RunEvent =
  /** Before the start of a run that handles a message. */
  | MessageReceived
  | RunStarted
  | EventEnvelope<"run-resumed", RunResume>
  /** Nothing of it goes on before one of these (steps in doubt, signals, timers, by key) does. */
  | EventEnvelope<"run-suspended", { readonly waitsFor: readonly string[] }>
  /**
   * It was stopped in good order: its engine was closed; or, with the error, the code does not fit the record, or what it asks
   * stands still. The `uncalled` steps must run once, and were cut off before they were called.
   */
  | EventEnvelope<"run-paused", { readonly error?: ErrorRecord; readonly uncalled?: readonly string[] }>
  | EventEnvelope<"run-finished", { readonly output?: unknown; readonly durationMs: number }>
  | EventEnvelope<"run-failed", { readonly error: ErrorRecord; readonly durationMs: number }>
  | EventEnvelope<"run-cancelled", { readonly error: ErrorRecord; readonly durationMs: number }>
  /** Its message was begun `attempts` times since it last got further, and each time the process died. */
  | EventEnvelope<"message-set-aside", { readonly error: ErrorRecord; readonly attempts: number }>
  /** It was a dead letter, and was sent again, as the message of that id. */
  | EventEnvelope<"message-sent-again", { readonly message: string }>
  /** Told to observers of the engine: it stopped without an ending on record, and can be resumed; or was refused. */
  | EventEnvelope<"run-halted", { readonly error: ErrorRecord }>;

/** The receipt of a message, the first event of the run that handles it. */
export type MessageReceived = EventEnvelope<"message-received", MessageReceipt>;

export interface MessageReceipt {
  readonly to: MessageKey;
  readonly message?: unknown;
  /** Not before this, in milliseconds since 1970. */
  readonly dueAt?: number;
  /** Somebody waits for the reply, and is told of a failure. */
  readonly asked?: boolean;
  /** The run that sent it. */
  readonly sender?: string;
  /** That run waits for the reply no longer. */
  readonly replyBy?: DueTime;
  readonly origin?: RunOrigin;
  /** The command that brought it. */
  readonly by?: string;
}

export type RunStarted = EventEnvelope<"run-started", RunStart>;

export interface RunStart {
  readonly name: string;
  readonly version: string;
  /** Not of a run that handles a message, which is on record already. */
  readonly input?: unknown;
  /** What the object that began it `carries`. */
  readonly carried?: unknown;
  /** The run that this one is a child of. */
  readonly parent?: string;
  /** The run whose record this one began with, up to and including that event. */
  readonly forkedFrom?: {
    readonly run: string;
    readonly seq: number;
    /** So many events behind this one are copies. */
    readonly copied: number;
  };
  readonly origin?: RunOrigin;
  /** What the definition's `outline` gave, as JSON. */
  readonly outline?: BlobRef;
}

/** Of code of another version than before also what that is made of. */
export type RunResume = Pick<RunStart, "version" | "outline">;

/** Where the definition of a run can be loaded from. */
export interface RunOrigin {
  /** The URL of a module. */
  readonly module: string;
  /** @default the default one, or the only one that fits */
  readonly export?: string;
}

/** About one step; `key` is the step's. */
export type StepEvent =
  | EventEnvelope<
      "step-started",
      {
        readonly name: string;
        readonly effect: Effect;
        /** Each of its calls has a start of its own. */
        readonly metered?: boolean;
        readonly input?: RecordedInput | undefined;
        /** The run that does it, where it is a child. */
        readonly child?: string | undefined;
        /** It waits for another agent's reply. */
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
        /** Who began it goes on with the failure. */
        readonly caught?: boolean;
      }
    >
  /** It must run once, and may have happened: the run asks. */
  | EventEnvelope<"step-in-doubt", { readonly why: string }>
  /** What was in doubt is known: its result or failure follows, or it is started again. */
  | EventEnvelope<"step-answered", { readonly how: "value" | "fail" | "again"; readonly by?: string }>
  /** It must run once, and was cut off with its scope: it may have happened. */
  | EventEnvelope<"step-abandoned", { readonly why: string }>
  | EventEnvelope<"release-failed", { readonly error: ErrorRecord }>
  /**
   * Told to observers of the engine: it was cut off since its body returned without having awaited it, or refused; `key` is that of the
   * wait, scope, branch or loop where it is none of a step. With `uncalled`, it must run once, and never was called.
   */
  | EventEnvelope<"work-dropped", { readonly error: ErrorRecord; readonly uncalled?: true }>;

/** About what a run waits for; `key` is the timer's or the signal's. Times are milliseconds since 1970. */
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
  /** What was received while no code was there to check it does not fit: the run goes on waiting. */
  | EventEnvelope<"signal-refused", { readonly error: ErrorRecord }>
  | EventEnvelope<"signal-failed", { readonly error: StepFailure; readonly by?: string }>;

/** About scopes, branches and loops; `key` is the scope's, the group's or the loop's. */
export type ScopeEvent =
  /** What the definition that runs in the scope is made of: what its `outline` gave, as JSON. */
  | EventEnvelope<"scope-outlined", { readonly outline: BlobRef }>
  | EventEnvelope<"branch-decided", { readonly branch: string }>
  | EventEnvelope<"turn-finished", { readonly turn: number; readonly next?: unknown }>
  /** With `closes`, the run takes in nothing more from outside. */
  | EventEnvelope<"loop-finished", { readonly turns: number; readonly result?: unknown; readonly closes?: true }>;

/** The `data` of the events of one type. */
export type EventData<Type extends EngineEvent["type"]> = Extract<EngineEvent, { readonly type: Type }>["data"];

/** A run's state, as `heads` of a journal tells it. */
export type RunState =
  /** A message that waits for its turn. */
  | "queued"
  /** Under way, or cut off with its process. */
  | "running"
  /** It waits for a signal, a timer, or an answer. */
  | "suspended"
  | "finished"
  | "failed"
  | "cancelled"
  /** A message whose handling killed its process too often. */
  | "set-aside"
  /** A dead letter that was sent again. */
  | "sent-again";

/** What the head of a run tells besides. */
export interface RunAbout {
  /** The definition's. */
  readonly name: string;
  /** Whose message it handles. */
  readonly key?: MessageKey;
  /** The run that it is a child of. */
  readonly parent?: string;
  /** Of a child: the agent whose message the run is handled by that it is a child of, or a child's child. */
  readonly holder?: MessageKey;
  /** Of one that has ended: what its model calls used. */
  readonly usage?: UsageSums;
  /** Of a message: not before this, in milliseconds since 1970. */
  readonly dueAt?: number;
  /** Of a message: somebody waits for the reply. Not so where it failed when nobody did any more. */
  readonly asked?: boolean;
  /** Of a message: the run that sent it. */
  readonly sender?: string;
  /** Of a message: when that run waits no longer for the reply. */
  readonly replyBy?: DueTime;
  /** Of a suspended run: the keys of what it waits for. */
  readonly waitsFor?: readonly string[];
}
