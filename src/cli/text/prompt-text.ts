import { visibleLines } from "../../base/index.ts";
import type { Message, ModelCall, ToolOutput } from "../../llm/index.ts";
import type { RecordedPrompt, ThinkRecord } from "../../reasoning/index.ts";
import { dollarsText, jsonText } from "./chat-lines.ts";
import { countText, groupedText } from "./moment-text.ts";
import { elapsedText } from "./progress-line.ts";
import type { Style } from "../terminal/style.ts";
import { type Cell, type Column, table } from "./table.ts";

/** What a model was sent, message by message. */
export function promptLines({ messages, tools = [], output }: RecordedPrompt, style: Style): string[] {
  return [
    ...messages.flatMap((message) => [style("cyan", message.role), ...indented(messageLines(message))]),
    ...(tools.length === 0 ? [] : [style("cyan", "tools")]),
    ...tools.flatMap(({ name, description, inputSchema }) => [
      ...visibleLines(`${name}: ${description}`).map((line, at) => (at === 0 ? `  ${line}` : `    ${line}`)),
      `    ${jsonText(inputSchema)}`,
    ]),
    ...(output === undefined ? [] : [style("cyan", "answer"), `  ${jsonText(output.jsonSchema)}`]),
  ];
}

/** Whether what was made again is what was sent, as its hash says. */
export function matchLines({ hash, calls, missing }: RecordedPrompt, style: Style): string[] {
  const equal = calls.filter(({ promptHash }) => promptHash === hash).length;
  const gone = missing.map((what) => `  not on record: ${visibleLines(what).join(" ")}`);
  if (calls.length === 0)
    return [`no request is on record, so that nothing says whether it was sent  (${hash})`, ...gone];
  if (equal === 0) {
    const [sent] = calls;
    return [
      `${style("red", "✖")} this is not what was sent: its hash is ${hash}, that of the request ${sent?.promptHash}`,
      ...gone,
      ...(missing.length > 0 ? [] : ["  what memory was made of may be forgotten, or was recorded by another version"]),
    ];
  }
  const others = calls.length - equal;
  return [
    `${style("green", "✔")} this is what was sent: its hash is that of the request  (${hash})`,
    ...(others === 0
      ? []
      : [
          `  ${countText(others, "request")} more had other hashes: what was answered, and what was wrong with it, was sent too`,
        ]),
    ...gone,
  ];
}

/** Answers that were not what was asked for, each with what was wrong. */
export function rejectedLines({ rejected = [] }: ThinkRecord): string[] {
  return rejected.flatMap(({ message, issues }) => [
    ...messageLines(message),
    ...indented(visibleLines(`is not what was asked for: ${issues}`)),
  ]);
}

/** A reply: texts, reasoning and calls; before them its text as it came, where that was read otherwise. */
export function replyLines({ message, raw, fault, thinks }: ThinkRecord): string[] {
  return [
    ...(raw === undefined ? [] : ["as it came:", ...indented(visibleLines(raw)), "as it was read:"]),
    ...(raw === undefined ? messageLines(message) : indented(messageLines(message))),
    ...(thinks === true ? ["(it only thought, and went on)"] : []),
    ...(fault === undefined ? [] : visibleLines(`cannot be used: ${fault}`)),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

const COLUMNS: readonly Column[] = [
  { title: "request" },
  { title: "model", gives: true },
  { title: "key" },
  { title: "outcome" },
  { title: "waited", right: true },
  { title: "first token", right: true },
  { title: "took", right: true },
  { title: "in", right: true },
  { title: "out", right: true },
  { title: "cost", right: true },
  { title: "", gives: true },
];

/** Each request to a provider: retries and failovers are further ones. */
export function requestLines(calls: readonly ModelCall[], width: number, style: Style): string[] {
  if (calls.length === 0) return [];
  const rows = calls.map((call, index): Cell[] => {
    const { model, key, outcome, finishReason, waitedMs, firstTokenMs, durationMs, usage, cost, failure, attempt } =
      call;
    const isRetry = index > 0 && calls[index - 1]?.model === model;
    const status = failure?.status === undefined ? "" : ` ${failure.status}`;
    const remarks = [
      ...(index === 0 ? [] : [isRetry ? `attempt ${attempt}` : "another model"]),
      ...(failure === undefined ? [] : [`${failure.kind}${status}: ${failure.message}`]),
    ];
    return [
      { text: String(index + 1), format: "dim" },
      { text: model },
      { text: key },
      {
        text: outcome === "answered" ? (finishReason ?? outcome) : outcome,
        format: outcome === "answered" ? "green" : "red",
      },
      { text: waitedMs === 0 ? "" : elapsedText(waitedMs) },
      { text: firstTokenMs === undefined ? "" : elapsedText(firstTokenMs) },
      { text: elapsedText(durationMs) },
      { text: tokensText(usage.inputTokens) },
      { text: tokensText(usage.outputTokens) },
      { text: cost === undefined ? "?" : dollarsText(cost) },
      { text: remarks.join("; "), format: "dim" },
    ];
  });
  return table(COLUMNS, rows, width, style);
}

function tokensText(tokens: number | undefined): string {
  return tokens === undefined ? "?" : groupedText(tokens);
}

function messageLines(message: Message): string[] {
  if (message.role === "system") return visibleLines(message.text);
  if (message.role === "tool") {
    return message.parts.flatMap(({ name, output }) => visibleLines(`${name} gave: ${outputText(output)}`));
  }
  return message.parts.flatMap((part): string[] => {
    switch (part.type) {
      case "text":
        return visibleLines(part.text);
      case "reasoning":
        return visibleLines(`(thinks) ${part.text}`);
      case "tool-call":
        return [`calls ${visibleLines(part.name).join(" ")} ${jsonText(part.broken ?? part.input)}`];
      default:
        return [jsonText(part)];
    }
  });
}

function outputText(output: ToolOutput): string {
  switch (output.type) {
    case "text":
      return output.error === true ? `the error ${output.text}` : output.text;
    case "json":
      return jsonText(output.value);
    case "denied":
      return `denied${output.reason === undefined ? "" : `: ${output.reason}`}`;
    case "parts":
      return jsonText(output.parts);
  }
}
