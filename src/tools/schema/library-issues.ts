import type { StandardSchemaV1 } from "@standard-schema/spec";

import { closestAlternatives, eitherText, type Expected, WEIGHTS } from "./alternatives.ts";
import { argumentPath, described, type ToolIssue } from "./tool-failure.ts";

/** What a schema library says of a value, as issues of a tool. */
export function libraryIssues(value: unknown, issues: readonly StandardSchemaV1.Issue[]): ToolIssue[] {
  return issues.flatMap((issue) =>
    faultsIn(issue).map(({ path, expected }) => ({
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

function faultsIn(issue: UnionIssue): readonly Expected[] {
  const path = keysOf(issue);
  const all = alternativesIn(issue);
  if (all === undefined) return [{ path, expected: expectation(issue.message) }];
  const [first = [], ...others] = closestAlternatives(
    all.map((issues) => ({ faults: issues, weight: weightOf(issues, true) })),
  ).map(({ faults }) => faults.flatMap(faultsIn));
  if (others.length > 0) return [{ path, expected: eitherText([first, ...others]) }];
  return first.map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
}

/** Nothing where it is no union's, or its author says what is expected. */
function alternativesIn({ message, errors = [], code }: UnionIssue): UnionIssue["errors"] {
  return code === "invalid_union" && errors.length > 0 && message === NO_WORDS ? errors : undefined;
}

/** @param isWhole Whether they are of the value that has alternatives, and not of what is inside. */
function weightOf(issues: readonly UnionIssue[], isWhole: boolean): number {
  return issues.reduce((sum, issue) => {
    const isHere = isWhole && keysOf(issue).length === 0;
    const all = alternativesIn(issue);
    if (all !== undefined) return sum + Math.min(...all.map((inside) => weightOf(inside, isHere)));
    if (isHere && issue.code === "invalid_type") return sum + WEIGHTS.kind;
    return sum + (issue.code === "invalid_value" ? WEIGHTS.constant : 1);
  }, 0);
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
