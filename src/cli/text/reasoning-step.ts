import { visible, visibleLines } from "../../base/index.ts";
import type { StepReport } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import {
  type CompactRecord,
  recordedCall,
  type RecordedCall,
  recordedPrompt,
  type RecordedPrompt,
  type ThinkRecord,
} from "../../reasoning/index.ts";
import { dollarsText, jsonText } from "./chat-lines.ts";
import type { Page } from "../terminal/command-output.ts";
import { groupedText, momentText } from "./moment-text.ts";
import { matchLines, promptLines, rejectedLines, replyLines, requestLines } from "./prompt-text.ts";
import { valueLines } from "./run-text.ts";
import type { StepTextOptions } from "./step-text.ts";

/** What is known of a step of a reasoning agent beside what is known of any step. */
export interface ReasoningStep {
  /** Of one that asked a model. */
  readonly prompt?: RecordedPrompt;
  /** Of one that carried out a call. */
  readonly call?: RecordedCall;
}

export async function reasoningStep(journal: Journal, run: string, key: string): Promise<ReasoningStep> {
  const prompt = await recordedPrompt(journal, run, key);
  const call = prompt === undefined ? await recordedCall(journal, run, key) : undefined;
  return { ...(prompt && { prompt }), ...(call && { call }) };
}

/** As JSON: whether the prompt is what was sent stands with it. */
export function reasoningJson({ prompt, call }: ReasoningStep): object {
  const matches = prompt?.calls.some(({ promptHash }) => promptHash === prompt.hash);
  return { ...(prompt && { prompt: { ...prompt, matches } }), ...(call && { call }) };
}

/** More fields for the head of a step, and parts, the first of which stand before the result. */
type ToldStep = Required<Pick<StepTextOptions, "fields" | "parts" | "told">>;

export function reasoningText(
  { prompt, call }: ReasoningStep,
  { result }: StepReport,
  page: Pick<Page, "width" | "style">,
): ToldStep {
  if (prompt !== undefined) return promptText(prompt, result, page);
  if (call === undefined) return { fields: [], parts: [], told: false };
  return {
    fields: [
      ["tool", visible(call.tool)],
      ["call", `${call.place} of turn ${call.turn}`],
    ],
    parts: [
      { title: "arguments", lines: valueLines(call.args, { verbose: true }) },
      { title: "approval", lines: approvalLines(call) },
    ],
    told: false,
  };
}

/** @param result What the step gave; nothing where it has not ended. */
function promptText(
  prompt: RecordedPrompt,
  result: unknown,
  { width, style }: Pick<Page, "width" | "style">,
): ToldStep {
  const sent = { title: "prompt", lines: [...matchLines(prompt, style), ...promptLines(prompt, style)] };
  const requests = { title: "requests", lines: requestLines(prompt.calls, width, style) };
  if (result === undefined) return { fields: [], parts: [sent, requests], told: false };
  if (prompt.asks === "summary") {
    const record = result as CompactRecord;
    const summary = { title: "summary", lines: visibleLines(record.text) };
    return { fields: spentFields(record), parts: [sent, summary, requests], told: true };
  }
  const record = result as ThinkRecord;
  const { model, finishReason, repairs = [], warnings = [] } = record;
  return {
    fields: [["model", visible(model)], ["finished", finishReason], ...spentFields(record)],
    parts: [
      sent,
      { title: "replies before", lines: rejectedLines(record) },
      { title: "reply", lines: replyLines(record) },
      requests,
      {
        title: "made legal for the provider",
        lines: repairs.map(({ kind, message, about }) =>
          visible(`${kind}: message ${message}${about === undefined ? "" : `, ${about}`}`),
        ),
      },
      { title: "warnings", lines: warnings.map((warning) => visible(`${warning.model}: ${warning.message}`)) },
    ],
    told: true,
  };
}

type Field = [name: string, value: string | undefined];

function spentFields({ usage, cost, estimated }: Pick<ThinkRecord, "usage" | "cost" | "estimated">): Field[] {
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens } = usage;
  const counts = [
    inputTokens !== undefined && `${groupedText(inputTokens)} in`,
    cachedTokens !== undefined && cachedTokens > 0 && `${groupedText(cachedTokens)} of them cached`,
    outputTokens !== undefined && `${groupedText(outputTokens)} out`,
    reasoningTokens !== undefined && reasoningTokens > 0 && `${groupedText(reasoningTokens)} of them reasoning`,
  ].filter((text) => text !== false);
  return [
    ["tokens", counts.length === 0 ? "not known" : `${counts.join(", ")}${estimated === true ? " (estimated)" : ""}`],
    ["cost", cost === undefined ? "not known" : dollarsText(cost)],
  ];
}

function approvalLines({ approval, refused }: RecordedCall): string[] {
  if (refused !== undefined) return [`refused: ${visible(refused)}`];
  if (approval === undefined) return [];
  const { asked, since, answeredAt } = approval;
  const when = answeredAt === undefined ? "" : `, ${momentText(answeredAt)}`;
  return [
    `asked: ${visible(asked.reason)}${since === undefined ? "" : `, ${momentText(since)}`}, until ${momentText(asked.expires)}`,
    `of: ${jsonText(asked.args)}  (hash ${visible(asked.hash)})`,
    endingOf(approval, when),
  ];
}

function endingOf({ failed, answer }: { readonly failed?: string; readonly answer?: unknown }, when: string): string {
  if (failed !== undefined) return `no answer: ${visible(failed)}${when}`;
  return answer === undefined ? "not answered" : `answered: ${jsonText(answer)}${when}`;
}
