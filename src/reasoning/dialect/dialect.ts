import type { AssistantMessage, Message, ModelReply } from "../../llm/index.ts";
import type { ToolDefinition } from "../../tools/index.ts";

/** What a model's reply was found to say. */
export interface Reading {
  /** The reply in the form in which memory keeps it: calls are parts of it, in whichever way they were written. */
  readonly message: AssistantMessage;
  /** Why the reply cannot be used, as the model is told. */
  readonly fault?: string;
  /** The model only thought, and the run goes on. */
  readonly thinks?: true;
  /** The answer that was asked for, checked. */
  readonly object?: unknown;
  /** The text as the model wrote it, where `message` does not say the same. */
  readonly raw?: string;
}

/** Checks an answer. @returns What is wrong with it, or the answer. */
export type AnswerCheck = (value: unknown) => Promise<{ readonly object: unknown } | { readonly issues: string }>;

/** How a model is told about tools, and how it says what it wants. Memory does not depend on it. */
export interface Dialect {
  readonly name: "native" | "json";
  /** Whether tools go into the request, and the provider puts calls into its reply. */
  readonly native: boolean;
  /** Returns what is told besides the instructions; `undefined` if there is nothing. */
  told(tools: readonly ToolDefinition[], answer: object | undefined): string | undefined;
  /** Returns a message as the model is shown it: the same one for the same message. */
  shown(message: Message): Message;
  read(reply: ModelReply, check: AnswerCheck | undefined): Reading | Promise<Reading>;
}

/** What is wrong with a reply in any dialect. */
export function replyFault({ finishReason }: ModelReply, isEmpty: boolean, hasCalls: boolean): string | undefined {
  if (hasCalls) return undefined;
  if (finishReason === "length") {
    return "Your reply was cut off: it was longer than you may write. Answer again, in fewer words.";
  }
  if (finishReason === "filtered") return "Your reply was held back by the provider's filter. Answer in another way.";
  return isEmpty ? "Your reply was empty. Call a tool, or give your answer." : undefined;
}
