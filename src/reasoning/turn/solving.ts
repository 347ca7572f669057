import {
  type Budget,
  type BudgetExcess,
  isAitorError,
  isBudgetExceeded,
  recordError,
  rounded,
  type Run,
  type Spend,
  type Turn,
} from "../../base/index.ts";
import { textOf, toolCallsOf } from "../../llm/index.ts";
import { Acting } from "./acting.ts";
import { called, thrownByHook } from "./hook-check.ts";
import { type MadeCall, sameCalls, toldEdits } from "./made-calls.ts";
import type { ReactOutcome, ReactReason, ReactStatus } from "../result/react-result.ts";
import type { TurnReport } from "./reasoning-options.ts";
import { NOTHING_SPENT, SolvingBudget } from "./solving-budget.ts";
import { aboutTurn, type AnyMemory, memoryOf, type SolvingContext } from "./solving-context.ts";
import { Thinking } from "./thinking.ts";
import { RecordedTurns } from "../memory/recorded-turns.ts";
import { LOOP, type ThinkRecord, type TurnState } from "../memory/turn-record.ts";

/** How a run ends, before it is counted together. */
interface Ending {
  readonly status: ReactStatus;
  readonly reason: ReactReason;
  readonly answer?: unknown;
  readonly error?: unknown;
}

/** What a turn says of the next one. */
type TurnChanges = { -readonly [Name in "errors" | "same"]: TurnState[Name] } & { note?: string; system?: number };

/**
 * Solves one problem, turn after turn: think, act, observe, until there is an answer or a reason to stop. What a turn passes on
 * to the next is small. The conversation is the memory, which is made from what the turn records.
 */
export class Solving {
  readonly #context: SolvingContext;
  readonly #thinking: Thinking;
  readonly #acting: Acting;
  readonly #budget: SolvingBudget;
  /** The run ends for this reason as soon as it can. */
  #broken: Ending | undefined;

  constructor(given: Omit<SolvingContext, "extension" | "recorded">) {
    const { ctx, task, settings } = given;
    const recorded = new RecordedTurns();
    const budget = new SolvingBudget({ ...given, recorded });
    const current = (): Budget | undefined => budget.current;
    const extension = settings.extension?.begin({ ctx, task, budget: current }) ?? {};
    const context = { ...given, extension, recorded };
    this.#context = context;
    this.#budget = budget;
    this.#thinking = new Thinking(context, current);
    this.#acting = new Acting(context, current);
  }

  async run(): Promise<ReactOutcome> {
    const { ctx, recorded, settings } = this.#context;
    const initial: TurnState = { turns: 0, errors: 0, same: 0 };
    try {
      if (settings.compaction !== undefined || this.#budget.limits.time !== undefined)
        await recorded.read(ctx.events());
      const ending = await ctx.loop<TurnState, RecordedEnding>(LOOP, initial, (state, turn) => this.#turn(state, turn));
      return this.#outcome(ending);
    } finally {
      this.#thinking.over();
    }
  }

  async #turn(state: TurnState, turn: Run): Promise<Turn<TurnState, RecordedEnding>> {
    const number = state.turns + 1;
    if (!this.#budget.allows(state)) return this.#done({ status: "limited", reason: "steps" }, state);
    const { messages } = this.#memory.parts;
    let record: ThinkRecord;
    try {
      record = await this.#thinking.think(turn, number, state);
    } catch (error) {
      return this.#failed(error, turn, state);
    }
    this.#budget.spendStep();
    const calls = toolCallsOf(record.message);
    let made: readonly MadeCall[] = [];
    try {
      if (record.fault === undefined && calls.length > 0) made = await this.#acting.act(turn, number, record, calls);
      if (this.#reports) await this.#report(record, made, number);
    } catch (error) {
      return this.#failed(error, turn, state);
    }
    if (this.#broken !== undefined) return this.#done(this.#broken, state, 1);
    return this.#next(state, record, made, messages);
  }

  /** Decides whether there is another turn, and what the model is told first. */
  #next(
    state: TurnState,
    record: ThinkRecord,
    made: readonly MadeCall[],
    before: AnyMemory["parts"]["messages"],
  ): Turn<TurnState, RecordedEnding> {
    const { settings } = this.#context;
    const { fault, system } = record;
    const changed: TurnChanges = { errors: 0, same: 0 };
    if (system !== undefined) changed.system = system;
    if (fault === undefined && made.length === 0 && record.thinks !== true) {
      const answer = "object" in record ? record.object : textOf(record.message);
      // Who steers wants to be heard, also where this would have been the answer.
      const unless = (): TurnState | undefined =>
        this.#memory.parts.steering.length > 0 ? this.#stateAfter(state, changed) : undefined;
      return { ...this.#done({ status: "answered", reason: "answer", answer }, state, 1), unless };
    }
    const failed = fault !== undefined || (made.length > 0 && made.every(({ mistaken }) => mistaken));
    changed.errors = failed ? state.errors + 1 : 0;
    if (changed.errors >= this.#budget.limits.errors)
      return this.#done({ status: "limited", reason: "errors" }, state, 1);
    const { isProgress } = this.#context.extension;
    const goesOn = isProgress !== undefined && made.some(({ call, result }) => isProgress(call.name, result));
    const same = goesOn ? 0 : this.#same(state, record, made, before);
    changed.same = same;
    // Never without a warning: one reply may hold more of the same than is allowed in a row.
    const isWarned = state.same >= settings.repetition;
    const isRepeated = made.length > 0 && same >= settings.repetition;
    if (isRepeated && isWarned && same > settings.repetition)
      return this.#done({ status: "stopped", reason: "repetition" }, state, 1);
    const warning = isRepeated ? repeated(same) : undefined;
    const note = fault ?? joined(toldEdits(made), warning);
    if (note !== undefined) changed.note = note;
    return { next: this.#stateAfter(state, changed) };
  }

  #same(
    state: TurnState,
    { same = 0, steered }: ThinkRecord,
    made: readonly MadeCall[],
    before: AnyMemory["parts"]["messages"],
  ): number {
    if (made.length === 0) return same;
    return sameCalls(state.same, steered === undefined ? before : undefined, made);
  }

  #stateAfter(state: TurnState, changed: TurnChanges): TurnState {
    const { note: _, shrink: __, ...next } = state;
    const turns = state.turns + 1;
    const budget = this.#budget.recorded(turns);
    return Object.assign(next, changed, { turns }, budget && { budget });
  }

  get #reports(): boolean {
    const { hooks, stopWhen } = this.#context.settings;
    return hooks?.afterTurn !== undefined || stopWhen !== undefined;
  }

  async #report(record: ThinkRecord, made: readonly MadeCall[], turn: number): Promise<void> {
    const { hooks, stopWhen } = this.#context.settings;
    const answers = record.fault === undefined && made.length === 0 && record.thinks !== true;
    const calls = made.map(({ call, result, edited = call.input }) => ({
      tool: call.name,
      input: edited,
      ok: result.ok,
    }));
    const report: TurnReport = { ...aboutTurn(this.#context, turn), reply: textOf(record.message), calls, answers };
    if (hooks?.afterTurn !== undefined) await called("afterTurn", () => hooks.afterTurn?.(report));
    if (answers || stopWhen === undefined) return;
    const stops = await called("stopWhen", () => stopWhen(report));
    if (stops === true) this.#broken = { status: "stopped", reason: "predicate" };
  }

  get #memory(): AnyMemory {
    return memoryOf(this.#context);
  }

  /** Returns the ending for an error that ends a run without an answer. What ends the run itself (a cancel, a halt) is thrown on. */
  #failed(error: unknown, turn: Run, state: TurnState): Turn<TurnState, RecordedEnding> {
    if (turn.abortSignal.aborted) throw error;
    const byHook = thrownByHook(error);
    const cause = byHook ?? (isAitorError(error) && error.cause !== undefined ? error.cause : error);
    const code = byHook === undefined && isAitorError(error) ? error.code : undefined;
    if (code === "context-overflow" && state.shrink === undefined && canShrink(this.#memory)) {
      return { next: { ...this.#stateAfter(state, { errors: state.errors, same: state.same }), shrink: true } };
    }
    // Of what a step spent that failed, the record tells nothing but what was too much.
    const recorded = state.budget?.spent ?? NOTHING_SPENT;
    const estimated = state.budget?.estimated ?? NOTHING_SPENT;
    if (code === "budget-exceeded") {
      const { measure, spent } = isBudgetExceeded(cause) ? cause.data : excessOf(error);
      return this.#done({ status: "limited", reason: measure }, state, 1, { ...recorded, [measure]: spent }, estimated);
    }
    const reason = code === "context-overflow" ? "context" : MODEL_CODES.has(code ?? "") ? "model" : "code";
    return this.#done({ status: "failed", reason, error: cause }, state, 1, recorded, estimated);
  }

  /** Nothing that is said from then on could be read. @param spent Of the budget, as a replay finds it, too. */
  #done(
    ending: Ending,
    { turns }: TurnState,
    more = 0,
    { tokens, usd }: Spend = this.#budget.spent,
    estimated: Spend = this.#budget.estimated,
  ): { done: RecordedEnding; unless: () => TurnState | undefined } {
    const { error, ...rest } = ending;
    const isGranted = this.#context.task.grant !== undefined;
    const isUnsure = estimated.tokens > 0 || estimated.usd > 0;
    // As the budget's state at the end of a turn: a run that went on from there has added it up in another way.
    const spent = { ...amountsOf({ tokens, usd }), ...(isUnsure && { estimated: amountsOf(estimated) }) };
    return {
      done: {
        ...rest,
        steps: turns + more,
        ...(isGranted && { spent }),
        ...(error !== undefined && { error: recordError(error) }),
      },
      unless: () => undefined,
    };
  }

  #outcome(ending: RecordedEnding): ReactOutcome {
    const { parts } = this.#memory;
    const usage = parts.run?.usage ?? parts.usage;
    const { runId } = this.#context.ctx;
    const partial = ending.status === "answered" ? "" : this.#memory.lastText(runId);
    const outcome: ReactOutcome = {
      ...ending,
      run: runId,
      usage,
      ...(usage.unpriced === 0 && { cost: usage.cost }),
      ...(partial !== "" && { partial }),
    };
    return this.#context.settings.extension?.outcome?.(outcome, this.#memory) ?? outcome;
  }
}

function amountsOf({ tokens, usd }: Pick<Spend, "tokens" | "usd">): Pick<Spend, "tokens" | "usd"> {
  const { steps: _, ...amounts } = rounded({ steps: 0, tokens, usd });
  return amounts;
}

type RecordedEnding = Omit<ReactOutcome, "run" | "usage" | "cost" | "partial">;

const MODEL_CODES: ReadonlySet<string> = new Set([
  "key-missing",
  "key-refused",
  "model-refused",
  "model-unavailable",
  "model-unknown",
  "price-unknown",
  "provider-missing",
  "rate-limited",
]);

/** What is shown has more than one exchange that could be left out. */
function canShrink({ parts: { messages, shownFrom } }: AnyMemory): boolean {
  return messages.total - Math.max(shownFrom, messages.dropped) > 3;
}

function excessOf(error: unknown): BudgetExcess {
  const { data } = error as { readonly data?: Partial<BudgetExcess> };
  return { budget: "budget", measure: "tokens", limit: 0, spent: 0, ...data };
}

function joined(...texts: readonly (string | undefined)[]): string | undefined {
  const told = texts.filter((text) => text !== undefined);
  return told.length === 0 ? undefined : told.join("\n");
}

function repeated(times: number): string {
  return `You have made the same call ${times} times in a row. Its result will not change: do something else, or answer.`;
}
