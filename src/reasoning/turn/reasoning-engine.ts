import type { AgentContext } from "../../agent/index.ts";
import type { EventEnvelope, Schema } from "../../base/index.ts";
import { ModelChoice } from "../dialect/model-choice.ts";
import type { ReactTask } from "../memory/react-message.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import type { ReactOutcome } from "../result/react-result.ts";
import type { ReasoningOptions } from "./reasoning-options.ts";
import { type ReasoningSettings, reasoningSettings } from "./reasoning-settings.ts";
import { abortedOutcome } from "../result/recorded-outcome.ts";
import { Solving } from "./solving.ts";
import type { AnyMemory } from "./solving-context.ts";

/** Where an engine is used. */
export interface EnginePlace {
  /** Names the agent in errors. @default "of a reasoning engine" */
  readonly of?: string;
  /** Tokens that models are shown at most. @default three quarters of the model's context window */
  readonly contextTokens?: number | undefined;
  /** Messages that the memory keeps at most. @default 10_000 */
  readonly maxMessages?: number;
}

/**
 * Solves problems in runs of agents whose memory is a {@link ReactMemory}: one loop of turns, whichever dialect the model
 * speaks. All that it does is recorded by the run; what is written meanwhile is told to those who follow it.
 */
export class ReasoningEngine {
  readonly settings: ReasoningSettings;
  readonly choice: ModelChoice;
  readonly #place: EnginePlace;
  /** By run, what its askers in this process expect. */
  readonly #expected = new Map<string, Schema>();

  /** @throws AitorError `invalid-option`, `invalid-duration`, and as tools do. */
  constructor(options: ReasoningOptions, place: EnginePlace = {}) {
    this.settings = reasoningSettings(options, place.of ?? "of a reasoning engine");
    this.choice = new ModelChoice(this.settings.llm, this.settings.dialect, this.settings.model);
    this.#place = place;
  }

  /** From the next turn on. @throws AitorError (rejects with) `model-unknown`, `price-unknown`. */
  async useModel(model: string): Promise<void> {
    const { llm, limits } = this.settings;
    await llm.info(model);
    await llm.checkBudget(limits, model);
    this.choice.use(model);
  }

  /**
   * Checks the answer of a run by a schema of the asker's, too, until the asking has ended: refinements are no part of the JSON
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

  /** How a run ended that was cancelled, with what an extension adds. */
  async cancelled(
    run: string,
    read: (run: string) => AsyncIterable<EventEnvelope>,
    memory: ReactMemory<never, never>,
  ): Promise<ReactOutcome> {
    const outcome = await abortedOutcome(run, read, memory);
    return this.settings.extension?.outcome?.(outcome, memory) ?? outcome;
  }

  /**
   * Solves a problem in the run that handles it.
   *
   * @throws What ends the run itself: `cancelled`, and where it is halted. Every other ending is an outcome.
   */
  solve<Context, Fields>(ctx: AgentContext<ReactMemory<Context, Fields>>, task: ReactTask): Promise<ReactOutcome> {
    const { contextTokens, maxMessages = 10_000 } = this.#place;
    return new Solving({
      settings: this.settings,
      choice: this.choice,
      task,
      ctx: ctx as unknown as AgentContext<AnyMemory>,
      agent: ctx.agent,
      clock: ctx.clock,
      contextTokens,
      maxMessages,
      expected: () => this.#expected.get(ctx.runId),
    }).run();
  }
}
