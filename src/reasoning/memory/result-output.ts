import type { ToolOutput } from "../../llm/index.ts";
import type { ToolResult } from "../../tools/index.ts";

/** Failures by somebody's decision. */
const DENIED: ReadonlySet<string> = new Set(["denied", "approval-required"]);

/** What a model reads of a call's outcome. */
export function resultOutput(result: ToolResult): ToolOutput {
  if (!result.ok) {
    const { code, message } = result.error;
    return DENIED.has(code) ? { type: "denied", reason: message } : { type: "text", text: message, error: true };
  }
  if (result.cut === true) return { type: "text", text: `${result.value.preview}\n${result.value.note}` };
  const { value } = result;
  return typeof value === "string" ? { type: "text", text: value } : { type: "json", value };
}
