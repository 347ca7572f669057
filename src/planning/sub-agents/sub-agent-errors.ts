import { AitorError, describe } from "../../base/index.ts";

/** Codes of sub-agents. */
export type SubAgentErrorCode = "agent-refused" | "agents-too-deep" | "unknown-agent";

/** Names that are told one by one. */
const MOST_NAMED = 20;

export function unknownAgentError(name: string, known: readonly string[]): AitorError<"unknown-agent"> {
  return new AitorError({
    code: "unknown-agent",
    message: `there is no sub-agent ${describe(name)}`,
    expected: `one of ${known.slice(0, MOST_NAMED).join(", ")}`,
    got: describe(name),
    fix: "name one of these, or make it first (subagent_create)",
    retryable: false,
  });
}

export function agentRefusedError(name: unknown, expected: string, got: unknown): AitorError<"agent-refused"> {
  return new AitorError({
    code: "agent-refused",
    message: `sub-agent ${describe(name)} cannot be made`,
    expected,
    got: typeof got === "string" ? got : describe(got),
    fix: "make it of what you have yourself, or choose one that there is (subagent_list)",
    retryable: false,
  });
}

export function tooDeepError(depth: number): AitorError<"agents-too-deep"> {
  return new AitorError({
    code: "agents-too-deep",
    message: "a sub-agent of this level can have no sub-agents",
    expected: `at most ${depth} level${depth === 1 ? "" : "s"} of sub-agents`,
    got: "one more",
    fix: "do the todo yourself, and mark it (plan_mark)",
    retryable: false,
  });
}
