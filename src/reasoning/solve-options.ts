import type { AskAgentOptions } from "../agent/index.ts";
import type { Schema } from "../base/index.ts";
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
