import type { StandardSchemaV1 } from "@standard-schema/spec";

import { type Alternative, closestAlternatives, eitherText, type Expected, WEIGHTS } from "./alternatives.ts";
import { argumentPath, described, type ToolIssue } from "./tool-failure.ts";

/** What a schema library says of a value, as issues of a tool. */
export function libraryIssues(value: unknown, issues: readonly StandardSchemaV1.Issue[]): ToolIssue[] {
  return issues.flatMap((issue) =>
    faultsIn(issue).faults.map(({ path, expected }) => ({
      path: argumentPath(path),
      expected,
      got: described(innerOf(value, path)),
    })),
  );
}

function innerOf(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    const has = typeof inner === "object" && inner !== null && Object.hasOwn(inner, key);
    inner = has ? (inner as Readonly<Record<PropertyKey, unknown>>)[key] : undefined;
  }
  return inner;
}

/** One of zod's of a union has the issues of each alternative, and no words of its own but those of the schema's author. */
interface UnionIssue extends StandardSchemaV1.Issue {
  readonly code?: string;
  readonly errors?: readonly (readonly UnionIssue[])[];
}

const NO_WORDS = "Invalid input";

function faultsIn(issue: UnionIssue): Alternative<Expected> {
  const { message, errors = [], code } = issue;
  const path = keysOf(issue);
  if (code !== "invalid_union" || errors.length === 0 || message !== NO_WORDS) {
    const isKind = code === "invalid_type" && path.length === 0;
    const weight = isKind ? WEIGHTS.kind : code === "invalid_value" ? WEIGHTS.constant : 1;
    return { faults: [{ path, expected: expectation(message) }], weight };
  }
  const closest = closestAlternatives(errors.map(alternative));
  const [first, ...others] = closest;
  const { weight = 1, faults = [] } = first ?? {};
  if (others.length > 0)
    return { faults: [{ path, expected: eitherText(closest.map((each) => each.faults)) }], weight };
  return { faults: faults.map((fault) => ({ ...fault, path: [...path, ...fault.path] })), weight };
}

function alternative(issues: readonly UnionIssue[]): Alternative<Expected> {
  const found = issues.map(faultsIn);
  return {
    faults: found.flatMap(({ faults }) => faults),
    weight: found.reduce((sum, { weight }) => sum + weight, 0),
  };
}

function keysOf({ path = [] }: StandardSchemaV1.Issue): readonly PropertyKey[] {
  return path.map((part) => (typeof part === "object" ? part.key : part));
}

/** What the words of zod, valibot and arktype say is expected, `got` says the rest; a text of somebody's own is told whole. */
function expectation(message: string): string {
  const found =
    /^[A-Z][\w ]*: expected (.+?)(?:, received .*)?$/s.exec(message) ??
    /^[A-Z][\w ]*: Expected (.+?)(?: but received .*)?$/s.exec(message) ??
    /^Invalid [\w ]+\. Expected (.+)$/s.exec(message) ??
    /^(?:value at \[.+?\]|\S+) must be (?!.* must be )(.+?) \(was .*\)$/s.exec(message) ??
    / must be\.\.\.\s+(◦ .+)$/s.exec(message);
  if (found?.[1] !== undefined) return found[1] === "nonoptional" ? "a value" : found[1];
  const [, not, name] = /^(Invalid|Unrecognized keys?:) (.+)$/s.exec(message) ?? [];
  return name === undefined ? message : not === "Invalid" ? `a valid ${name}` : `no key ${name}`;
}
