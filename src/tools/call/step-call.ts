import { isPromiseLike, type Run, type StepContext, type Timer, waitsForTurn, workWaits } from "../../base/index.ts";
import type { JudgedCall } from "./accepted-call.ts";
import type { CompiledTool } from "../tool/compiled-tool.ts";
import { cutOutput, isLonger } from "../tool/output.ts";
import type { Place } from "../tool/places.ts";
import type { ToolCallContext } from "../tool/tool-context.ts";
import type { CallName, ToolLog } from "./tool-log.ts";
import type { ToolCut, ToolSuccess } from "../tool/tool-result.ts";

type Given = ToolSuccess | ToolCut;

/** Milliseconds after which a step that has not begun lets others have its place: it is in doubt, and waits for a person. */
const GRACE = 1_000;

/**
 * A call that is one step. A call that is on record begins nothing; so what a tool needs (a connection, a place) is taken
 * when its function is called, but for the first attempt's place: what waits for one has not started, nor could it be in
 * doubt. No time-out begins before the attempt has its place.
 */
export class StepCall {
  /** When its function was first called. */
  startedAt: number | undefined;
  readonly #tool: CompiledTool;
  readonly #args: unknown;
  readonly #context: ToolCallContext;
  readonly #maxOutput: number;
  readonly #log: ToolLog;
  #place: Place | undefined;
  /** It has begun in the tool's lifetime, and not ended. */
  #hasTool = false;
  #grace: Timer | undefined;

  constructor({ tool, args, context }: JudgedCall, maxOutput: number, log: ToolLog) {
    this.#tool = tool;
    this.#args = args;
    this.#context = context;
    this.#maxOutput = maxOutput;
    this.#log = log;
  }

  /** Runs the step, when there is a place for it; where its outcome is on record, it needs none. */
  run(run: Run, name: CallName, input: unknown): Promise<Given> {
    const { places, lifetime, step: options } = this.#tool;
    const begin = (): Promise<Given> => {
      const result = run.step(name, (step) => this.#begin(step), { ...options, input });
      return lifetime === undefined ? result : result.finally(() => this.#letGo());
    };
    if (places === undefined || run.recorded?.(name) === "settled") return begin();
    return this.#inPlace(
      places.take(() => run.abortSignal),
      begin,
    );
  }

  async #inPlace(taking: Promise<Place>, begin: () => Promise<Given>): Promise<Given> {
    const place = (this.#place = await taking);
    try {
      const result = begin();
      if (this.startedAt === undefined) this.#grace = this.#context.clock.timer(GRACE, () => place.giveBack());
      return await result;
    } finally {
      this.#grace?.cancel();
      this.#place?.giveBack();
    }
  }

  #begin(step: StepContext): Given | Promise<Given> {
    this.#grace?.cancel();
    this.startedAt ??= this.#context.clock.monotonic();
    this.#log.started(this.#args, step.key);
    if (this.#place === undefined && this.#tool.lifetime === undefined) return this.#call(step);
    workWaits(step, true);
    return this.#take(step).then(() => {
      step.abortSignal.throwIfAborted();
      workWaits(step, false);
      return this.#call(step);
    });
  }

  async #take(step: StepContext): Promise<void> {
    const { places, lifetime } = this.#tool;
    if (places !== undefined) {
      if (this.#place?.isTaken !== true) {
        const taking = places.take(() => step.abortSignal);
        waitsForTurn(step, taking);
        this.#place = await taking;
      }
      const place = this.#place;
      step.defer(() => place.giveBack());
    }
    if (lifetime === undefined) return;
    // Its step may have ended while it waited for the place.
    step.abortSignal.throwIfAborted();
    if (!this.#hasTool) {
      lifetime.begin();
      this.#hasTool = true;
    }
    // One in doubt may wait for a person for days; others wait for their next attempt.
    if (this.#tool.step.effect === "once") step.defer(() => this.#letGo());
    await lifetime.open();
  }

  #letGo(): void {
    if (this.#hasTool) this.#tool.lifetime?.end();
    this.#hasTool = false;
  }

  #call(step: StepContext): Given | Promise<Given> {
    const given = (this.#tool.work as Extract<CompiledTool["work"], { kind: "step" }>).call(
      this.#args,
      step,
      this.#context,
    );
    return isPromiseLike(given) ? this.#settle(given) : this.#given(given);
  }

  async #settle(given: PromiseLike<unknown>): Promise<Given> {
    return this.#given(await given);
  }

  #given(value: unknown): Given | Promise<Given> {
    const { outputCheck } = this.#tool;
    return outputCheck === undefined ? this.#fit(value) : outputCheck(value).then((checked) => this.#fit(checked));
  }

  #fit(value: unknown): Given | Promise<Given> {
    if (isLonger(value, this.#maxOutput)) return this.#cut(value);
    return this.#done({ ok: true, value: value ?? null, durationMs: this.#ms });
  }

  async #cut(value: unknown): Promise<Given> {
    const cut = await cutOutput(value, this.#tool.name, this.#maxOutput, this.#context.artefacts);
    return this.#done({ ok: true, value: cut, cut: true, durationMs: this.#ms });
  }

  get #ms(): number {
    return this.#context.clock.monotonic() - (this.startedAt as number);
  }

  #done(result: Given): Given {
    this.#log.ended(result);
    return result;
  }
}
