import { atLeast, onlyOptions } from "../../base/index.ts";

/** Limits on how much a memory keeps. Beyond them the oldest entries go first. A call is never parted from its result. */
export interface MemoryLimits {
  /** The number of messages. @default 10_000 */
  readonly maxMessages?: number;
  /** The number of tool executions. @default 1_000 */
  readonly maxToolExecutions?: number;
  /** The number of steps in the trace. @default 5_000 */
  readonly maxTraceSteps?: number;
  /**
   * The estimated number of tokens in the messages that a model is shown. Messages beyond it stay in memory, and are summed up or
   * left out.
   *
   * @default three quarters of the model's context window, if that is known
   */
  readonly contextTokens?: number;
}

export interface MemoryCaps {
  readonly maxMessages: number;
  readonly maxToolExecutions: number;
  readonly maxTraceSteps: number;
  readonly contextTokens: number | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  "maxMessages",
  "maxToolExecutions",
  "maxTraceSteps",
  "contextTokens",
] satisfies (keyof MemoryLimits)[]);

/** @throws AitorError `invalid-option`. */
export function memoryCaps(limits: MemoryLimits, of: string): MemoryCaps {
  onlyOptions(limits, KNOWN, `memory ${of}`);
  const { maxMessages = 10_000, maxToolExecutions = 1_000, maxTraceSteps = 5_000, contextTokens } = limits;
  return {
    // It stands on record, which knows no Infinity.
    maxMessages: Math.min(atLeast(1, maxMessages, `memory.maxMessages ${of}`), Number.MAX_SAFE_INTEGER),
    maxToolExecutions: atLeast(0, maxToolExecutions, `memory.maxToolExecutions ${of}`),
    maxTraceSteps: atLeast(0, maxTraceSteps, `memory.maxTraceSteps ${of}`),
    contextTokens: contextTokens === undefined ? undefined : atLeast(1, contextTokens, `memory.contextTokens ${of}`),
  };
}
