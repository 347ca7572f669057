export type { LanguageModel } from "./ai-sdk.ts";
export type { BreakerOptions } from "./breaker.ts";
export { isContextOverflow, isModelError, isModelUnavailable } from "./errors.ts";
export type { LLMErrorCode, ModelErrorCode, ModelFailure } from "./errors.ts";
export { type FailureKind, failureOf } from "./failure.ts";
export type { KeyState } from "./key-slot.ts";
export { promptFaults } from "./legality.ts";
export { LLMManager } from "./manager.ts";
export type { ModelInfo } from "./manager.ts";
export { assistantMessage, systemMessage, textOf, toolCallsOf, toolMessage, userMessage } from "./message.ts";
export type {
  AssistantMessage,
  AssistantPart,
  FilePart,
  Message,
  ModelOrigin,
  OpaquePart,
  ProviderMetadata,
  ReasoningPart,
  SystemMessage,
  TextPart,
  ToolCallPart,
  ToolMessage,
  ToolOutput,
  ToolResultPart,
  UserMessage,
} from "./message.ts";
export type { ModelState } from "./model.ts";
export type { ModelCall, ModelCalledEvent } from "./model-call.ts";
export type { ModelEvent, ModelReply, ModelWarning } from "./model-events.ts";
export type { ModelOptions, ModelSource } from "./model-source.ts";
export type { ModelStream } from "./model-stream.ts";
export type { OutputOptions } from "./output.ts";
export { parseMessage } from "./parse-message.ts";
export type { Price } from "./price.ts";
export type {
  PromptAssistant,
  PromptAssistantPart,
  PromptCustom,
  PromptData,
  PromptFile,
  PromptMessage,
  PromptReasoning,
  PromptRepair,
  PromptSystem,
  PromptText,
  PromptTool,
  PromptToolCall,
  PromptToolOutput,
  PromptToolResult,
  PromptUser,
  RepairKind,
} from "./prompt.ts";
export type { FamilyName, PromptFamily } from "./prompt-family.ts";
export type { FinishReason, LLMProvider, OutputSpec, ProviderCall, ProviderEvent, ToolSpec } from "./provider.ts";
export type { ProviderFactory, ProviderFactoryOptions } from "./provider-factory.ts";
export { hashPrompt } from "./prompt-hash.ts";
export { asProvider, registerProvider } from "./provider-registry.ts";
export type { RegisterProviderOptions } from "./provider-registry.ts";
export type { BlobSource } from "./provider-request.ts";
export type { LLMManagerOptions, ModelRequestOptions, RequestRetry } from "./request-options.ts";
export { checkSettings, mergeSettings } from "./settings.ts";
export { jsonSchemaOf, parseJsonText } from "./output.ts";
export { messageTokens } from "./token-estimate.ts";
export type { ModelSettings, ReasoningEffort, SettingName, TimeoutSettings, ToolChoice } from "./settings.ts";
export { addTotals, addUsage, NO_USAGE } from "./usage.ts";
export type { Metered, Usage, UsageTotals } from "./usage.ts";
export { foldUsage } from "./usage-fold.ts";
export type { UsageFoldOptions } from "./usage-fold.ts";
export type { UsageReport } from "./usage-meter.ts";
