import type { AgentContext } from "../../agent/index.ts";
import { type EventEnvelope, optionsOf, type Schema } from "../../base/index.ts";
import { ModelChoice } from "../dialect/model-choice.ts";
import type { ReactTask } from "../memory/react-message.ts";
import { type MemoryCaps, memoryCaps, type MemoryLimits } from "../memory/memory-limits.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import { type ReasoningMemory, reasoningMemory, type ReasoningMemoryOptions } from "../memory/reasoning-memory.ts";
import type { ReactOutcome } from "../result/react-result.ts";
import { askedProblem } from "./asked-problem.ts";
import type { ReasoningOptions } from "./reasoning-options.ts";
import { type ReasoningSettings, reasoningSettings } from "./reasoning-settings.ts";
import { abortedOutcome } from "../result/recorded-outcome.ts";
import { Solving } from "./solving.ts";
import type { AnyMemory } from "./solving-context.ts";

/** Describes where an engine is used. */
export interface EnginePlace {
  /** Names the agent in errors. @default "of a reasoning engine" */
  readonly of?: string;
  /** How much its memory keeps, and how much of it a model is shown. */
  readonly memory?: MemoryLimits | undefined;
}

const PLACE = ["of", "memory"] as const satisfies readonly (keyof EnginePlace)[];
const MEMORY = ["context", "fields"] as const satisfies readonly (keyof ReasoningMemoryOptions)[];

/**
 * Solves problems in runs of agents whose memory is a {@link ReactMemory}. It is one loop of turns, whichever dialect the model
 * speaks. The run records everything that it does. What the model writes meanwhile is streamed to those who follow the run.
 */
export class ReasoningEngine {
  readonly settings: ReasoningSettings;
  readonly choice: ModelChoice;
  readonly #of: string;
  readonly #caps: MemoryCaps;
  /** The schemas that callers in this process expect, by the first run of a message's id. */
  readonly #expected = new Map<string, Schema>();
  /** The number of times that another model was asked for, and the number of the request in use. */
  #asked = 0;
  #used = 0;

  /** @throws AitorError `invalid-option`, `invalid-duration`, and as tools do. */
  constructor(options: ReasoningOptions, place: EnginePlace = {}) {
    const { of = "of a reasoning engine", memory = {} } = optionsOf(place, PLACE, "the place of a reasoning engine");
    this.#of = of;
    this.#caps = memoryCaps(memory, of);
    this.settings = reasoningSettings(options, of);
    this.choice = new ModelChoice(this.settings.llm, this.settings.dialect, this.settings.model);
  }

  /**
   * Returns the memory of an agent of your own, which follows what this engine does in its runs: `defineAgent({ name,
   * ...engine.memory(), onReceive: (text: string, ctx) => engine.solve(ctx, { problem: text }) })`.
   *
   * The memory knows the messages of reasoning agents. It remembers a text, or `{ problem }`, even if nothing is solved, and `{
   * set }` and `{ clear }` change it. It ignores other messages.
   *
   * @throws AitorError `invalid-option`.
   */
  memory<Context = Record<string, unknown>, Fields = Record<string, never>>(
    options: ReasoningMemoryOptions<Context, Fields> = {},
  ): ReasoningMemory<Context, Fields> {
    return reasoningMemory(optionsOf(options, MEMORY, `the memory ${this.#of}`), this.#caps, this.#of);
  }

  /**
   * Changes the model that is asked first, from the next turn on.
   *
   * @throws AitorError (rejects with) `model-unknown`, `price-unknown`.
   */
  async useModel(model: string): Promise<void> {
    const { llm, limits } = this.settings;
    const asked = ++this.#asked;
    await llm.info(model);
    await llm.checkBudget(limits, model);
    // Of several at a time the last one counts, however long the others take.
    if (asked < this.#used) return;
    this.#used = asked;
    this.choice.use(model);
  }

  /**
   * Checks the answer to a message against the caller's schema too, until the ask has ended. Refinements are not part of the JSON
   * Schema that is on record.
   */
  async expecting<Out>(run: string, schema: Schema, ask: () => Promise<Out>): Promise<Out> {
    this.#expected.set(run, schema);
    try {
      return await ask();
    } finally {
      if (this.#expected.get(run) === schema) this.#expected.delete(run);
    }
  }

  /** Returns how a cancelled run ended, with what an extension adds. */
  async cancelled(
    run: string,
    read: (run: string) => AsyncIterable<EventEnvelope>,
    memory: ReactMemory<never, never>,
  ): Promise<ReactOutcome> {
    const outcome = await abortedOutcome(run, read, memory);
    return this.settings.extension?.outcome?.(outcome, memory) ?? outcome;
  }

  /**
   * Solves a problem in the run that handles a message, whatever the message is. Each run solves one problem. The agent's memory
   * must come from `memory()`.
   *
   * @throws AitorError (rejects with) `memory-not-followed` if it does not, and for a second problem in a run; `invalid-value` if
   *   the problem is none; `invalid-option` if `ctx` is a branch, a turn or a scope instead of the handler's `ctx`.
   * @throws What ends the run itself: `cancelled`, and if it is halted. Every other ending is an outcome.
   */
  async solve<Context, Fields>(
    ctx: AgentContext<ReactMemory<Context, Fields>>,
    task: ReactTask,
  ): Promise<ReactOutcome> {
    await askedProblem(ctx as unknown as AgentContext<AnyMemory>, task);
    return this.handle(ctx, task);
  }

  /** As `solve`, for a task that is the message itself, in an agent whose memory comes from `memory()`. */
  handle<Context, Fields>(ctx: AgentContext<ReactMemory<Context, Fields>>, task: ReactTask): Promise<ReactOutcome> {
    const { contextTokens, maxMessages } = this.#caps;
    return new Solving({
      settings: this.settings,
      choice: this.choice,
      task,
      ctx: ctx as unknown as AgentContext<AnyMemory>,
      agent: ctx.agent,
      clock: ctx.clock,
      contextTokens,
      maxMessages,
      expected: () => this.#expected.get(ctx.runId.replace(/#\d+$/, "")),
    }).run();
  }
}
