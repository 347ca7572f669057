import { activeLog, type Budget, type Draft, isAitorError, type Run, type StepContext } from "../../base/index.ts";
import {
  type Message,
  mergeSettings,
  type ModelEvent,
  type ModelReply,
  type ModelRequestOptions,
  type OutputOptions,
} from "../../llm/index.ts";
import { jsonSchema, type ToolDefinition } from "../../tools/index.ts";
import { answerSchema, checkedAnswer } from "../dialect/answer-check.ts";
import { compact } from "./compaction.ts";
import type { AnswerCheck } from "../dialect/dialect.ts";
import { called, saidBy, turnChange } from "./hook-check.ts";
import { judgedCalls } from "./judged-calls.ts";
import { LiveReply } from "../result/live-reply.ts";
import type { ChosenModel } from "../dialect/model-choice.ts";
import { PromptShaping } from "../dialect/prompt-shaping.ts";
import { PromptView } from "../dialect/prompt-view.ts";
import { countsCalls, spendingStep } from "../memory/recorded-spend.ts";
import { type MessageRange, rangeUpTo } from "../memory/summary-prompt.ts";
import type { TurnChange } from "./reasoning-options.ts";
import { aboutTurn, type AnyMemory, memoryOf, type SolvingContext } from "./solving-context.ts";
import { systemText } from "./system-text.ts";
import { recordOf, unusableRecord } from "./think-record.ts";
import { withSteered } from "../memory/memory-fold.ts";
import { COMPACT, type CompactRecord, THINK, type ThinkRecord, type TurnState } from "../memory/turn-record.ts";

/** Asks the model, once a turn, and makes sure that the prompt fits. */
export class Thinking {
  readonly #context: SolvingContext;
  readonly #budget: () => Budget | undefined;
  readonly #view = new PromptView();
  readonly #live: LiveReply;
  readonly #onEvent: (event: ModelEvent) => void;
  readonly #shaping: PromptShaping;
  readonly #output: OutputOptions | undefined;
  readonly #check: AnswerCheck | undefined;
  #system = "";
  #tools: readonly ToolDefinition[] = [];

  constructor(context: SolvingContext, budget: () => Budget | undefined) {
    this.#context = context;
    this.#budget = budget;
    const live = new LiveReply(context.ctx.feed);
    const onEvent = (event: ModelEvent): void => live.take(event);
    this.#live = live;
    this.#onEvent = onEvent;
    this.#shaping = new PromptShaping(context.ctx);
    const { answer } = context.task;
    if (answer === undefined) return;
    const { schema: shape, name } = answer;
    const schema = answerSchema(jsonSchema({ ...shape }), context.expected);
    this.#output = { schema, jsonSchema: shape, ...(name !== undefined && { name }) };
    this.#check = checkedAnswer(schema);
  }

  /** Nobody thinks any more. */
  over(): void {
    this.#live.over();
  }

  /** @throws StepError with the code of what the model's manager, or a hook, threw. */
  think(turn: Run, number: number, state: TurnState): Promise<ThinkRecord> {
    const think = (ask: (step: StepContext) => Promise<ThinkRecord>): Promise<ThinkRecord> =>
      spendingStep<ThinkRecord>(turn, THINK, this.#budget(), ask);
    if (this.#context.settings.compaction === undefined) return think((step) => this.#told(step, number, state));
    return this.#compacted(turn, number, state).then((isSummedUp) => {
      // What was too much is summed up then, and half of the rest is not left out besides.
      const shown = isSummedUp ? { ...state, shrink: false } : state;
      return think(async (step) => ({
        ...(await this.#told(step, number, shown)),
        system: this.#view.systemTokens,
      }));
    });
  }

  async #ask(step: StepContext, number: number, state: TurnState): Promise<ThinkRecord> {
    const { settings, ctx, choice, task } = this.#context;
    const { hooks, llm } = settings;
    // Here, and not outside: whether the time was over is on record.
    this.#budget()?.checkTime();
    const about = aboutTurn(this.#context, number);
    const change = hooks?.prepareTurn && turnChange(await called("prepareTurn", () => hooks.prepareTurn?.(about)));
    const model = change?.model ?? choice.model;
    const chosen = choice.of(model);
    const { dialect, contextTokens } = chosen instanceof Promise ? await chosen : chosen;
    const tools = this.#offered(change);
    const how = {
      dialect,
      tools,
      answer: dialect.native ? undefined : task.answer?.schema,
      instructions: change?.instructions,
    };
    const system = systemText(settings, about, { ...how, more: this.#context.extension.told?.(about) ?? "" });
    this.#system = typeof system === "string" ? system : await system;
    const steered = steeredIn(about.memory);
    const memory = withSteered(about.memory, steered, this.#context);
    const fitting = this.#fitting(step, memory, state, { dialect, contextTokens });
    const messages = fitting instanceof Promise ? await fitting : fitting;
    if (hooks?.beforeModel !== undefined) {
      await called("beforeModel", () => hooks.beforeModel?.({ ...about, messageCount: messages.length }));
    }
    const budget = this.#budget();
    this.#live.begin(number, !dialect.native);
    const shape = { dialect: dialect.name, system: this.#system, tools, maxMessages: this.#context.maxMessages };
    const shaped = this.#shaping.keep(step, about.memory.parts.prompt, shape);
    const asked = mergeSettings(settings.settings, change?.settings);
    let reply: ModelReply | undefined;
    try {
      const request: Draft<ModelRequestOptions> = {
        messages,
        settings: asked,
        // A turn ends with its run and has no time-out of its own: one signal for all of them.
        abortSignal: ctx.abortSignal,
        onCall: (call) => step.record("model-called", call),
        onEvent: this.#onEvent,
      };
      if (model !== undefined) request.model = model;
      if (dialect.native && tools.length > 0) request.tools = tools;
      if (dialect.native && this.#output !== undefined) request.output = this.#output;
      if (countsCalls(budget)) {
        request.budget = budget;
        request.interrupted = step.interrupted;
      }
      const asking = llm.generate(request);
      // Cut off, it is on record with what it used.
      step.defer(() => (reply === undefined ? asking.then(ignore, ignore) : undefined));
      reply = await asking;
    } catch (error) {
      const record = unusableRecord(error, step, this.#context);
      if (record === undefined) throw error;
      return inTurn(record, steered, state);
    } finally {
      if (shaped !== undefined) await shaped;
    }
    const read = dialect.read(reply, this.#check);
    const reading = read instanceof Promise ? await read : read;
    const found =
      hooks?.afterModel && reading.fault === undefined
        ? saidBy("afterModel", await called("afterModel", () => hooks.afterModel?.({ ...about, reply })))
        : undefined;
    const fault = reading.fault ?? found;
    const made = recordOf(reply, { ...reading, ...(fault !== undefined && { fault }) }, `${ctx.runId}/${step.key}`);
    const record = inTurn(made, steered, state);
    return fault === undefined
      ? judgedCalls(record, about, { context: this.#context, allowed: change?.tools, budget })
      : record;
  }

  /** Returns the messages, without the oldest if there are too many. */
  #fitting(
    step: StepContext,
    memory: AnyMemory,
    state: TurnState,
    { dialect, contextTokens }: ChosenModel,
  ): readonly Message[] | Promise<readonly Message[]> {
    const most = this.#context.contextTokens ?? contextTokens;
    if (most === undefined && state.shrink !== true) return this.#view.show(memory, this.#system, dialect);
    return this.#shortened(step, memory, state, dialect, most);
  }

  async #shortened(
    step: StepContext,
    memory: AnyMemory,
    state: TurnState,
    dialect: ChosenModel["dialect"],
    most: number | undefined,
  ): Promise<readonly Message[]> {
    const view = this.#view;
    await view.countTokens();
    const messages = view.show(memory, this.#system, dialect);
    const least = state.shrink === true ? view.tokens / 2 : Infinity;
    const cut = view.cut(memory.parts, Math.min(most ?? Infinity, least));
    if (cut === undefined) return messages;
    step.record("context-pruned", cut);
    return view.show(memory.with({ shownFrom: cut.from }), this.#system, dialect);
  }

  /**
   * Sums up what is too much, in a step of its own. If the record says whether that was done, it does the same again.
   *
   * @returns Whether something was summed up.
   */
  async #compacted(turn: Run, number: number, state: TurnState): Promise<boolean> {
    const { settings, choice, recorded } = this.#context;
    const { compaction = {}, llm } = settings;
    const isDone = recorded.summedUp(number);
    const range = isDone === undefined ? await this.#excess(state) : isDone ? NONE : undefined;
    if (range === undefined) return false;
    const { parts } = memoryOf(this.#context);
    try {
      const budget = this.#budget();
      const counted = countsCalls(budget) ? budget : undefined;
      await spendingStep<CompactRecord>(turn, COMPACT, budget, (step) =>
        compact(parts, range, compaction, { llm, model: choice.model, step, budget: counted }),
      );
      return true;
    } catch (error) {
      // Without a summary they are left out.
      if (turn.abortSignal.aborted || isAitorError(error, "budget-exceeded")) throw error;
      return false;
    }
  }

  /** Returns the places of the messages that are too much. */
  async #excess(state: TurnState): Promise<MessageRange | undefined> {
    const { choice, contextTokens } = this.#context;
    const memory = memoryOf(this.#context);
    const { parts } = memory;
    const chosen = await choice.of(choice.model);
    const most = contextTokens ?? chosen.contextTokens;
    if (most === undefined && state.shrink !== true) return undefined;
    const view = this.#view;
    await view.countTokens();
    view.show(memory, this.#system, chosen.dialect);
    // By what is on record, and not by what was said in this process: a run that goes on decides the same.
    const tokens = view.tokens - view.systemTokens + (state.system ?? parts.system ?? 0);
    const cut = view.cut(parts, Math.min(most ?? Infinity, state.shrink === true ? tokens / 2 : Infinity), tokens);
    return cut && rangeUpTo(parts, cut.from);
  }

  /** Returns the tools of this turn. The list is the same as long as the tools are. */
  #offered(change: TurnChange | undefined): readonly ToolDefinition[] {
    const { settings, extension } = this.#context;
    const all = settings.tools.definitions();
    const { tools: names } = change ?? {};
    const { withheld } = extension;
    const offered =
      names === undefined && withheld === undefined
        ? all
        : all.filter(({ name }) => names?.includes(name) !== false && withheld?.has(name) !== true);
    const before = this.#tools;
    if (offered === before) return before;
    if (offered.length === before.length && offered.every((tool, index) => tool === before[index])) return before;
    return (this.#tools = offered);
  }

  /** Logs its start and its end, where that is wanted. */
  #told(step: StepContext, number: number, state: TurnState): Promise<ThinkRecord> {
    const log = activeLog();
    if (log?.wants("warning") !== true) return this.#ask(step, number, state);
    const { clock, agent, ctx } = this.#context;
    const properties = { run: ctx.runId, step: step.key, agent: agent.name, agentId: agent.id };
    const started = clock.monotonic();
    const tell = (level: "info" | "warning", what: string, more?: object): void => {
      if (log.wants(level))
        log.write(level, "reasoning", clock.now(), `reasoning step ${what}`, { ...properties, ...more });
    };
    const ended = (outcome: string): object => ({ durationMs: clock.monotonic() - started, outcome });
    tell("info", "started");
    return this.#ask(step, number, state).then(
      (record) => {
        tell("info", "finished", ended(record.finishReason));
        return record;
      },
      (error: unknown) => {
        const outcome = isAitorError(error) ? error.code : "error";
        tell("warning", `failed: ${outcome}`, ended(outcome));
        throw error;
      },
    );
  }
}

/** What somebody has said since the last turn ended, or before the first one began. */
function steeredIn({ parts: { steering } }: AnyMemory): readonly string[] | undefined {
  return steering.length === 0 ? undefined : steering.map(({ id }) => id);
}

/** With what is on record of its turn beside the reply. */
function inTurn(record: ThinkRecord, steered: ThinkRecord["steered"], { same }: TurnState): ThinkRecord {
  const isKept = same > 0 && (record.fault !== undefined || record.thinks === true);
  if (steered === undefined && !isKept) return record;
  return { ...record, ...(steered && { steered }), ...(isKept && { same }) };
}

/** Of a summary that is on record: nobody is asked for it. */
const NONE: MessageRange = { from: 0, to: 0 };

function ignore(): void {}
