export type { AgentToolOptions } from "./agent-tool.ts";
export { AgentTools } from "./agent-tools.ts";
export type { ApprovalAnswer } from "./approval-answer.ts";
export type { CompactionOptions } from "./compaction.ts";
export { defineReactAgent } from "./define-react-agent.ts";
export type { ReactAgentDefinition } from "./define-react-agent.ts";
export { checkModelOf, hostedReactAgent, isReactAgent } from "./hosted-react-agent.ts";
export type { ReasoningErrorCode } from "./errors.ts";
export { decodeMemory, encodeMemory } from "./memory-codec.ts";
export type { MemoryProblem } from "./memory-reader.ts";
export type { MemoryPart } from "./memory-format.ts";
export type { MemoryLimits } from "./memory-limits.ts";
export type { MemoryFields } from "./memory-rules.ts";
export type { PendingApproval } from "./pending-approval.ts";
export type { PromptShape } from "./prompt-shape.ts";
export { ReactAgent } from "./react-agent.ts";
export type { ReasoningDefinition } from "./react-agent.ts";
export type { SolveOptions, TypedSolveOptions } from "./solve-options.ts";
export type { ReactAgentOptions, ReactReply } from "./react-agent-options.ts";
export type { ReactEvent } from "./react-event.ts";
export { ReactMemory } from "./react-memory.ts";
export type { MemoryStats, MemorySummary, ToolExecution, TraceStep } from "./memory-parts.ts";
export type { AnswerShape, MemoryCommand, Problem, ReactLimits, ReactMessage, ReactTask } from "./react-message.ts";
export type { ReactOutcome, ReactReason, ReactResult, ReactStatus } from "./react-result.ts";
export { ReactStream } from "./react-stream.ts";
export { ReasoningEngine } from "./reasoning-engine.ts";
export { taskOf } from "./react-message.ts";
export type {
  Instructions,
  ReasoningHooks,
  ReasoningOptions,
  TurnAbout,
  TurnChange,
  TurnReport,
} from "./reasoning-options.ts";
export { recordedCall } from "./recorded-call.ts";
export type { RecordedCall } from "./recorded-call.ts";
export { recordedPrompt } from "./recorded-prompt.ts";
export type { RecordedPrompt } from "./recorded-prompt.ts";
export { RecentList } from "./recent-list.ts";
export type { ThinkRecord } from "./turn-record.ts";
