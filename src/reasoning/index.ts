export type { AgentToolOptions } from "./agent-tool.ts";
export type { AgentTools } from "./agent-tools.ts";
export type { ApprovalAnswer } from "./turn/approval-answer.ts";
export type { CompactionOptions } from "./turn/compaction.ts";
export { defineReactAgent } from "./define-react-agent.ts";
export type { ReactAgentDefinition } from "./define-react-agent.ts";
/** @internal */
export { checkModelOf, hostedReactAgent, isReactAgent } from "./hosted-react-agent.ts";
export type { ReasoningErrorCode } from "./result/errors.ts";
/** @internal */
export { decodeMemory, encodeMemory } from "./memory/memory-codec.ts";
export type { MemoryProblem } from "./memory/memory-reader.ts";
export type { MemoryPart } from "./memory/memory-format.ts";
export type { MemoryLimits } from "./memory/memory-limits.ts";
/** @internal */
export { checkFields } from "./memory/memory-rules.ts";
export type { MemoryFields } from "./memory/memory-rules.ts";
export type { PendingApproval } from "./turn/pending-approval.ts";
export type { PromptShape } from "./memory/prompt-shape.ts";
export { ReactAgent } from "./react-agent.ts";
export type { SolveOptions, TypedSolveOptions } from "./solve-options.ts";
export type { ReactAgentOptions, ReactReply, ReasoningDefinition } from "./react-agent-options.ts";
export type { ReactEvent } from "./result/react-event.ts";
export { ReactMemory } from "./memory/react-memory.ts";
export type { MemoryStats, MemorySummary, ToolExecution, TraceStep } from "./memory/memory-parts.ts";
export type {
  AnswerShape,
  MemoryCommand,
  Problem,
  ReactLimits,
  ReactMessage,
  ReactTask,
} from "./memory/react-message.ts";
export type { ReasoningMemory, ReasoningMemoryOptions } from "./memory/reasoning-memory.ts";
/** @internal */
export { spentBy } from "./result/react-result.ts";
export type { ReactOutcome, ReactReason, ReactResult, ReactStatus } from "./result/react-result.ts";
export type { ReactStream } from "./result/react-stream.ts";
export type { ForkedRun, ForkOptions, StreamView } from "./result/react-stream.ts";
export { ReasoningEngine } from "./turn/reasoning-engine.ts";
export type { EnginePlace } from "./turn/reasoning-engine.ts";
/** @internal */
export { boundHooks, checkHooks } from "./turn/hook-check.ts";
/** @internal */
export { taskOf } from "./memory/react-message.ts";
export type {
  Instructions,
  ReasoningHooks,
  ReasoningOptions,
  TurnChange,
  TurnReport,
} from "./turn/reasoning-options.ts";
export type { TurnAbout } from "./result/turn-about.ts";
export type { ExtendedRun, ReasoningExtension, RunExtension } from "./turn/reasoning-extension.ts";
/** @internal */
export { recordedCall } from "./turn/recorded-call.ts";
export type { RecordedCall } from "./turn/recorded-call.ts";
/** @internal */
export { recordedPrompt } from "./dialect/recorded-prompt.ts";
export type { RecordedPrompt } from "./dialect/recorded-prompt.ts";
export type { RecentList } from "./memory/recent-list.ts";
export type { RecordedReasoningEvent, UsageAdded } from "./memory/recorded-event.ts";
/** @internal */
export { RunView } from "./result/run-view.ts";
export { placeInTurn } from "./memory/turn-record.ts";
/** @internal */
export { isThink, LOOP } from "./memory/turn-record.ts";
export type { CompactRecord, ThinkRecord } from "./memory/turn-record.ts";
