import type { Journal } from "../../journal/index.ts";
import { messageKeyOf } from "../record/mailbox-name.ts";
import type { CalledKind } from "../record/open-calls.ts";
import type { Reason } from "./outer-scope.ts";
import type { RunContext } from "./run-context.ts";

/**
 * Ends what a scope that ends has called according to the record and its code did not ask for again: the process died
 * before it was cancelled, or the code has changed.
 */
export function endOpenCalls(run: RunContext, path: string, reason: Reason): Promise<unknown> | undefined {
  const { recovered } = run;
  if (recovered === undefined || recovered.offline || run.halted) return undefined;
  const calls = recovered.openCalls.take(run.id, path);
  if (calls.length === 0) return undefined;
  // One that is not on record was not begun.
  return Promise.allSettled(calls.map(([kind, id]) => run.endCall(kind, id, reason())));
}

/** Ends a child, or the run that handles a message, under way or not. */
export async function endCall(
  journal: Journal,
  cancel: (run: string, reason: unknown) => Promise<void>,
  kind: CalledKind,
  id: string,
  reason: unknown,
): Promise<void> {
  if (kind === "child") return cancel(id, reason);
  for await (const { stream } of journal.heads({ kind: "run", ended: false })) {
    if (messageKeyOf(stream)?.message === id) await cancel(stream, reason);
  }
}
