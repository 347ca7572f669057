import {
  type AssistantPart,
  type FilePart,
  hasData,
  type ProviderMetadata,
  type TextPart,
  type ToolOutput,
} from "../format/message.ts";
import {
  fileKind,
  type PromptAssistantPart,
  type PromptFile,
  type PromptText,
  type PromptToolOutput,
  type RepairKind,
  type TakesFile,
} from "../format/prompt.ts";
import type { PromptFamily } from "../format/prompt-family.ts";
import { mendedJson } from "./mended-json.ts";

export type Report = (kind: RepairKind, about?: string) => void;

/** Text and files for the provider, without what is empty; words in place of files that it does not take. */
export function promptContent(
  parts: readonly (TextPart | FilePart)[],
  role: "user" | "tool",
  takesFile: TakesFile,
  report: Report,
): (PromptText | PromptFile)[] {
  const content: (PromptText | PromptFile)[] = [];
  for (const part of parts) {
    let made: PromptText | PromptFile | undefined;
    if (part.type === "text") made = promptText(part, part.metadata, report);
    else {
      made = promptFile(part, part.metadata, report);
      if (made !== undefined && !takesFile(fileKind(made, role))) made = fileInWords(made, report);
    }
    if (made === undefined) report("empty-removed");
    else content.push(made);
  }
  return content;
}

/**
 * What the provider takes of an assistant's parts; calls as they are, to be given their ids later.
 *
 * @param foreign Another provider wrote it.
 */
export function assistantContent(
  parts: readonly AssistantPart[],
  family: PromptFamily,
  takesFile: TakesFile,
  foreign: boolean,
  report: Report,
): PromptAssistantPart[] {
  const paired = remotePairs(parts);
  const content: PromptAssistantPart[] = [];
  for (const part of parts) {
    const remote = isRemote(part);
    if (foreign && (remote || part.type === "opaque" || part.type === "reasoning")) {
      report("foreign-removed", part.type);
      continue;
    }
    const metadata = foreign ? undefined : part.metadata;
    switch (part.type) {
      case "text": {
        const text = promptText(part, metadata, report);
        if (text === undefined) report("empty-removed");
        else content.push(text);
        break;
      }
      case "reasoning":
        if (family.takesReasoning(part))
          content.push({ type: "reasoning", text: mended(part.text, report), ...options(metadata) });
        else report("reasoning-removed");
        break;
      case "file": {
        const file = promptFile(part, metadata, report);
        if (file === undefined) report("empty-removed");
        else if (foreign || !takesFile(fileKind(file, "assistant"))) report("file-removed", part.mediaType);
        else content.push(file);
        break;
      }
      case "opaque":
        if (isKind(part.kind)) content.push({ type: "custom", kind: part.kind, ...options(metadata) });
        else report("foreign-removed", part.kind);
        break;
      case "tool-call": {
        if (part.name === "" || (remote && !paired.has(part))) {
          report("call-removed", part.id);
          break;
        }
        content.push({
          type: "tool-call",
          toolCallId: part.id,
          toolName: toolName(part.name, family, report),
          input: mendedValue(inputObject(part.input, report, part.id), report),
          ...(remote && { providerExecuted: true }),
          ...options(metadata),
        });
        break;
      }
      case "tool-result":
        if (!paired.has(part)) {
          report("result-removed", part.id);
          break;
        }
        content.push({
          type: "tool-result",
          toolCallId: part.id,
          toolName: toolName(part.name, family, report),
          output: promptOutput(part.output, takesFile, report),
          ...options(metadata),
        });
        break;
    }
  }
  return withoutIdleReasoning(content, report);
}

/** The calls that a provider carried out itself, with their results: one of each id, in this order. */
function remotePairs(parts: readonly AssistantPart[]): ReadonlySet<AssistantPart> {
  if (!parts.some(isRemote)) return NO_PAIRS;
  const calls = new Map<string, AssistantPart>();
  const paired = new Set<AssistantPart>();
  for (const part of parts) {
    if (part.type === "tool-call" && part.remote === true && part.name !== "") {
      if (!calls.has(part.id)) calls.set(part.id, part);
    } else if (part.type === "tool-result") {
      const call = calls.get(part.id);
      if (call !== undefined && !paired.has(call)) paired.add(call).add(part);
    }
  }
  return paired;
}

const NO_PAIRS: ReadonlySet<AssistantPart> = new Set();

function isRemote(part: AssistantPart): boolean {
  return part.type === "tool-result" || (part.type === "tool-call" && part.remote === true);
}

/** Providers refuse reasoning that nothing follows. @returns A list that is as long as what it holds. */
function withoutIdleReasoning(content: readonly PromptAssistantPart[], report: Report): PromptAssistantPart[] {
  let length = content.length;
  while (content[length - 1]?.type === "reasoning") {
    length--;
    report("reasoning-removed");
  }
  return content.slice(0, length);
}

export function promptOutput(output: ToolOutput, takesFile: TakesFile, report: Report): PromptToolOutput {
  switch (output.type) {
    case "text": {
      const value = mended(output.text, report);
      return { type: output.error === true ? "error-text" : "text", value: value === "" ? "(no output)" : value };
    }
    case "json":
      return { type: output.error === true ? "error-json" : "json", value: mendedValue(output.value ?? null, report) };
    case "denied":
      return {
        type: "execution-denied",
        ...(output.reason !== undefined && { reason: mended(output.reason, report) }),
      };
    case "parts": {
      const value = promptContent(output.parts, "tool", takesFile, report);
      return value.length === 0 ? { type: "text", value: "(no output)" } : { type: "content", value };
    }
  }
}

export function toolName(name: string, family: PromptFamily, report: Report): string {
  if (family.toolName.test(name)) return name;
  report("name-changed", name);
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) || "tool";
}

/** Half a character comes of a text that was cut off; providers refuse it. */
export function mended(text: string, report: Report): string {
  if (text.isWellFormed()) return text;
  report("text-mended");
  return text.toWellFormed();
}

function mendedValue(value: unknown, report: Report): unknown {
  const found = mendedJson(value);
  if (found !== value) report("text-mended");
  return found;
}

/** @returns Nothing for a text that only spaces stand in. */
function promptText(
  { text }: TextPart,
  metadata: ProviderMetadata | undefined,
  report: Report,
): PromptText | undefined {
  if (text.trim() === "") return undefined;
  return { type: "text", text: mended(text, report), ...options(metadata) };
}

/** @returns Nothing for a file that there is nothing to send of. */
function promptFile(part: FilePart, metadata: ProviderMetadata | undefined, report: Report): PromptFile | undefined {
  if (!hasData(part)) return undefined;
  return {
    type: "file",
    mediaType: mended(part.mediaType, report),
    ...(part.name !== undefined && { filename: mended(part.name, report) }),
    data: fileData(part),
    ...options(metadata),
  };
}

function fileData({ blob, base64, url }: FilePart): PromptFile["data"] {
  if (blob !== undefined) return { type: "blob", blob };
  if (url !== undefined && URL.canParse(url)) return { type: "url", url: new URL(url) };
  return { type: "data", data: base64 ?? "" };
}

function fileInWords({ mediaType, filename }: PromptFile, report: Report): PromptText {
  report("file-told", mediaType);
  const named = filename === undefined ? "A file" : `The file "${filename}"`;
  return { type: "text", text: `(${named} of ${mediaType} is not shown: this model does not take it.)` };
}

function inputObject(input: unknown, report: Report, about: string): unknown {
  if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  if (input === undefined || input === null) return {};
  report("input-wrapped", about);
  return { input };
}

function options(metadata: ProviderMetadata | undefined): { providerOptions?: ProviderMetadata } {
  return metadata === undefined ? {} : { providerOptions: metadata };
}

function isKind(kind: string): kind is `${string}.${string}` {
  return kind.includes(".");
}
