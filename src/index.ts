import { type BaseErrorCode, provideThreadPool, type ThreadErrorCode } from "./base/index.ts";
import type { EngineErrorCode, EngineEvent } from "./engine/index.ts";
import type { FlowErrorCode } from "./flow/index.ts";
import type { JournalErrorCode } from "./journal/index.ts";

/** Everything that happens: one union, told apart by `type`. */
export type AitorEvent = EngineEvent;

/**
 * Every code that an error of Aitor's own has; those of the journal on disk are `SqliteErrorCode` of `aitor/sqlite`. A
 * step's error may also carry the code of what your code threw.
 */
export type AitorErrorCode = BaseErrorCode | JournalErrorCode | EngineErrorCode | FlowErrorCode | ThreadErrorCode;

// Worker threads are loaded when a task first runs in one.
provideThreadPool(async () => (await import("./threads/index.ts")).sharedThreads());

export {
  AitorError,
  Budget,
  configureLogging,
  isAitorError,
  isBudgetExceeded,
  isSecret,
  Secret,
  systemClock,
} from "./base/index.ts";
export type {
  AitorErrorOptions,
  Amounts,
  BlobRef,
  Branch,
  BudgetExcess,
  BudgetLimits,
  BudgetOptions,
  BudgetState,
  ChildOptions,
  Clock,
  Duration,
  Effect,
  ErrorRecord,
  EventEnvelope,
  LogFormat,
  LoggingOptions,
  LogLevel,
  LogRecord,
  LogSink,
  MessageKey,
  Measure,
  Progress,
  Reservation,
  RetryOptions,
  Run,
  Runnable,
  Schema,
  SignalOptions,
  Spend,
  StepContext,
  StepName,
  StepOptions,
  Timer,
  Turn,
} from "./base/index.ts";
export { EmbeddedEngine, isStepError, runReport, StepError, stepNameOf, TerminalError } from "./engine/index.ts";
export type {
  Answer,
  EmbeddedEngineOptions,
  Engine,
  EngineStats,
  ForkOptions,
  Receipt,
  Recovery,
  RunAbout,
  RunHandle,
  RunOrigin,
  RunReport,
  RunState,
  RunStats,
  SendOptions,
  StartOptions,
  StepReport,
  StepStats,
  TaskStats,
} from "./engine/index.ts";
export {
  Aitorflow,
  drawRecorded,
  FlowError,
  FlowResult,
  isFlowError,
  signal,
  task,
  timer,
  when,
} from "./flow/index.ts";
export type {
  Chain,
  FlowBuilder,
  FlowEdges,
  FlowHandle,
  FlowOptions,
  FlowOutline,
  FlowRunOptions,
  Handle,
  Input,
  IsolatedResult,
  MapOptions,
  PreviousRun,
  SignalTaskOptions,
  Task,
  TaskOptions,
  TaskReport,
  TaskState,
} from "./flow/index.ts";
export { memoryJournal } from "./journal/index.ts";
export type {
  AppendOptions,
  Blobs,
  Command,
  Head,
  HeadChange,
  HeadFilter,
  Inbox,
  Journal,
  Snapshot,
  Snapshots,
} from "./journal/index.ts";
