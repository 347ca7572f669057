import { type Budget, cancelledError, isAitorError, messageOf, type Run } from "../../base/index.ts";
import type { ToolCallPart } from "../../llm/index.ts";
import {
  type Approval,
  approvalHash,
  type ArtefactStore,
  blobArtefacts,
  logRefusal,
  READ_ARTEFACT,
  type ToolContext,
  type ToolFailure,
  type ToolResult,
} from "../../tools/index.ts";
import { type ApprovalAnswer, approvalSchema } from "./approval-answer.ts";
import { called, saidBy } from "./hook-check.ts";
import { madeCall, type MadeCall } from "./made-calls.ts";
import { Places } from "./places.ts";
import { deadlineOf } from "./solving-budget.ts";
import { aboutTurn, memoryOf, type SolvingContext, valuesOf } from "./solving-context.ts";
import {
  APPROVAL,
  type ApprovalAsked,
  callId,
  editOf,
  keyOfCall,
  OBSERVE,
  type ThinkRecord,
} from "../memory/turn-record.ts";

/** Carries out the calls of a reply, side by side up to a limit. Calls that a person has to approve wait for the approval. */
export class Acting {
  readonly #context: SolvingContext;
  readonly #budget: () => Budget | undefined;
  readonly #places: Places;
  readonly #tools: ToolContext;
  /** The number of calls that are not done, and how many of them wait for a person. */
  #open = 0;
  #waiting = 0;
  /** There are more calls than may be made at once. */
  #isCrowded = false;

  constructor(context: SolvingContext, budget: () => Budget | undefined) {
    this.#context = context;
    this.#budget = budget;
    const { agent, clock, settings } = context;
    const artefacts = artefactsOf(context);
    const values = valuesOf(context);
    this.#places = new Places(settings.parallel);
    this.#tools = { agent, clock, ...(artefacts && { artefacts }), ...(values && { values }) };
  }

  act(turn: Run, number: number, record: ThinkRecord, calls: readonly ToolCallPart[]): Promise<readonly MadeCall[]> {
    this.#open = calls.length;
    this.#waiting = 0;
    this.#isCrowded = calls.length > this.#context.settings.parallel;
    const [only] = calls;
    if (calls.length === 1 && only !== undefined) {
      return this.#call(turn, number, 1, only, record).then((made) => [made]);
    }
    return Promise.all(calls.map((call, index) => this.#call(turn, number, index + 1, call, record)));
  }

  async #call(turn: Run, number: number, place: number, part: ToolCallPart, record: ThinkRecord): Promise<MadeCall> {
    const id = callId(number, place);
    const call = { id, name: part.name, args: part.broken ?? part.input };
    const refused = record.refused?.[place];
    const asked = record.approvals?.[place];
    let result: ToolResult;
    let edited: unknown;
    if (typeof refused === "object") result = await this.#refused(turn, call, refused);
    else if (refused !== undefined) result = refusal(`tool "${part.name}" was not called: ${refused}`);
    else if (asked !== undefined) ({ result, edited } = await this.#approved(turn, number, call, asked));
    else result = await this.#execute(turn, call, undefined);
    this.#open--;
    this.#restIfWaiting();
    // What no record of the call's own tells is told by a step.
    if (memoryOf(this.#context).parts.turn?.results.has(place) !== true) {
      const outcome = result;
      const told = (): ToolResult => {
        if (unmade.has(outcome)) logRefusal(call, outcome, turn, this.#tools);
        return outcome;
      };
      result = await turn.step({ name: OBSERVE, key: id }, told, { effect: "pure" });
    }
    const { hooks } = this.#context.settings;
    if (hooks?.afterTool !== undefined) {
      const made = edited === undefined ? call : { ...call, args: edited };
      const about = { ...aboutTurn(this.#context, number), call: made, result };
      await called("afterTool", () => hooks.afterTool?.(about));
    }
    return madeCall(part, result, edited);
  }

  /** Of no tool there is a step that says so; of arguments that are not kept, what the reply has on record. */
  #refused(turn: Run, call: Call, error: ToolFailure): Promise<ToolResult> | ToolResult {
    const isMissing = error.code === "unknown-tool" || error.code === "tool-unavailable";
    if (isMissing) return this.#context.settings.tools.refuse(call, error, turn, this.#tools);
    return notMade(error);
  }

  #execute(turn: Run, call: Call, approval: Approval | undefined): Promise<ToolResult> {
    const { tools } = this.#context.settings;
    if (!tools.has(call.name)) return this.#gone(turn, call, approval);
    const budget = this.#budget();
    const context: ToolContext = {
      ...this.#tools,
      ...(budget !== undefined && { budget }),
      ...(approval !== undefined && { approval }),
    };
    // What is new may have come to a place first, and be held back until what is done was asked for.
    const needsPlace = this.#isCrowded && !isDone(turn, call);
    return needsPlace ? this.#inPlace(turn, call, context) : tools.execute(call, turn, context, OBSERVE);
  }

  /**
   * Handles a call whose tool existed when the model called it, and does not exist any more. What is on record of the call
   * counts.
   */
  async #gone(turn: Run, call: Call, approval: Approval | undefined): Promise<ToolResult> {
    const { settings } = this.#context;
    const missing = await settings.tools.check(call, this.#tools);
    // One that could not be made is tried again whenever it is asked for.
    if (missing === undefined) return this.#execute(turn, call, approval);
    const recorded = await this.#recorded(call);
    if (recorded.has(OBSERVE)) {
      const refused: ToolResult = { ok: false, error: missing, durationMs: 0 };
      return turn.step<ToolResult>({ name: OBSERVE, key: call.id }, () => refused, { effect: "pure" });
    }
    // Of one that orchestrates, what it had begun is left; it is told under the name of those that there are not.
    const isStep = [...recorded].every((name) => name === call.name);
    return settings.tools.refuse(call, missing, turn, this.#tools, isStep);
  }

  /** Returns what is on record of a call, except for its approval: its step, or what is in its scope, and its outcome, by name. */
  async #recorded({ id }: Call): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for await (const { key } of this.#context.ctx.events()) {
      const name = keyOfCall(key, id);
      if (name !== undefined) names.add(name);
    }
    return names;
  }

  async #inPlace(turn: Run, call: Call, context: ToolContext): Promise<ToolResult> {
    const taken = this.#places.take();
    if (taken !== undefined) await taken;
    try {
      // Looked at only where time has passed: the signal costs something.
      const abortSignal = taken === undefined ? undefined : turn.abortSignal;
      if (abortSignal?.aborted === true) throw cancelledError(`the call of "${call.name}"`, abortSignal.reason);
      return await this.#context.settings.tools.execute(call, turn, context, OBSERVE);
    } finally {
      this.#places.giveBack();
    }
  }

  /** @returns The call with the arguments that a person gave instead of the model's. */
  async #approved(
    turn: Run,
    number: number,
    call: Call,
    asked: ApprovalAsked,
  ): Promise<{ result: ToolResult; edited?: unknown }> {
    const { name } = call;
    const answer = await this.#answer(turn, number, call, asked);
    if (answer === undefined) return { result: refusal(`tool "${name}" was not called: nobody approved it in time`) };
    if ("reject" in answer && answer.reject !== undefined) {
      return { result: refusal(`tool "${name}" was not called: a person refused it: ${answer.reject}`) };
    }
    const { settings, ctx } = this.#context;
    const edited = editOf(answer);
    const args = edited ?? asked.args;
    if (await this.#isTooLate(call)) {
      return { result: refusal(`tool "${name}" was not called: the run's deadline was over`), edited };
    }
    // The answer came in time: the call may be made whenever the run goes on.
    const subject = {
      tool: asked.tool,
      args,
      tenant: settings.tenant,
      expires: Infinity,
      run: ctx.runId,
      call: call.id,
    };
    const approval = { hash: approvalHash(subject), expires: Infinity };
    return { result: await this.#execute(turn, { ...call, args }, approval), edited };
  }

  /** At a deadline the run is over, whoever approved what. What had begun by then continues. */
  async #isTooLate(call: Call): Promise<boolean> {
    if (this.#context.clock.now() < deadlineOf(this.#budget())) return false;
    const recorded = await this.#recorded(call);
    return [...recorded].every((name) => name === OBSERVE);
  }

  /** @returns `undefined` if nobody answered in time. */
  async #answer(turn: Run, number: number, call: Call, asked: ApprovalAsked): Promise<ApprovalAnswer | undefined> {
    const schema = approvalSchema(asked, (args) => this.#editFault(number, { ...call, args }));
    this.#waiting++;
    this.#restIfWaiting();
    try {
      const deadline = Math.max(0, asked.expires - this.#context.clock.now());
      const options = { request: asked, schema, deadline };
      return await turn.waitFor<ApprovalAnswer>({ name: APPROVAL, key: call.id }, options);
    } catch (error) {
      if (isAitorError(error, "signal-expired")) return undefined;
      if (isAitorError(error, "terminal")) return { hash: asked.hash, reject: messageOf(error.cause) };
      throw error;
    } finally {
      this.#waiting--;
      this.#budget()?.resume();
    }
  }

  /**
   * Returns why a call with edited arguments is not made. What is on record of the call was let pass, whatever the hook would say
   * now.
   */
  async #editFault(number: number, call: Call): Promise<ToolFailure | undefined> {
    const { hooks, tools } = this.#context.settings;
    const failure = await tools.check(call, this.#tools);
    if (failure !== undefined || hooks?.beforeTool === undefined) return failure;
    if ((await this.#recorded(call)).size > 0) return undefined;
    const about = { ...aboutTurn(this.#context, number), call };
    const said = saidBy("beforeTool", await called("beforeTool", () => hooks.beforeTool?.(about)));
    return said === undefined
      ? undefined
      : { code: "denied", message: `edited arguments that the hook beforeTool lets pass: ${said}` };
  }

  /** Time in which the run waits only for people does not count. */
  #restIfWaiting(): void {
    if (this.#open > 0 && this.#open === this.#waiting) this.#budget()?.suspend();
  }
}

/** Returns where outputs that are too long are kept, so that they can be asked for. */
function artefactsOf({ settings, ctx }: SolvingContext): ArtefactStore | undefined {
  const { artefacts, tools } = settings;
  return artefacts ?? (tools.has(READ_ARTEFACT) ? blobArtefacts(ctx.blobs) : undefined);
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

/** Whether the call's outcome is on record: as a step, or beside its scope. */
function isDone(turn: Run, { name, id }: Call): boolean {
  return [name, OBSERVE].some((step) => turn.recorded?.({ name: step, key: id }) === "settled");
}

/** Outcomes of calls that nobody made, of which no step of their own tells. */
const unmade = new WeakSet<ToolResult>();

function refusal(message: string): ToolResult {
  return notMade({ code: "denied", message });
}

function notMade(error: ToolFailure): ToolResult {
  const result: ToolResult = { ok: false, error, durationMs: 0 };
  unmade.add(result);
  return result;
}
