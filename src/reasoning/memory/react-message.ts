import { type Amounts, type BudgetLimits, isRecord } from "../../base/index.ts";
import type { FilePart, TextPart } from "../../llm/index.ts";

/** What is asked: a text, or texts, images and other files. */
export type Problem = string | readonly (TextPart | FilePart)[];

/** What an answer is to be, where it is no text. */
export interface AnswerShape {
  /** A JSON Schema. */
  readonly schema: object;
  readonly name?: string;
}

/** A problem to be solved. A JSON value: what else may change (tools, instructions, models) is the definition's. */
export interface ReactTask {
  readonly problem: Problem;
  /** What the answer is to be. @default a text */
  readonly answer?: AnswerShape;
  /** Put into the memory's context first. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Within the definition's limits. */
  readonly limits?: ReactLimits;
  /** What whoever asks has taken from its own budget for this, and settles with what was used. */
  readonly grant?: Amounts;
}

/** Changes memory, and asks no model. */
export type MemoryCommand =
  | { readonly set: Readonly<Record<string, unknown>> }
  /** `session`: the conversation, tool executions and trace; `all`: the context too, which is a new agent's then. */
  | { readonly clear: "session" | "all" }
  /** Something for `fields` to make of it what they will. A JSON value. */
  | { readonly tell: { readonly type: string; readonly data?: unknown } };

/** What a reasoning agent can be sent; a text is a problem. */
export type ReactMessage = string | ReactTask | MemoryCommand;

export interface ReactLimits extends BudgetLimits {
  /** Turns in a row that came to nothing: a reply that cannot be used, or calls that all failed. @default 3 */
  readonly errors?: number;
}

/** Nothing where it is a command, or no message at all. */
export function taskOf(message: unknown): ReactTask | undefined {
  if (typeof message === "string") return { problem: message };
  if (typeof message !== "object" || message === null || !("problem" in message)) return undefined;
  const { problem } = message;
  return typeof problem === "string" || Array.isArray(problem) ? (message as ReactTask) : undefined;
}

export function commandOf(message: unknown): MemoryCommand | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const { set, clear, tell } = message as { readonly set?: unknown; readonly clear?: unknown; readonly tell?: unknown };
  if (isRecord(tell) && typeof tell["type"] === "string") return { tell: tell as { readonly type: string } };
  if (clear === "session" || clear === "all") return { clear };
  return isRecord(set) ? { set } : undefined;
}
