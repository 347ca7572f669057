import type { AskAgentOptions } from "../agent/index.ts";
import { onlyOptions, type Schema } from "../base/index.ts";
import type { ReactLimits } from "./react-message.ts";

/** How a problem is to be solved. */
export interface SolveOptions<Context = Record<string, unknown>> extends AskAgentOptions {
  /** Put into the memory's context first. */
  readonly context?: Partial<Context>;
  /** Within the agent's own. */
  readonly limits?: ReactLimits;
}

/** The same, for an answer that is no text. */
export interface TypedSolveOptions<Answer, Context = Record<string, unknown>> extends SolveOptions<Context> {
  /** What the answer must be: a schema that gives its JSON Schema, such as zod's. */
  readonly schema: Schema<unknown, Answer>;
}

const KNOWN: ReadonlySet<string> = new Set([
  "id",
  "deadline",
  "signal",
  "origin",
  "context",
  "limits",
  "schema",
] satisfies (keyof TypedSolveOptions<unknown>)[]);

/** A limit that is misspelt would be none. @throws AitorError `invalid-option`. */
export function checkSolveOptions(options: object): void {
  onlyOptions(options, KNOWN, "an option of a problem");
}
