import type { AgentErrorCode, MemoryEvent } from "./agent/index.ts";
import { type BaseErrorCode, provideThreadPool, type ThreadErrorCode } from "./base/index.ts";
import type { EngineErrorCode, EngineEvent, UsageCountedEvent } from "./engine/index.ts";
import type { FlowErrorCode } from "./flow/index.ts";
import type { JournalErrorCode } from "./journal/index.ts";
import type { LLMErrorCode, ModelCalledEvent } from "./llm/index.ts";
import type { PlanningErrorCode, RecordedPlanningEvent } from "./planning/index.ts";
import type { ReasoningErrorCode } from "./reasoning/index.ts";
import type { ToolErrorCode } from "./tools/index.ts";

/** The union of all events, discriminated by `type`. Events that a user's steps record have types of the user's own. */
export type AitorEvent = EngineEvent | MemoryEvent | ModelCalledEvent | RecordedPlanningEvent | UsageCountedEvent;

/**
 * Every code of Aitor's own errors. The journal on disk has `SqliteErrorCode` and `LockErrorCode` of `aitor/sqlite`, cassettes
 * have `CassetteErrorCode` of `aitor/testing`. The error of a step may also carry a code of the user's own.
 */
export type AitorErrorCode =
  | AgentErrorCode
  | BaseErrorCode
  | EngineErrorCode
  | FlowErrorCode
  | JournalErrorCode
  | LLMErrorCode
  | PlanningErrorCode
  | ReasoningErrorCode
  | ToolErrorCode
  | ThreadErrorCode;

// Worker threads are loaded when a task first runs in one.
provideThreadPool(async () => (await import("./threads/index.ts")).sharedThreads());

export { agentRef, Aitor, AitorHost, AppendList, defineAgent } from "./agent/index.ts";
export type {
  AgentAbout,
  AgentClass,
  AgentBlobs,
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
export {
  AitorError,
  Budget,
  configureLogging,
  isAitorError,
  isBudgetExceeded,
  isSecret,
  Secret,
  stepInDoubtError,
  systemClock,
} from "./base/index.ts";
export type {
  AgentRef,
  AitorErrorOptions,
  Amounts,
  AskStepOptions,
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
  MailboxOptions,
  MessageKey,
  Measure,
  Progress,
  Reservation,
  RetryOptions,
  Run,
  Runnable,
  Schema,
  ScopeOptions,
  SignalOptions,
  Spend,
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
  UsageEntry,
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
  addTotals,
  addUsage,
  asProvider,
  assistantMessage,
  foldUsage,
  isContextOverflow,
  isModelError,
  isModelUnavailable,
  LLMManager,
  mergeSettings,
  NO_USAGE,
  parseMessage,
  promptFaults,
  registerProvider,
  systemMessage,
  textOf,
  toolCallsOf,
  toolMessage,
  userMessage,
} from "./llm/index.ts";
export type {
  AssistantMessage,
  AssistantPart,
  FilePart,
  FinishReason,
  LanguageModel,
  LLMErrorCode,
  LLMManagerOptions,
  LLMProvider,
  Message,
  ModelCall,
  ModelCalledEvent,
  ModelErrorCode,
  ModelEvent,
  ModelFailure,
  ModelInfo,
  ModelOptions,
  ModelReply,
  ModelRequestOptions,
  ModelSettings,
  ModelState,
  ModelStream,
  OutputOptions,
  Price,
  ProviderCall,
  ProviderEvent,
  ProviderFactory,
  ProviderMetadata,
  ReasoningEffort,
  ReasoningPart,
  SystemMessage,
  TextPart,
  ToolCallPart,
  ToolChoice,
  ToolMessage,
  ToolOutput,
  ToolResultPart,
  ToolSpec,
  Usage,
  UsageReport,
  UsageTotals,
  UserMessage,
} from "./llm/index.ts";
export { definePlanningAgent, PlanningReactAgent, planTools, TodoManager, TodoPlan } from "./planning/index.ts";
export type { PlanningAgentOptions, PlanningDefinition, PlanningEvent, PlanningResult } from "./planning/index.ts";
export type { NewTodo, PlanChange, PlanEvent, PlanHolder, SubAgent } from "./planning/index.ts";
export type { Todo, TodoPriority, TodoStatus } from "./planning/index.ts";
export { defineReactAgent, ReactAgent, type ReasoningDefinition } from "./reasoning/index.ts";
export type { PendingApproval, ReactAgentOptions, ReactEvent, ReactMemory, ReactResult } from "./reasoning/index.ts";
export {
  approvalHash,
  askUser,
  blobArtefacts,
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
  Artefact,
  ArtefactStore,
  DefinedTool,
  Isolation,
  JsonSchema,
  Tool,
  ToolCall,
  ToolCallContext,
  ToolContext,
  ToolDefinition,
  ToolError,
  ToolFactory,
  ToolFailure,
  ToolFailureCode,
  ToolPolicy,
  ToolRegistryOptions,
  ToolResult,
  ToolSuccess,
  ToolView,
} from "./tools/index.ts";
