export type { LanguageModel } from "./providers/ai-sdk.ts";
export type { BreakerOptions } from "./model/breaker.ts";
export { isContextOverflow, isModelError, isModelUnavailable } from "./format/errors.ts";
export type { LLMErrorCode, ModelErrorCode, ModelFailure } from "./format/errors.ts";
export { type FailureKind } from "./format/failure.ts";
/** @internal */
export { failureOf } from "./format/failure.ts";
export type { KeyState } from "./model/key-slot.ts";
export { promptFaults } from "./prompt/legality.ts";
/** @internal */
export { checkedManager } from "./checked-manager.ts";
export { LLMManager } from "./manager.ts";
export type { ModelInfo } from "./model/model-info.ts";
export { assistantMessage, systemMessage, textOf, toolCallsOf, toolMessage, userMessage } from "./format/message.ts";
/** @internal */
export { recordedUserMessage } from "./format/message.ts";
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
} from "./format/message.ts";
export type { ModelState } from "./model/model.ts";
export type { ModelCall, ModelCalledEvent } from "./format/model-call.ts";
export type { ModelEvent, ModelReply, ModelWarning, RejectedAnswer } from "./format/model-events.ts";
export type { ModelOptions, ModelSource } from "./providers/model-source.ts";
export type { ModelStream } from "./output/model-stream.ts";
export type { OutputOptions } from "./output/output.ts";
export { parseMessage } from "./format/parse-message.ts";
export type { Price } from "./format/price.ts";
export type {
  FileKind,
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
  TakesFile,
} from "./format/prompt.ts";
export type { FamilyName, PromptFamily } from "./format/prompt-family.ts";
export type {
  FinishReason,
  LLMProvider,
  OutputSpec,
  ProviderCall,
  ProviderEvent,
  ToolSpec,
} from "./format/provider.ts";
export type { ProviderFactory, ProviderFactoryOptions } from "./providers/provider-factory.ts";
/** @internal */
export { wait } from "./model/wait.ts";
/** @internal */
export { hashPrompt } from "./prompt/prompt-hash.ts";
export { asProvider, registerProvider } from "./providers/provider-registry.ts";
export type { RegisterProviderOptions } from "./providers/provider-registry.ts";
export type { BlobSource } from "./request/provider-request.ts";
export type { LLMManagerOptions, ModelRequestOptions, RequestRetry } from "./request/request-options.ts";
export { mergeSettings } from "./format/settings.ts";
/** @internal */
export { checkSettings } from "./format/settings.ts";
/** @internal */
export { jsonSchemaOf, parseJsonText } from "./output/output.ts";
/** @internal */
export { messageTokens } from "./format/token-estimate.ts";
export type { ModelSettings, ReasoningEffort, SettingName, TimeoutSettings, ToolChoice } from "./format/settings.ts";
export { addTotals, addUsage, NO_USAGE } from "./format/usage.ts";
export type { Metered, Usage, UsageTotals } from "./format/usage.ts";
export { foldUsage } from "./format/usage-fold.ts";
export type { UsageFoldOptions } from "./format/usage-fold.ts";
export type { UsageReport } from "./format/usage-meter.ts";
