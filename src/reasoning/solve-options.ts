import type { AskAgentOptions } from "../agent/index.ts";
import {
  abortSignal,
  describe,
  errorAtCaller,
  invalidOption,
  isRecord,
  onlyOptions,
  type Schema,
} from "../base/index.ts";
import { jsonSchemaOf } from "../llm/index.ts";
import type { Problem, ReactLimits, ReactTask } from "./memory/react-message.ts";
import { expectedOf } from "./turn/message-schema.ts";

/** The options of `solve`, `chat` and `stream`. */
export interface SolveOptions<Context = Record<string, unknown>> extends AskAgentOptions {
  /** Values that are put into the memory's context first. */
  readonly context?: Partial<Context>;
  /** Limits of this problem. They apply within the agent's own limits. */
  readonly limits?: ReactLimits;
}

/** The same options, for an answer that is not a text. */
export interface TypedSolveOptions<Answer, Context = Record<string, unknown>> extends SolveOptions<Context> {
  /** The schema that the answer must fit. It must provide its JSON Schema, as zod's schemas do. */
  readonly schema: Schema<unknown, Answer>;
}

const UNTYPED = [
  "id",
  "deadline",
  "signal",
  "origin",
  "context",
  "limits",
] as const satisfies readonly (keyof SolveOptions)[];
const KNOWN = [...UNTYPED, "schema"] as const satisfies readonly (keyof TypedSolveOptions<unknown>)[];

/** Checks the options of `solve`, `chat` or `stream` and returns them. @throws AitorError `invalid-option`. */
export function solveOptions<Given extends AskAgentOptions>(given: Given, what: "chat" | "solve" | "stream"): Given {
  const of = `the options of ${what}`;
  if (!isRecord(given)) throw invalidOption(of, "an object, such as { id, deadline, context, limits }", given);
  // A chat's answer is a text.
  onlyOptions(given, what === "chat" ? UNTYPED : KNOWN, of);
  abortSignal(given.signal, `the signal of ${what}`);
  return given;
}

/** Returns the task that is sent to an agent for a problem. @param agent The agent's name. @throws AitorError `invalid-value`. */
export function askedTask<Context>(
  problem: Problem,
  { schema, context, limits }: SolveOptions<Context> & { readonly schema?: Schema },
  agent: string,
): ReactTask {
  return {
    problem: solvable(problem, agent),
    ...(schema !== undefined && { answer: { schema: jsonSchemaOf(schema) } }),
    ...(context !== undefined && { context }),
    ...(limits !== undefined && { limits }),
  };
}

/** Returns a problem if it can be sent. The error describes what was given, not the message that is made of it. */
function solvable(problem: Problem, agent: string): Problem {
  const expected = expectedOf(problem);
  if (expected === undefined) return problem;
  throw errorAtCaller({
    code: "invalid-value",
    message: `the problem for agent "${agent}" cannot be solved`,
    expected,
    got: describe(problem),
    fix: 'pass a text, or parts: [{ type: "text", text: "…" }]',
  });
}
