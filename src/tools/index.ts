export type { Access } from "./tool/access.ts";
export { approvalHash } from "./tool/approval.ts";
export type { Approval, ApprovalRequest, ApprovalSubject } from "./tool/approval.ts";
export type { ApprovalRule } from "./tool/approval-rule.ts";
export { blobArtefacts } from "./tool/blob-artefacts.ts";
/** @internal */
export { artefactBlobs } from "./tool/blob-artefacts.ts";
export { memoryArtefacts } from "./tool/artefact.ts";
/** @internal */
export { READ_ARTEFACT } from "./tool/artefact.ts";
export type { Artefact, ArtefactHandle, ArtefactStore } from "./tool/artefact.ts";
export { tool } from "./define-tool.ts";
export type {
  ArgsOf,
  DefinedTool,
  GivenTo,
  ScopeToolOptions,
  StepToolOptions,
  ThreadToolOptions,
} from "./define-tool.ts";
export type { ToolErrorCode } from "./schema/errors.ts";
export type { ToolInput } from "./schema/input-schema.ts";
export { jsonSchema } from "./schema/json-schema.ts";
export type { JsonSchema, ShownSchema } from "./schema/json-schema.ts";
export type { ToolMatch, ToolPolicy, ToolRequest, ToolRule } from "./tool/policy.ts";
export { ToolRegistry } from "./registry/registry.ts";
export type { RegisterToolOptions, ToolRegistryOptions } from "./registry/registry.ts";
export type { AnyTool, Isolation, Tool, ToolDefinition, ToolSettings } from "./tool/tool.ts";
export type { ToolCall, ToolCallContext, ToolContext } from "./tool/tool-context.ts";
export type { ToolFailure, ToolFailureCode, ToolIssue } from "./schema/tool-failure.ts";
export type { CutOutput, ToolCut, ToolError, ToolResult, ToolSuccess } from "./tool/tool-result.ts";
export type { ToolFactory } from "./registry/tool-shelf.ts";
export { ToolView } from "./registry/tool-view.ts";
export type { ToolCallOptions, ToolFilter, ViewOptions } from "./registry/tool-view.ts";
export { askUser } from "./built-in/ask-user.ts";
export { builtInTools } from "./built-in/built-in-tools.ts";
export { calculator } from "./built-in/calculator.ts";
export { currentTime } from "./built-in/current-time.ts";
/** @internal */
export { recordedResult } from "./tool/recorded-result.ts";
export { outlineJson, readJson } from "./built-in/json-tools.ts";
export { note } from "./built-in/note.ts";
export { random } from "./built-in/random-tool.ts";
/** @internal */
export { logRefusal } from "./call/tool-log.ts";
export { readArtefact } from "./built-in/read-artefact.ts";
export { countText, findText, replaceText } from "./built-in/text-tools.ts";
export { wait } from "./built-in/wait.ts";
