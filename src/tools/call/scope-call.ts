import { AitorError, checkJson, type Run, stepInDoubtError } from "../../base/index.ts";
import type { JudgedCall } from "./accepted-call.ts";
import type { CompiledTool } from "../tool/compiled-tool.ts";
import { cutOutput, isLonger } from "../tool/output.ts";
import type { Place, Places } from "../tool/places.ts";
import type { ToolLog } from "./tool-log.ts";
import type { ToolCut, ToolResult, ToolSuccess } from "../tool/tool-result.ts";
import type { ToolFailure } from "../schema/tool-failure.ts";

type Outcome = Omit<ToolSuccess, "durationMs"> | Omit<ToolCut, "durationMs">;

/** What the first step says of a call that is made and whose outcome is to be on record; null, in older records, where it is not. */
const ACCEPTED = "accepted";
const KEEP_OUTPUT = "keep_output";

/**
 * A call that is a scope. Whether it was refused is on record, as its first step: a call that was accepted goes on when its
 * run is resumed, whatever the policy says by then.
 */
export class ScopeCall {
  /** It was made, and its outcome is to be on record. */
  isKept = false;
  readonly #judged: JudgedCall;
  readonly #refusal: ToolFailure | undefined;
  readonly #maxOutput: number;
  readonly #log: ToolLog;
  #place: Place | undefined;
  /** It has begun in the tool's lifetime, and not ended. */
  #hasTool = false;

  constructor(judged: JudgedCall, refusal: ToolFailure | undefined, maxOutput: number, log: ToolLog) {
    this.#judged = judged;
    this.#refusal = refusal;
    this.#maxOutput = maxOutput;
    this.#log = log;
  }

  async run(scope: Run): Promise<ToolResult> {
    const { tool, context, args } = this.#judged;
    const checked = await this.#check(scope);
    // What is on record counts; but nothing can be called with arguments that do not fit any more.
    const error = isFailure(checked) ? checked : "args" in this.#judged ? undefined : this.#refusal;
    if (error !== undefined) {
      this.#log.started(this.#judged.given);
      return { ok: false, error, durationMs: 0 };
    }
    this.isKept = checked === ACCEPTED;
    const { places, lifetime } = tool;
    if (places !== undefined) this.#place = await placeFor(scope, places);
    if ((places ?? lifetime) !== undefined && scope.abortSignal.aborted) {
      // Its scope ended meanwhile, and found nothing to let go.
      this.letGo();
      throw scope.abortSignal.reason;
    }
    const startedAt = context.clock.monotonic();
    this.#log.started(args);
    lifetime?.begin();
    this.#hasTool = lifetime !== undefined;
    const given = await inTime(tool, scope, async (run) => {
      if (lifetime !== undefined) {
        await lifetime.open();
        run.abortSignal.throwIfAborted();
      }
      return this.#outcome(run);
    });
    return { ...given, durationMs: context.clock.monotonic() - startedAt };
  }

  /** Its scope has ended: gives back its place and its tool, whether or not its code has come to its end. Harmless the second time. */
  letGo(): void {
    this.#place?.giveBack();
    if (this.#hasTool) this.#judged.tool.lifetime?.end();
    this.#hasTool = false;
  }

  /**
   * Executes the body of a call whose outcome is on record, as all bodies of a resumed run are. Nothing is taken or opened for
   * it, and what it comes to now is of no account.
   */
  async again(scope: Run): Promise<void> {
    await this.#check(scope);
    if (!("args" in this.#judged)) return;
    await inTime(this.#judged.tool, scope, async (run) => {
      await this.#call(run);
      if (run.recorded?.(KEEP_OUTPUT) === "settled") await run.step(KEEP_OUTPUT, () => null);
    });
  }

  #check(scope: Run): Promise<ToolFailure | typeof ACCEPTED | null> {
    const { given } = this.#judged;
    const options = { effect: "pure", ...(given !== undefined && { input: given }) } as const;
    return scope.step("check", () => this.#refusal ?? ACCEPTED, options);
  }

  #call(run: Run): Promise<unknown> {
    const { tool, args, context } = this.#judged;
    return (tool.work as Extract<CompiledTool["work"], { kind: "scope" }>).call(args, run, context);
  }

  async #outcome(run: Run): Promise<Outcome> {
    const { tool, context } = this.#judged;
    const { outputCheck, name } = tool;
    const given = await this.#call(run);
    const value = (outputCheck === undefined ? given : await outputCheck(given)) ?? null;
    checkJson(value, `the output of tool "${name}"`, false);
    if (!isLonger(value, this.#maxOutput)) return { ok: true, value };
    const cut = await run.step(KEEP_OUTPUT, () => cutOutput(value, name, this.#maxOutput, context.artefacts));
    return { ok: true, value: cut, cut: true };
  }
}

function isFailure(checked: ToolFailure | typeof ACCEPTED | null): checked is ToolFailure {
  return typeof checked === "object" && checked !== null;
}

/** A place, for which the scope is known to wait. */
function placeFor(scope: Run, places: Places): Promise<Place> {
  let waiting = 1;
  const over = (): void => void (waiting = 0);
  scope.queue?.(() => waiting);
  const place = places.take(() => scope.abortSignal);
  place.then(over, over);
  return place;
}

/** The time-out is a timer of the run: it survives the process, as what it limits does. */
async function inTime<Out>({ name, step }: CompiledTool, scope: Run, body: (run: Run) => Promise<Out>): Promise<Out> {
  const { timeout } = step;
  if (timeout === undefined) return body(scope);
  let work: Run | undefined;
  return scope.race([
    { name: "work", run: (branch) => body((work = branch)) },
    { name: "time-out", run: (branch) => timeOver(branch, timeout, name, (why) => work?.doubt?.(why)) },
  ]);
}

/**
 * Rejects when the time is over. What must run once and was under way by then is found out first, and goes on from there with
 * the time anew: the next timer on record tells a resumed run so.
 */
async function timeOver(branch: Run, timeout: number, tool: string, doubt: NonNullable<Run["doubt"]>): Promise<never> {
  for (let wasInDoubt = false; ; wasInDoubt = true) {
    await branch.sleep(timeout);
    if (branch.recorded?.("sleep") !== undefined) continue;
    const known = doubt(`the call of tool "${tool}" was cut off after ${timeout} ms`);
    if (known !== undefined) await known;
    else if (wasInDoubt) throw stepInDoubtError(tool, "a step of it was in doubt, and then its time was over");
    else throw timeoutError(tool, timeout);
  }
}

function timeoutError(tool: string, ms: number): AitorError<"step-timeout"> {
  return new AitorError({
    code: "step-timeout",
    message: `it took longer than its time-out of ${ms} ms`,
    expected: `a result within ${ms} ms`,
    got: "none by then",
    fix: `give tool "${tool}" a longer timeout`,
  });
}
