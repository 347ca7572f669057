import { clipped } from "../../base/index.ts";
import { type FilePart, type Message, textOf, type ToolOutput } from "../../llm/index.ts";
import type { MemoryParts, MemorySummary, ToolExecution, TraceStep } from "./memory-parts.ts";

export type MemoryPart = "conversation" | "tools" | "trace" | "context" | "all";

/** Characters of a value in a line. */
const LONGEST = 200;

/** Of how many messages a summary tells. */
export function summedBy({ from, to, missing = 0 }: MemorySummary): number {
  return to - from - missing;
}

/** @param options.last Of each part, only so many of the last entries. */
export function formatMemory(
  memory: { readonly parts: MemoryParts<unknown, unknown>; messages(): Message[] },
  { part = "all", last = Infinity }: { readonly part?: MemoryPart; readonly last?: number },
): string {
  const { tools, trace, context, summary } = memory.parts;
  const parts: [name: MemoryPart, lines: () => string[]][] = [
    ["context", () => [JSON.stringify(context)]],
    [
      "conversation",
      () => [
        ...(summary === undefined ? [] : [`summary of ${summedBy(summary)} messages: ${summary.text}`]),
        ...ends(memory.messages(), last).map((message) => messageLine(message, short)),
      ],
    ],
    ["tools", () => ends(tools.slice(), last).map(toolLine)],
    ["trace", () => ends(trace.slice(), last).map(traceLine)],
  ];
  if (part !== "all") return parts.flatMap(([name, lines]) => (name === part ? lines() : [])).join("\n");
  return parts.map(([name, lines]) => [`# ${name}`, ...lines()].join("\n")).join("\n\n");
}

/** Messages as lines of text, with all that tools were given and gave. */
export function messageLines(messages: readonly Message[]): string {
  return messages.map((message) => messageLine(message, whole)).join("\n");
}

function ends<Item>(items: readonly Item[], last: number): readonly Item[] {
  return items.length > last ? items.slice(items.length - last) : items;
}

/** @param shown What is told of a JSON value. */
function messageLine(message: Message, shown: (value: unknown) => string): string {
  if (message.role === "tool") {
    return message.parts.map(({ name, output }) => `tool ${name}: ${outputText(output, shown)}`).join("\n");
  }
  const calls =
    message.role === "assistant"
      ? message.parts.flatMap((part) => (part.type === "tool-call" ? [`calls ${part.name}(${shown(part.input)})`] : []))
      : [];
  const files =
    message.role === "system" ? [] : message.parts.flatMap((part) => (part.type === "file" ? [fileText(part)] : []));
  const text = [textOf(message), ...files].filter((said) => said !== "").join(" ");
  return `${message.role}: ${[...(text === "" ? [] : [text]), ...calls].join("; ")}`;
}

function outputText(output: ToolOutput, shown: (value: unknown) => string): string {
  switch (output.type) {
    case "text":
      return output.text;
    case "json":
      return shown(output.value);
    case "denied":
      return `denied${output.reason === undefined ? "" : `: ${output.reason}`}`;
    case "parts":
      return output.parts.map((part) => (part.type === "text" ? part.text : fileText(part))).join(" ");
  }
}

function fileText({ mediaType, name }: FilePart): string {
  return `(${name === undefined ? mediaType : `${mediaType} ${name}`})`;
}

function toolLine({ tool, input, outcome, durationMs }: ToolExecution): string {
  return `${tool}(${short(input)}): ${outcome}, ${Math.round(durationMs)} ms`;
}

function traceLine({ turn, type, text, tool, input, outcome }: TraceStep): string {
  const what = [
    ...(tool === undefined ? [] : [tool]),
    ...(input === undefined ? [] : [short(input)]),
    ...(outcome === undefined ? [] : [outcome]),
    ...(text === undefined ? [] : [text]),
  ];
  return `${turn}. ${type}: ${what.join(" ")}`;
}

function whole(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function short(value: unknown): string {
  return clipped(whole(value), LONGEST);
}
