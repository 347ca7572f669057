import type { ReactResult, TraceStep } from "../../reasoning/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import type { ChatQuestion } from "./chat-question.ts";
import type { Format } from "../terminal/style.ts";

/** Shows a conversation. Texts come as somebody wrote them; what shows them makes them safe. */
export interface ChatView {
  /** What the user said, once the agent takes it up. */
  said(text: string): void;
  event(event: AgentEvent): void;
  /** What a run had done before it is watched. */
  past(trace: readonly TraceStep[]): void;
  /** A call of that run waits for somebody since before it is watched. @param key Of its approval. */
  waits(key: string): void;
  /** An answer is over. */
  ended(result: ReactResult<unknown>): Promise<void>;
  failed(error: unknown): void;
  /** Lines about the conversation. */
  note(text: string, format?: Format): void;
  /** What is to be answered in place; nothing where nothing is. */
  ask(question: ChatQuestion | undefined): void;
}
