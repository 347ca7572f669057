import type { PromptMessage, PromptToolOutput } from "aitor/llm";

/** What a call gave. */
export type Outcome<Value = unknown> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

/** What a prompt holds of the question that is open. */
export interface Conversation {
  readonly question: string;
  /** By `callKey`. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Calls in all of the prompt. */
  readonly calls: number;
}

/** The question is what the user said last; only what was found since then counts: the folder may have changed. */
export function conversationOf(prompt: readonly PromptMessage[]): Conversation {
  const asked = prompt.findLastIndex(({ role }) => role === "user");
  const outcomes = new Map<string, Outcome>();
  const keys = new Map<string, string>();
  let calls = 0;
  let question = "";
  for (const [index, entry] of prompt.entries()) {
    if (index === asked && entry.role === "user") {
      question = entry.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
    }
    if (entry.role === "assistant") {
      for (const part of entry.content) {
        if (part.type !== "tool-call") continue;
        calls++;
        keys.set(part.toolCallId, callKey(part.toolName, part.input));
      }
    }
    if (entry.role !== "tool" || index < asked) continue;
    for (const { toolCallId, output } of entry.content) {
      const key = keys.get(toolCallId);
      if (key !== undefined) outcomes.set(key, outcomeOf(output));
    }
  }
  return { question, outcomes, calls };
}

/** Tells calls apart by tool and arguments, in whatever order these stand. */
export function callKey(tool: string, input: unknown): string {
  const entries = Object.entries((input ?? {}) as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${tool} ${JSON.stringify(entries)}`;
}

function outcomeOf(output: PromptToolOutput): Outcome {
  switch (output.type) {
    case "json":
      return { ok: true, value: output.value };
    case "error-text":
    case "text": // all tools give objects: a text is one that was cut
      return { ok: false, message: output.value };
    case "execution-denied":
      return { ok: false, message: output.reason ?? "it was not allowed" };
    default:
      return { ok: false, message: "it gave what no tool gives" };
  }
}
