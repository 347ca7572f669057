import {
  type AssistantMessage,
  type Message,
  type SystemMessage,
  type ToolCallPart,
  toolCallsOf,
  type ToolResultPart,
  type UserMessage,
} from "../format/message.ts";
import type { PromptMessage, PromptRepair, PromptToolResult, TakesFile } from "../format/prompt.ts";
import type { PromptFamily } from "../format/prompt-family.ts";
import { assistantContent, mended, promptContent, promptOutput, type Report, toolName } from "./prompt-parts.ts";

/** What is converted together. */
export type PromptGroup = Turn | Single;

interface Single {
  /** Nothing where only lost results came. */
  readonly message?: SystemMessage | UserMessage;
  /** Results behind it that belong to no call. */
  lost?: readonly PromptRepair[];
}

/** Where a group is converted. */
export interface PromptPlace {
  readonly family: PromptFamily;
  readonly provider: string;
  readonly takesFile: TakesFile;
  /** Nothing but system entries stands before it. */
  readonly front: boolean;
  readonly takeId: (id: string) => string;
  readonly report: (repair: PromptRepair) => void;
}

interface Answer {
  readonly part: ToolResultPart;
  /** The id of the message that it came in. */
  readonly message: string;
  /** It came after other messages. */
  readonly late: boolean;
}

/** An assistant's message, and the results of its calls: by position among calls of one id. */
export class Turn {
  readonly message: AssistantMessage;
  /** In the order of the calls. */
  readonly answers: { readonly call: ToolCallPart; answer: Answer | undefined }[];
  lost?: readonly PromptRepair[];

  constructor(message: AssistantMessage) {
    this.message = message;
    const calls = toolCallsOf(message).filter(({ name }) => name !== "");
    this.answers = calls.map((call) => ({ call, answer: undefined }));
  }

  lacks(id: string): boolean {
    return this.answers.some(({ call, answer }) => call.id === id && answer === undefined);
  }

  take(part: ToolResultPart, message: string, late: boolean): void {
    const open = this.answers.find(({ call, answer }) => call.id === part.id && answer === undefined);
    if (open !== undefined) open.answer = { part, message, late };
  }

  copy(): Turn {
    const other = new Turn(this.message);
    for (const [index, { answer }] of this.answers.entries()) {
      (other.answers[index] as (typeof other.answers)[number]).answer = answer;
    }
    if (this.lost !== undefined) other.lost = this.lost;
    return other;
  }
}

export function singleEntry({ message }: Single, { family, takesFile, front, report }: PromptPlace): PromptMessage[] {
  if (message === undefined) return [];
  const tell = telling(message, report);
  if (message.role === "user") {
    const content = promptContent(message.parts, "user", takesFile, tell);
    return content.length === 0 ? [] : [{ role: "user", content }];
  }
  if (message.text.trim() === "") {
    tell("empty-removed");
    return [];
  }
  const text = mended(message.text, tell);
  if (front || family.system === "anywhere") return [{ role: "system", content: text }];
  tell("system-told");
  return [{ role: "user", content: [{ type: "text", text: `<system>\n${text}\n</system>` }] }];
}

export function turnEntries(turn: Turn, place: PromptPlace): PromptMessage[] {
  const { message, answers } = turn;
  const { family, provider, takesFile, takeId, report } = place;
  const tell = telling(message, report);
  const foreign = message.from !== undefined && message.from.provider !== provider;
  const content = assistantContent(message.parts, family, takesFile, foreign, tell);
  if (content.length === 0) {
    if (message.parts.length === 0) tell("empty-removed");
    return [];
  }
  let next = 0;
  const results: PromptToolResult[] = [];
  let remoteIds: Map<string, string> | undefined;
  const take = (id: string): string => {
    const taken = takeId(id);
    if (taken !== id) tell("id-changed", id);
    return taken;
  };
  for (let index = 0; index < content.length; index++) {
    const part = content[index] as (typeof content)[number];
    if (part.type === "tool-result") content[index] = { ...part, toolCallId: remoteIds?.get(part.toolCallId) ?? "" };
    if (part.type !== "tool-call") continue;
    const id = take(part.toolCallId);
    if (part.providerExecuted === true) (remoteIds ??= new Map()).set(part.toolCallId, id);
    else results.push(result(answers[next++], id, place, tell));
    if (id === part.toolCallId) continue;
    const { providerOptions, ...rest } = part;
    const kept = providerOptions !== undefined && family.keepsMetadataOfRenamed ? { providerOptions } : {};
    content[index] = { ...rest, toolCallId: id, ...kept };
  }
  const assistant: PromptMessage = { role: "assistant", content };
  // A list that was added to has room for 17: what is kept is a copy without it.
  return results.length === 0 ? [assistant] : [assistant, { role: "tool", content: results.slice() }];
}

function telling({ id }: Message, report: PromptPlace["report"]): Report {
  return (kind, about) => report({ kind, message: id, ...(about !== undefined && { about }) });
}

function result(
  answered: Turn["answers"][number] | undefined,
  toolCallId: string,
  { family, takesFile, report }: PromptPlace,
  tell: Report,
): PromptToolResult {
  const { call, answer } = answered as Turn["answers"][number];
  const name = toolName(call.name, family, () => {});
  if (answer === undefined) {
    tell("call-answered", call.id);
    const value = "This call has no result: it was cut off, and may or may not have been carried out.";
    return { type: "tool-result", toolCallId, toolName: name, output: { type: "error-text", value } };
  }
  const { part, message, late } = answer;
  const about = { message, about: part.id };
  if (late) report({ kind: "result-moved", ...about });
  const output = promptOutput(part.output, takesFile, (kind) => report({ kind, ...about }));
  const { metadata } = part;
  return { type: "tool-result", toolCallId, toolName: name, output, ...(metadata && { providerOptions: metadata }) };
}
