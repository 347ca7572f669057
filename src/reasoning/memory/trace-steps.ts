import { toolCallsOf } from "../../llm/index.ts";
import type { ToolResult } from "../../tools/index.ts";
import type { TraceStep } from "./memory-parts.ts";
import type { ThinkRecord } from "./turn-record.ts";

/** Whether the reply is the answer. */
export function isAnswer({ message, fault, thinks }: ThinkRecord): boolean {
  return fault === undefined && thinks !== true && toolCallsOf(message).length === 0;
}

/** What a reply adds to the trace: what was thought, what is to be done, or the answer; or why it cannot be used. */
export function thoughtSteps(run: string, turn: number, record: ThinkRecord): TraceStep[] {
  const { message, fault } = record;
  const last = isAnswer(record) ? "answer" : "think";
  const steps: TraceStep[] = [];
  for (const part of message.parts) {
    if (part.type === "tool-call") steps.push({ type: "act", run, turn, tool: part.name, input: part.input });
    else if (part.type === "text" && part.text !== "") steps.push({ type: last, run, turn, text: part.text });
    else if (part.type === "reasoning" && part.text !== "") steps.push({ type: "think", run, turn, text: part.text });
  }
  if (fault !== undefined) steps.push({ type: "observe", run, turn, text: fault, outcome: "fault" });
  return steps;
}

/** @param edited What a person gave in place of the model's arguments. */
export function observeStep(run: string, turn: number, tool: string, result: ToolResult, edited?: unknown): TraceStep {
  const what = { type: "observe", run, turn, tool } as const;
  const step: TraceStep = result.ok
    ? { ...what, outcome: "ok" }
    : { ...what, outcome: result.error.code, text: result.error.message };
  return edited === undefined ? step : { ...step, input: edited };
}
