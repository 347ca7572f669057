import { type Clock, hashJson, type Run } from "../../base/index.ts";
import type { JudgedCall } from "./accepted-call.ts";
import { ScopeCall } from "./scope-call.ts";
import { StepCall } from "./step-call.ts";
import type { ToolFailure } from "../schema/tool-failure.ts";
import { recordedResult } from "../tool/recorded-result.ts";
import { type CallName, ToolLog } from "./tool-log.ts";
import type { ToolResult } from "../tool/tool-result.ts";
import { isStepFailure, thrownFailure } from "../tool/thrown-failure.ts";

/*
 * How a call appears in its run: as a step, or a scope, with the tool's name and under the call's id. What is on record of
 * the call takes precedence over what would be decided now, a refusal as well as a value. So a resumed run tells its model
 * the same as before.
 *
 * What a model can mend is a result. What ends the run (a cancel, a halt) rejects.
 */

/** Longer ids of calls are replaced by their hash. */
const LONGEST_ID = 128;

/** Ids come from providers, and are anything. */
export function callKey(id: unknown): string {
  const text = typeof id === "string" ? id : "";
  return text.length > LONGEST_ID || !text.isWellFormed() ? hashJson(text) : text;
}

/** The name of the step, beside the scope and under the call's id, that has the outcome of a call that is a scope. */
export function outcomeOf(tool: string): string {
  return `${tool} result`;
}

/**
 * Does what was asked, or records that it was refused.
 *
 * @param outcome The name of the step that has the outcome, where the call is a scope.
 */
export function performCall(
  judged: JudgedCall,
  refusal: ToolFailure | undefined,
  name: CallName,
  outcome: string,
  run: Run,
  maxOutput: number,
): Promise<ToolResult> {
  const log = new ToolLog(judged.context, run, name);
  if (judged.tool.work.kind === "scope") {
    const call = new ScopeCall(judged, refusal, maxOutput, log);
    const step = { name: outcome, key: name.key };
    return run.recorded?.(step) === "settled"
      ? performAgain(call, name, step, run)
      : performScope(call, name, step, run, judged.context.clock, log);
  }
  if (refusal !== undefined) return refuse(refusal, name, judged.given, run, log);
  return performStep(judged, name, run, maxOutput, log);
}

function performStep(
  judged: JudgedCall,
  name: CallName,
  run: Run,
  maxOutput: number,
  log: ToolLog,
): Promise<ToolResult> {
  const call = new StepCall(judged, maxOutput, log);
  const failed = (error: unknown): ToolResult => {
    if (!isStepFailure(error)) throw error;
    const { startedAt } = call;
    const durationMs = startedAt === undefined ? 0 : judged.context.clock.monotonic() - startedAt;
    const result: ToolResult = { ok: false, error: thrownFailure(name.name, error), durationMs };
    if (startedAt !== undefined) log.ended(result);
    return result;
  };
  return call.run(run, name, judged.given).then((result) => recordedResult(name.name, { result }), failed);
}

async function performScope(
  call: ScopeCall,
  name: CallName,
  step: CallName,
  run: Run,
  clock: Clock,
  log: ToolLog,
): Promise<ToolResult> {
  const startedAt = clock.monotonic();
  let began = false;
  let result: ToolResult;
  try {
    result = await run.scope(name, (scope) => {
      began = true;
      return call.run(scope);
    });
  } catch (error) {
    // The run is over: what the tool made of that is nobody's business any more.
    if (!began || run.abortSignal.aborted) throw error;
    result = { ok: false, error: thrownFailure(name.name, error), durationMs: clock.monotonic() - startedAt };
  } finally {
    call.letGo();
  }
  log.ended(result);
  return call.isKept ? run.step(step, () => result, { effect: "pure" }) : result;
}

/** The outcome is on record. */
async function performAgain(call: ScopeCall, name: CallName, step: CallName, run: Run): Promise<ToolResult> {
  try {
    await run.scope(name, (scope) => call.again(scope));
  } catch (error) {
    if (run.abortSignal.aborted) throw error;
  }
  return run.step(step, recordedAlready, { effect: "pure" });
}

function recordedAlready(): never {
  throw new Error("what is on record is not done again");
}

/** Records a refusal, or gives what is on record. */
export async function refuse(
  error: ToolFailure,
  name: CallName,
  given: unknown,
  run: Run,
  log: ToolLog,
): Promise<ToolResult> {
  const options = { effect: "pure", ...(given !== undefined && { input: given }) } as const;
  try {
    const result = await run.step<ToolResult>(
      name,
      (step) => {
        const refused: ToolResult = { ok: false, error, durationMs: 0 };
        log.started(given, step.key);
        log.ended(refused);
        return refused;
      },
      options,
    );
    return recordedResult(name.name, { result });
  } catch (thrown) {
    // On record is that it was called, and failed.
    if (!isStepFailure(thrown)) throw thrown;
    return { ok: false, error: thrownFailure(name.name, thrown), durationMs: 0 };
  }
}
