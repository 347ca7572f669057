import { type Amounts, type BudgetLimits, isRecord } from "../../base/index.ts";
import type { FilePart, TextPart } from "../../llm/index.ts";

/** A problem to solve: a text, or a list of texts, images and other files. */
export type Problem = string | readonly (TextPart | FilePart)[];

/** The shape of an answer that is not a text. */
export interface AnswerShape {
  /** A JSON Schema. */
  readonly schema: object;
  readonly name?: string;
}

/**
 * A problem to solve. It is a JSON value: everything else that may change (tools, instructions, models) belongs to the
 * definition.
 */
export interface ReactTask {
  readonly problem: Problem;
  /** The shape of the answer. @default a text */
  readonly answer?: AnswerShape;
  /** Values that are put into the memory's context first. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Limits within those of the definition. */
  readonly limits?: ReactLimits;
  /** What the caller has taken from its own budget for this task. The caller settles it with what was used. */
  readonly grant?: Amounts;
}

/** A message that changes memory and asks no model. */
export type MemoryCommand =
  | { readonly set: Readonly<Record<string, unknown>> }
  /** `session` clears the conversation, tool executions and trace. `all` also resets the context to that of a new agent. */
  | { readonly clear: "session" | "all" }
  /** Data for `fields` to handle as they like. A JSON value. */
  | { readonly tell: { readonly type: string; readonly data?: unknown } };

/** A message to a reasoning agent. A text is a problem. */
export type ReactMessage = string | ReactTask | MemoryCommand;

export interface ReactLimits extends BudgetLimits {
  /** The number of turns in a row that came to nothing: a reply that cannot be used, or calls that all failed. @default 3 */
  readonly errors?: number;
}

/** Returns `undefined` for a command, or if it is not a message at all. */
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
