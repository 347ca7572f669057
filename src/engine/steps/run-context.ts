import type { Clock, EventEnvelope, Keeper, KeptRun, MessageKey, Progress, Runnable } from "../../base/index.ts";
import type { Receipt, SendOptions } from "../engine.ts";
import type { EngineEvent, EventData, RunOrigin } from "../record/events.ts";
import type { Figures } from "../figures/figures.ts";
import type { Keeping } from "./keeping.ts";
import type { CalledKind } from "../record/open-calls.ts";
import type { Notes } from "./notes.ts";
import type { Outlined } from "../record/outlines.ts";
import type { RecoveredRun } from "../record/recovered-run.ts";
import type { DueTime } from "../record/time-left.ts";
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

/** Whoever waits for a place in a mailbox waits no longer: sending fails with that error. Harmless when it has a place. */
export type Leave = (error: Error) => void;

/** How a message is sent, beside what its sender says. */
export interface Sending {
  /** Whose run sends it: it may not wait for itself. */
  readonly from?: MessageKey | undefined;
  /** The run that sends it. */
  readonly sender?: string | undefined;
  /** When that waits no longer for its reply. */
  readonly replyBy?: DueTime | undefined;
  /** The command that brings it. */
  readonly by?: string | undefined;
  /** Somebody waits for its reply. */
  readonly asked?: boolean;
  /** It may have been sent before the process died: it is that message then, however long ago that was. */
  readonly again?: boolean | undefined;
  /** Called right before it is recorded; what it throws is thrown, and nothing is recorded. */
  readonly begin?: () => void;
  /** Called with the run that will handle it, before its turn can come. `told`: who sent it first does not wait for its reply. */
  readonly onRun?: (run: string, told: boolean) => void;
  /** Called where there is no place for it yet. */
  readonly onWait?: (leave: Leave) => void;
}

export interface AskOfRun {
  /** The message's. @default a random UUID */
  readonly id?: string | undefined;
  readonly origin?: RunOrigin | undefined;
  readonly from?: MessageKey | undefined;
  readonly sender?: string | undefined;
  readonly replyBy?: DueTime | undefined;
  readonly again?: boolean | undefined;
  /** Told when what the reply waits for begins to wait for something from outside, and when it goes on. */
  readonly onRest?: ((resting: boolean) => void) | undefined;
  /** Told when a reply that is on record has come, or there is none. */
  readonly onLooked?: (() => void) | undefined;
}

/** A message that was sent, or is being sent, and whose reply is awaited. */
export interface Asked {
  /** The run that handles it, when it is durable. */
  readonly run: Promise<string>;
  readonly reply: Promise<unknown>;
  /** `reply` has rejected because nothing goes on there: the message, or one before it, stopped without an ending on record. */
  readonly halted: boolean;
  /** It was not withdrawn with who asked: others want it. */
  readonly stays: boolean;
  /** Who asked does not want the reply any more. */
  withdraw(reason: unknown): Promise<void>;
}

/** What runs can send. */
export interface RunMail {
  send(key: MessageKey, message: unknown, options: SendOptions, sending: Sending): Promise<Receipt>;
  ask(key: MessageKey, message: unknown, options: AskOfRun): Asked;
  /** Whether somebody waits in this process for what a run gives. */
  awaits(run: string): boolean;
}

/** A place where a run goes on from; what is kept along with it is recorded with it. */
export type CommitEvent = "turn-finished" | "loop-finished";

/** What all scopes and steps of one run share. */
export interface RunContext {
  readonly id: string;
  readonly key: MessageKey | undefined;
  /** Whose place it holds while it is under way: its key, or that of the run that it is a child of. */
  readonly holder: MessageKey | undefined;
  readonly mail: RunMail;
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
  /** What is open in it. */
  readonly root: { readonly waiting: number };
  readonly waits: Waits;
  readonly notes: Pick<Notes, "close" | "underWay">;
  /** Takes the keys of steps that must run once, their start is on record, and end before they are called. */
  readonly uncalled: string[];
  readonly keeping: Pick<Keeping, "check" | "replayed" | "resumedBehind">;
  /** It was halted: what is open in it may go on elsewhere. */
  readonly halted: boolean;
  /**
   * Journals an event and tells subscribers. Recorded already when it returns nothing. When recording fails, the run
   * halts, and the promise rejects; it need not be handled.
   */
  record<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void | Promise<void>;
  /** As `record`, all of them or none. */
  recordAll(events: readonly Recordable[]): void | Promise<void>;
  /** As `record`, with what is kept along with the run. */
  commit<Type extends CommitEvent>(type: Type, key: string, data: EventData<Type>): void | Promise<void>;
  /** As `record`, of an event that is none of the engine's own; it rides along. */
  recordOwn(event: Pick<EventEnvelope, "type" | "key" | "data">): void;
  /** Says what runs in a scope, where that is kept: once for each scope. It rides along. */
  outline(scope: string, of: Outlined): void;
  keep(keeper: Keeper): KeptRun;
  /** It waits for another run of this engine: what it holds a place of may be used meanwhile. */
  yieldPlace(): void;
  /** Tells subscribers only. */
  progress(key: string, update: Progress): void;
  /** Tells the log, and observers of the engine, of what was cut off since nobody had awaited it, or refused. */
  dropped(key: string, data: EventData<"work-dropped">): void;
  /** Stops the run where it is, without an ending on record: it can be resumed. */
  halt(error: Error): void;
  /** Starts a run of this one's, or goes on with it. */
  child<Input, Output>(...call: ChildCall<Input, Output>): Promise<ChildRun<Output>>;
  /** What must run once in another run of this engine is in doubt from now on; nothing where nothing is. */
  doubtIn(run: string, why: string): Promise<unknown> | undefined;
  /** Cancels a child, or the run that handles a message of this one's, wherever that is. */
  endCall(kind: CalledKind, id: string, reason: unknown): Promise<void>;
}
