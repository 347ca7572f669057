import type { Run } from "../base/index.ts";
import { failure } from "./tool-failure.ts";
import type { ToolResult } from "./tool-result.ts";

/** The calls that are under way in each scope. */
const open = new WeakMap<Run, Set<string>>();

/**
 * Makes a call unless one of the same name and id is under way in the scope: live and resumed alike, also where a tool is
 * done at once.
 */
export async function alone(
  run: Run,
  { name, key }: { readonly name: string; readonly key: string },
  make: () => Promise<ToolResult>,
): Promise<ToolResult> {
  const calls = open.get(run) ?? new Set();
  if (calls.size === 0) open.set(run, calls);
  const label = `${name}[${key}]`;
  if (calls.has(label)) return duplicate(name, key);
  calls.add(label);
  try {
    return await make();
  } finally {
    calls.delete(label);
  }
}

function duplicate(tool: string, key: string): ToolResult {
  const error = failure("duplicate-call", `tool "${tool}" was not called: another call has the same id`, {
    expected: "an id that no open call has",
    got: `"${key}"`,
    fix: "call it again under another id",
  });
  return { ok: false, error, durationMs: 0 };
}
