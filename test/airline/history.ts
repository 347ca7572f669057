// Histories in Aitor's format, for comparison: as a record says it should be, and as an agent remembers it.
import { assistantMessage, type Message, toolMessage, userMessage } from "aitor";
import type { AssistantPart } from "aitor/llm";

import type { AirlineRecord, RecordedMessage } from "./records.ts";

export type DialectName = "native" | "json";

/** Ids of messages are Aitor's own; those of calls are the provider's, and in JSON actions there are none but their place. */
export function recordedHistory({ messages }: AirlineRecord, dialect: DialectName): Message[] {
  let id = "";
  return messages.map((message): Message => {
    const { role, content, name = "" } = message;
    if (role === "user") return userMessage(content ?? "", "");
    if (role === "tool") return toolMessage([{ id, name, output: { type: "text", text: content ?? "" } }], "");
    const parts = partsOf(message, dialect);
    for (const part of parts) if (part.type === "tool-call") ({ id } = part);
    return assistantMessage(parts, "");
  });
}

function partsOf({ content, tool_calls: calls }: RecordedMessage, dialect: DialectName): AssistantPart[] {
  const text: AssistantPart[] = content === null || content === "" ? [] : [{ type: "text", text: content }];
  const parts = (calls ?? []).map(({ id, function: { name, arguments: json } }, index): AssistantPart => ({
    type: "tool-call",
    id: dialect === "json" ? `call_${index + 1}` : id,
    name,
    input: JSON.parse(json),
  }));
  return [...text, ...parts];
}

/** A memory's messages without what a record cannot say: their ids, and which model wrote them. */
export function remembered(messages: readonly Message[]): Message[] {
  return messages.map((message) => {
    const { from: _, ...rest } = message as Message & { readonly from?: unknown };
    return { ...rest, id: "" };
  });
}
