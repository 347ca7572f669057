import type { Run } from "../../base/index.ts";
import { failure } from "../schema/tool-failure.ts";
import type { ToolResult } from "../tool/tool-result.ts";

/** The calls that are under way in each scope: the label of one, or those of several. */
const open = new WeakMap<Run, string | Set<string>>();

/**
 * Makes a call unless one of the same name and id is under way in the scope: live and resumed alike, also where a tool is
 * done at once.
 */
export function alone(
  run: Run,
  { name, key }: { readonly name: string; readonly key: string },
  make: () => Promise<ToolResult>,
): Promise<ToolResult> {
  const label = `${name}[${key}]`;
  if (!begin(run, label)) return Promise.resolve(duplicate(name, key));
  const over = (): void => end(run, label);
  try {
    const made = make();
    // Before whoever waits for it goes on.
    made.then(over, over);
    return made;
  } catch (error) {
    over();
    return Promise.reject(error);
  }
}

/** @returns Whether none of that label is under way. */
function begin(run: Run, label: string): boolean {
  const calls = open.get(run);
  if (calls === undefined) open.set(run, label);
  else if (typeof calls === "string") {
    if (calls === label) return false;
    open.set(run, new Set([calls, label]));
  } else {
    if (calls.has(label)) return false;
    calls.add(label);
  }
  return true;
}

function end(run: Run, label: string): void {
  const calls = open.get(run);
  if (typeof calls === "string" || calls?.size === 1) open.delete(run);
  else calls?.delete(label);
}

function duplicate(tool: string, key: string): ToolResult {
  const error = failure("duplicate-call", `tool "${tool}" was not called: another call has the same id`, {
    expected: "an id that no open call has",
    got: `"${key}"`,
    fix: "call it again under another id",
  });
  return { ok: false, error, durationMs: 0 };
}
