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

const UNTYPED = [
  "id",
  "deadline",
  "signal",
  "origin",
  "context",
  "limits",
] as const satisfies readonly (keyof SolveOptions)[];
const KNOWN = [...UNTYPED, "schema"] as const satisfies readonly (keyof TypedSolveOptions<unknown>)[];

/** Returns the options of `solve`, `chat` and `stream` where they can be used. @throws AitorError `invalid-option`. */
export function solveOptions<Given extends AskAgentOptions>(given: Given, what: "chat" | "solve" | "stream"): Given {
  const of = `the options of ${what}`;
  if (!isRecord(given)) throw invalidOption(of, "an object, such as { id, deadline, context, limits }", given);
  // A chat's answer is a text.
  onlyOptions(given, what === "chat" ? UNTYPED : KNOWN, of);
  abortSignal(given.signal, `the signal of ${what}`);
  return given;
}

/** What an agent is sent of a problem. @param agent Its name. @throws AitorError `invalid-value`. */
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

/** Returns a problem where it can be sent: said of what was given, and not of the message that is made of it. */
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
