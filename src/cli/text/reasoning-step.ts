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

/** What is told of it: more fields for the head, and parts, the first of which stand before the result. */
export function reasoningText(
  { prompt, call }: ReasoningStep,
  step: StepReport,
  { width, style }: Pick<Page, "width" | "style">,
): Required<Pick<StepTextOptions, "fields" | "parts" | "told">> {
  if (prompt?.asks === "summary") {
    const record = step.result as CompactRecord | undefined;
    return {
      fields: record === undefined ? [] : spentFields(record),
      parts: [
        { title: "prompt", lines: [...matchLines(prompt, style), ...promptLines(prompt, style)] },
        { title: "summary", lines: record === undefined ? [] : visibleLines(record.text) },
        { title: "requests", lines: requestLines(prompt.calls, width, style) },
      ],
      told: record !== undefined,
    };
  }
  if (prompt !== undefined) {
    const record = step.result as ThinkRecord | undefined;
    return {
      fields: record === undefined ? [] : thinkFields(record),
      parts: [
        { title: "prompt", lines: [...matchLines(prompt, style), ...promptLines(prompt, style)] },
        { title: "replies before", lines: record === undefined ? [] : rejectedLines(record) },
        { title: "reply", lines: record === undefined ? [] : replyLines(record) },
        { title: "requests", lines: requestLines(prompt.calls, width, style) },
        {
          title: "made legal for the provider",
          lines: (record?.repairs ?? []).map(({ kind, message, about }) =>
            visible(`${kind}: message ${message}${about === undefined ? "" : `, ${about}`}`),
          ),
        },
        {
          title: "warnings",
          lines: (record?.warnings ?? []).map(({ model, message }) => visible(`${model}: ${message}`)),
        },
      ],
      told: record !== undefined,
    };
  }
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

type Field = [name: string, value: string | undefined];

function thinkFields(record: ThinkRecord): Field[] {
  return [["model", visible(record.model)], ["finished", record.finishReason], ...spentFields(record)];
}

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
  const { asked, since, answeredAt, answer, failed } = approval;
  const when = answeredAt === undefined ? "" : `, ${momentText(answeredAt)}`;
  return [
    `asked: ${visible(asked.reason)}${since === undefined ? "" : `, ${momentText(since)}`}, until ${momentText(asked.expires)}`,
    `of: ${jsonText(asked.args)}  (hash ${visible(asked.hash)})`,
    failed === undefined
      ? answer === undefined
        ? "not answered"
        : `answered: ${jsonText(answer)}${when}`
      : `no answer: ${visible(failed)}${when}`,
  ];
}
