export type { Access } from "./access.ts";
export { approvalHash } from "./approval.ts";
export type { Approval, ApprovalRequest, ApprovalSubject } from "./approval.ts";
export type { ApprovalRule } from "./approval-rule.ts";
export { memoryArtefacts } from "./artefact.ts";
export type { Artefact, ArtefactHandle, ArtefactStore } from "./artefact.ts";
export { tool } from "./define-tool.ts";
export type {
  ArgsOf,
  DefinedTool,
  GivenTo,
  ScopeToolOptions,
  StepToolOptions,
  ThreadToolOptions,
} from "./define-tool.ts";
export type { ToolErrorCode } from "./errors.ts";
export type { ToolInput } from "./input-schema.ts";
export { jsonSchema } from "./json-schema.ts";
export type { JsonSchema, ShownSchema } from "./json-schema.ts";
export type { ToolMatch, ToolPolicy, ToolRequest, ToolRule } from "./policy.ts";
export { ToolRegistry } from "./registry.ts";
export type { RegisterToolOptions, ToolRegistryOptions } from "./registry.ts";
export type { AnyTool, Isolation, Tool, ToolDefinition, ToolSettings } from "./tool.ts";
export type { ToolCall, ToolCallContext, ToolContext } from "./tool-context.ts";
export { clipped } from "./tool-failure.ts";
export type { ToolFailure, ToolFailureCode, ToolIssue } from "./tool-failure.ts";
export type { CutOutput, ToolCut, ToolError, ToolResult, ToolSuccess } from "./tool-result.ts";
export type { ToolFactory } from "./tool-shelf.ts";
export { ToolView } from "./tool-view.ts";
export type { ToolCallOptions, ToolFilter, ViewOptions } from "./tool-view.ts";
export { askUser } from "./ask-user.ts";
export { builtInTools } from "./built-in-tools.ts";
export { calculator } from "./calculator.ts";
export { currentTime } from "./current-time.ts";
export { recordedResult } from "./recorded-result.ts";
export { outlineJson, readJson } from "./json-tools.ts";
export { note } from "./note.ts";
export { random } from "./random-tool.ts";
export { readArtefact } from "./read-artefact.ts";
export { countText, findText, replaceText } from "./text-tools.ts";
export { wait } from "./wait.ts";
