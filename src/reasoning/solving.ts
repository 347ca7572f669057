import {
  type Amounts,
  Budget,
  type BudgetExcess,
  type BudgetLimits,
  type BudgetState,
  type Duration,
  isAitorError,
  isBudgetExceeded,
  milliseconds,
  recordError,
  type Run,
  type Spend,
  type Turn,
} from "../base/index.ts";
import { textOf, toolCallsOf } from "../llm/index.ts";
import { Acting } from "./acting.ts";
import { lastCall, type MadeCall, sameCalls, toldEdits } from "./made-calls.ts";
import type { ReactLimits, ReactTask } from "./react-message.ts";
import type { ReactOutcome, ReactReason, ReactStatus } from "./react-result.ts";
import type { TurnReport } from "./reasoning-options.ts";
import type { ReasoningSettings } from "./reasoning-settings.ts";
import { aboutTurn, type AnyMemory, memoryOf, type SolvingContext } from "./solving-context.ts";
import { Thinking } from "./thinking.ts";
import { LOOP, type ThinkRecord, type TurnState } from "./turn-record.ts";

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
 * One problem, turn after turn: think, act, observe, until there is an answer or a reason to stop. What a turn hands to the
 * next is small; the conversation is the memory, which is made of what the turn records.
 */
export class Solving {
  readonly #context: SolvingContext;
  readonly #thinking: Thinking;
  readonly #acting: Acting;
  readonly #limits: ReasoningSettings["limits"];
  #budget: Budget | undefined;
  /** The run is over for this reason as soon as it can be. */
  #broken: Ending | undefined;

  constructor(given: Omit<SolvingContext, "extension">) {
    const { ctx, task, settings } = given;
    const extension = settings.extension?.begin({ ctx, task, budget: () => this.#budget }) ?? {};
    const context = { ...given, extension };
    this.#context = context;
    this.#limits = withinLimits(context.settings.limits, context.task);
    this.#thinking = new Thinking(context, () => this.#budget);
    this.#acting = new Acting(context, () => this.#budget);
  }

  async run(): Promise<ReactOutcome> {
    const { ctx } = this.#context;
    const initial: TurnState = { turns: 0, errors: 0, same: 0 };
    try {
      const ending = await ctx.loop<TurnState, RecordedEnding>(LOOP, initial, (state, turn) => this.#turn(state, turn));
      return this.#outcome(ending);
    } finally {
      this.#thinking.over();
    }
  }

  async #turn(state: TurnState, turn: Run): Promise<Turn<TurnState, RecordedEnding>> {
    const number = state.turns + 1;
    const budget = this.#budgetOf(state);
    const limited = overLimit(budget, state, this.#limits);
    if (limited !== undefined) return this.#done(limited, state);
    const memory = this.#memory;
    const before = lastCall(memory.parts.messages);
    let record: ThinkRecord;
    try {
      record = await this.#thinking.think(turn, number, state);
    } catch (error) {
      return this.#failed(error, turn, state);
    }
    spendSteps(budget);
    const calls = toolCallsOf(record.message);
    let made: readonly MadeCall[] = [];
    try {
      if (record.fault === undefined && calls.length > 0) made = await this.#acting.act(turn, number, record, calls);
      if (this.#reports) await this.#report(record, made, number);
    } catch (error) {
      return this.#failed(error, turn, state);
    }
    if (this.#broken !== undefined) return this.#done(this.#broken, state, 1);
    return this.#next(state, record, made, before);
  }

  /** Whether there is another turn, and what the model is told first. */
  #next(
    state: TurnState,
    record: ThinkRecord,
    made: readonly MadeCall[],
    before: MadeCall["call"] | undefined,
  ): Turn<TurnState, RecordedEnding> {
    const { settings } = this.#context;
    const { fault } = record;
    const isAnswer = fault === undefined && made.length === 0 && record.thinks !== true;
    // Who steers wants to be heard, also where this would have been the answer.
    if (isAnswer && this.#memory.parts.steering.length === 0) {
      const answer = "object" in record ? record.object : textOf(record.message);
      return this.#done({ status: "answered", reason: "answer", answer }, state, 1);
    }
    const failed = fault !== undefined || (made.length > 0 && made.every(({ mistaken }) => mistaken));
    const errors = failed ? state.errors + 1 : 0;
    if (errors >= this.#limits.errors) return this.#done({ status: "limited", reason: "errors" }, state, 1);
    const { isProgress } = this.#context.extension;
    const goesOn = isProgress !== undefined && made.some(({ call, result }) => isProgress(call.name, result));
    const same = goesOn ? 0 : sameCalls(state.same, before, made);
    // Never without a warning: one reply may hold more of the same than is allowed in a row.
    const isWarned = state.same >= settings.repetition;
    if (same > settings.repetition && isWarned)
      return this.#done({ status: "stopped", reason: "repetition" }, state, 1);
    const warning = same >= settings.repetition ? repeated(same) : undefined;
    const note = fault ?? joined(toldEdits(made), warning);
    const { system } = record;
    const changed: TurnChanges = { errors, same };
    if (note !== undefined) changed.note = note;
    if (system !== undefined) changed.system = system;
    return { next: this.#stateAfter(state, changed) };
  }

  #stateAfter(state: TurnState, changed: TurnChanges): TurnState {
    const { note: _, shrink: __, ...next } = state;
    const turns = state.turns + 1;
    const budget = this.#recordedBudget(turns);
    return Object.assign(next, changed, { turns }, budget && { budget });
  }

  get #reports(): boolean {
    const { hooks, stopWhen } = this.#context.settings;
    return hooks?.afterTurn !== undefined || stopWhen !== undefined;
  }

  async #report(record: ThinkRecord, made: readonly MadeCall[], turn: number): Promise<void> {
    const { hooks, stopWhen } = this.#context.settings;
    const answers = record.fault === undefined && made.length === 0 && record.thinks !== true;
    const calls = made.map(({ call, result }) => ({ tool: call.name, input: call.input, ok: result.ok }));
    const report: TurnReport = { ...aboutTurn(this.#context, turn), reply: textOf(record.message), calls, answers };
    await hooks?.afterTurn?.(report);
    if (!answers && (await stopWhen?.(report)) === true) this.#broken = { status: "stopped", reason: "predicate" };
  }

  get #memory(): AnyMemory {
    return memoryOf(this.#context);
  }

  /** What ends a run without an answer. What ends the run itself (a cancel, a halt) is thrown on. */
  #failed(error: unknown, turn: Run, state: TurnState): Turn<TurnState, RecordedEnding> {
    if (turn.abortSignal.aborted) throw error;
    const cause = isAitorError(error) && error.cause !== undefined ? error.cause : error;
    const code = isAitorError(error) ? error.code : undefined;
    if (code === "context-overflow" && state.shrink === undefined && canShrink(this.#memory)) {
      return { next: { ...this.#stateAfter(state, { errors: state.errors, same: state.same }), shrink: true } };
    }
    // Of what a step spent that failed, the record tells nothing but what was too much.
    const recorded = state.budget?.spent ?? NOTHING;
    if (code === "budget-exceeded") {
      const { measure, spent } = isBudgetExceeded(cause) ? cause.data : excessOf(error);
      return this.#done({ status: "limited", reason: measure }, state, 1, { ...recorded, [measure]: spent });
    }
    const reason = code === "context-overflow" ? "context" : MODEL_CODES.has(code ?? "") ? "model" : "code";
    return this.#done({ status: "failed", reason, error: cause }, state, 1, recorded);
  }

  /** @param spent Of the budget, as a replay finds it, too. */
  #done(
    ending: Ending,
    { turns }: TurnState,
    more = 0,
    { tokens, usd }: Spend = this.#budget?.spent ?? NOTHING,
  ): { done: RecordedEnding } {
    const { error, ...rest } = ending;
    const isGranted = this.#context.task.grant !== undefined;
    return {
      done: {
        ...rest,
        steps: turns + more,
        ...(isGranted && { spent: { tokens, usd } }),
        ...(error !== undefined && { error: recordError(error) }),
      },
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

  #budgetOf(state: TurnState): Budget {
    if (this.#budget === undefined) {
      const { errors: _, ...limits } = this.#limits;
      const spent: BudgetState = { ...NOTHING_ELSE, spent: { steps: state.turns, tokens: 0, usd: 0 } };
      this.#budget = this.#begun(limits, state.budget ?? spent);
    }
    return this.#budget;
  }

  /** Below that of whoever delegated this, who has it from there what was spent before a restart. */
  #begun(limits: BudgetLimits, state: BudgetState): Budget {
    const { ctx, clock } = this.#context;
    const above = ctx.handed.budget;
    const budget = above === undefined ? new Budget(limits, { clock, state }) : above.child("run", limits);
    if (above !== undefined) budget.count(state);
    // The time in which nothing but what comes from outside is waited for does not count, in whatever it delegated too.
    if (budget.timed) ctx.onRest((resting) => budget.rest(resting));
    return budget;
  }

  /** Nothing where it is known from the number of turns. */
  #recordedBudget(turns: number): BudgetState | undefined {
    const budget = this.#budget as Budget;
    const { limits } = budget;
    const plain = !budget.limited("tokens") && !budget.limited("usd") && limits.time === undefined;
    return plain && budget.spent.steps === turns ? undefined : budget.toJSON();
  }
}

type RecordedEnding = Omit<ReactOutcome, "run" | "usage" | "cost" | "partial">;

const NOTHING = { steps: 0, tokens: 0, usd: 0 };
const NOTHING_ELSE = { estimated: NOTHING, reserved: NOTHING, time: 0 };

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

/** The narrower of each; a grant is what there is at most. */
function withinLimits(own: ReasoningSettings["limits"], { limits, grant }: ReactTask): typeof own {
  if (limits === undefined && grant === undefined) return own;
  const merged: Record<string, unknown> = { ...own };
  const narrow = (given: ReactLimits | Amounts = {}): void => {
    for (const [name, limit] of Object.entries(given)) {
      const known = merged[name];
      if (known === undefined || (limit !== undefined && amount(limit) < amount(known))) merged[name] = limit;
    }
  };
  narrow(limits);
  narrow(grant);
  return merged as unknown as typeof own;
}

/** What is shown has more than one exchange that could be left out. */
function canShrink({ parts: { messages, shownFrom } }: AnyMemory): boolean {
  return messages.total - Math.max(shownFrom, messages.dropped) > 3;
}

/** Of a limit, which may be a duration such as `"5m"`. */
function amount(limit: unknown): number {
  return typeof limit === "number" ? limit : milliseconds(limit as Duration, "a limit");
}

function overLimit(budget: Budget, state: TurnState, limits: ReasoningSettings["limits"]): Ending | undefined {
  const isOver = state.turns >= limits.steps || budget.available.steps < 1;
  return isOver ? { status: "limited", reason: "steps" } : undefined;
}

function spendSteps(budget: Budget): void {
  if (budget.available.steps >= 1) budget.spend({ steps: 1 });
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
