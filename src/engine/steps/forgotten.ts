import { type AitorError, cancelledError, isAitorError, recordError, stackless } from "../../base/index.ts";
import { bodyReturnedError, notAwaitedError } from "../record/errors.ts";
import type { StepLabel } from "../record/step-label.ts";
import type { OpenLabels } from "./open-labels.ts";
import type { InnerScope, OuterScope } from "./outer-scope.ts";
import type { RunContext } from "./run-context.ts";

/*
 * Logs what a body began and did not await. That may be a mistake in the body, and its rejection would show nothing, because
 * nothing looks at it.
 */

/** Branches, or a loop, that keep a scope from taking steps itself. */
export interface Occupation {
  readonly what: "a branch" | "a loop";
  readonly labels: readonly StepLabel[];
}

/** Why a scope ends whose body has returned. */
export const RETURNED: unique symbol = Symbol("returned");

/** @param why What its body has thrown, or `RETURNED`. */
export function endedBy(why: unknown, where: string): AitorError {
  return stackless(() =>
    why === RETURNED ? bodyReturnedError(where) : cancelledError(`what was open in ${where}`, why),
  );
}

/** Cuts off what is open in a scope whose body has returned, each with an error that names it. */
export function dropForgotten(
  run: RunContext,
  labels: OpenLabels,
  occupied: Occupation | undefined,
  scopes: ReadonlySet<InnerScope> | undefined,
): void {
  for (const [label, work] of labels.entries()) {
    drop(run, work.kind ?? "step", labels.keyOf(label), (reason) => work.abandon(reason));
  }
  for (const { label } of occupied?.labels ?? []) {
    const key = labels.keyOf(label);
    const open = [...(scopes ?? [])].filter(({ path }) => path.startsWith(`${key}/`));
    const isLoop = occupied?.what === "a loop";
    if (!isLoop && open.length === 0) continue;
    drop(run, isLoop ? "loop" : "branch", key, (reason) => {
      for (const scope of open) void scope.end(() => reason);
    });
  }
}

/** Tells of what a scope has refused, unless it was cut off: then nothing that its body asks for can be done. */
export function tellRefused({ run, path, ended }: OuterScope, error: unknown): void {
  const isMistake = !ended || isBodyReturned(error);
  if (isMistake && run.recovered?.offline !== true) run.dropped(path.slice(0, -1), { error: recordError(error) });
}

/** Whether the body of a scope has returned, which is why it takes nothing more. */
function isBodyReturned(error: unknown): boolean {
  return isAitorError(error, "cancelled") && (error.data as { returned?: unknown } | undefined)?.returned === true;
}

/** What is begun in a scope that has ended is refused by name where that is a mistake. */
export function refusalOf(ended: AitorError, where: string, name: string): AitorError {
  return isBodyReturned(ended) ? bodyReturnedError(where, name) : ended;
}

function drop(run: RunContext, kind: string, key: string, abandon: (reason: AitorError) => void): void {
  const error = stackless(() => notAwaitedError(`${kind} "${key}" of run "${run.id}"`));
  abandon(error);
  if (run.recovered?.offline === true) return;
  run.dropped(key, { error: recordError(error), ...(run.uncalled.includes(key) && { uncalled: true as const }) });
}
