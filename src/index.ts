import type { AgentErrorCode, MemoryEvent } from "./agent/index.ts";
import { type BaseErrorCode, provideThreadPool, type ThreadErrorCode } from "./base/index.ts";
import type { EngineErrorCode, EngineEvent } from "./engine/index.ts";
import type { FlowErrorCode } from "./flow/index.ts";
import type { JournalErrorCode } from "./journal/index.ts";
import type { ToolErrorCode } from "./tools/index.ts";

/** Everything that happens: one union, told apart by `type`. */
export type AitorEvent = EngineEvent | MemoryEvent;

/**
 * Every code that an error of Aitor's own has; those of the journal on disk are `SqliteErrorCode` of `aitor/sqlite`. A
 * step's error may also carry the code of what your code threw.
 */
export type AitorErrorCode =
  | AgentErrorCode
  | BaseErrorCode
  | EngineErrorCode
  | FlowErrorCode
  | JournalErrorCode
  | ToolErrorCode
  | ThreadErrorCode;

// Worker threads are loaded when a task first runs in one.
provideThreadPool(async () => (await import("./threads/index.ts")).sharedThreads());

export { agentRef, Aitor, AitorHost, AppendList, defineAgent } from "./agent/index.ts";
export type {
  AgentAbout,
  AgentClass,
  AgentContext,
  AgentDefinition,
  AgentEvent,
  AgentFailure,
  AgentInfo,
  AgentOptions,
  AgentPlace,
  AitorHostOptions,
  AskAgentOptions,
  Draft,
  Fold,
  HandledMemory,
  HostStats,
  MemoryChange,
  MemoryCodec,
  MemoryFile,
  MemoryPatch,
  PendingSignal,
  ShutdownOptions,
  Snapshot as MemorySnapshot,
  TellAgentOptions,
} from "./agent/index.ts";
export { AitorError, configureLogging, isAitorError, systemClock } from "./base/index.ts";
export type {
  AgentRef,
  AitorErrorOptions,
  AskStepOptions,
  BlobRef,
  Branch,
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
  MailboxOptions,
  MessageKey,
  Progress,
  RetryOptions,
  Run,
  Runnable,
  Schema,
  SignalOptions,
  StepContext,
  StepName,
  StepOptions,
  TellStepOptions,
  Timer,
  TimerOptions,
  Turn,
} from "./base/index.ts";
export { EmbeddedEngine, isStepError, runReport, StepError, stepNameOf, TerminalError } from "./engine/index.ts";
export type {
  Answer,
  AskOptions,
  DeadLetter,
  EmbeddedEngineOptions,
  Engine,
  EngineStats,
  ForkOptions,
  MailStats,
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
  FlowToolOptions,
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
  BlobOptions,
  Blobs,
  Command,
  Head,
  HeadChange,
  HeadFilter,
  Inbox,
  Journal,
  Restored,
  Snapshot,
  Snapshots,
} from "./journal/index.ts";
export {
  approvalHash,
  askUser,
  builtInTools,
  calculator,
  countText,
  currentTime,
  findText,
  jsonSchema,
  memoryArtefacts,
  note,
  outlineJson,
  random,
  readArtefact,
  readJson,
  replaceText,
  tool,
  ToolRegistry,
  wait,
} from "./tools/index.ts";
export type {
  Access,
  AnyTool,
  Approval,
  ApprovalRequest,
  ApprovalRule,
  ApprovalSubject,
  Artefact,
  ArtefactHandle,
  ArtefactStore,
  CutOutput,
  DefinedTool,
  Isolation,
  JsonSchema,
  RegisterOptions,
  Tool,
  ToolCall,
  ToolCallContext,
  ToolCallOptions,
  ToolContext,
  ToolCut,
  ToolDefinition,
  ToolError,
  ToolFactory,
  ToolFailure,
  ToolFailureCode,
  ToolFilter,
  ToolIssue,
  ToolMatch,
  ToolPolicy,
  ToolRegistryOptions,
  ToolRequest,
  ToolResult,
  ToolRule,
  ToolSettings,
  ToolSuccess,
  ToolView,
  ViewOptions,
} from "./tools/index.ts";
