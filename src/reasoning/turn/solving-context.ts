import type { AgentContext } from "../../agent/index.ts";
import type { Clock, MessageKey, Schema } from "../../base/index.ts";
import type { ReactTask } from "../memory/react-message.ts";
import type { ReactMemory } from "../memory/react-memory.ts";
import type { RecordedTurns } from "../memory/recorded-turns.ts";
import type { TurnAbout } from "../result/turn-about.ts";
import type { RunExtension } from "./reasoning-extension.ts";
import type { ReasoningSettings } from "./reasoning-settings.ts";
import type { ModelChoice } from "../dialect/model-choice.ts";

/** A memory of whatever context and fields. */
export type AnyMemory = ReactMemory<Record<string, unknown>, unknown>;

/** What a problem is solved with. */
export interface SolvingContext {
  readonly settings: ReasoningSettings;
  readonly task: ReactTask;
  readonly ctx: AgentContext<AnyMemory>;
  readonly agent: MessageKey;
  readonly clock: Clock;
  readonly choice: ModelChoice;
  /** The asker's own schema of the answer, where the asker is in this process. */
  readonly expected: () => Schema | undefined;
  /** Tokens that a model is shown at most, where the memory's limits say so. */
  readonly contextTokens: number | undefined;
  readonly extension: RunExtension;
  /** What the run had on record when it was begun, or gone on with, here. */
  readonly recorded: RecordedTurns;
  /** Messages that the memory keeps at most. */
  readonly maxMessages: number;
}

export function memoryOf({ ctx }: SolvingContext): AnyMemory {
  return ctx.memory.value;
}

/** What calls are given beside the agent's own things. */
export function valuesOf({ settings, extension }: SolvingContext): Readonly<Record<string, unknown>> | undefined {
  return extension.values === undefined ? settings.values : { ...settings.values, ...extension.values };
}

export function aboutTurn(context: SolvingContext, turn: number): TurnAbout {
  const { agent, ctx } = context;
  return { agent, run: ctx.runId, turn, memory: memoryOf(context) };
}
