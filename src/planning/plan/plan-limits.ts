import { atLeast, invalidOption } from "../../base/index.ts";

/** How far a plan may grow. */
export interface PlanLimits {
  /** Todos at a time, those that are over included. @default 10_000 */
  readonly maxTodos: number;
  /** Levels of todos, one below the other: up to 64. @default 8 */
  readonly maxDepth: number;
}

/** Whole limits. @throws AitorError `invalid-option`. */
export function planLimits({ maxTodos = 10_000, maxDepth = 8 }: Partial<PlanLimits> = {}): PlanLimits {
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > 64) {
    throw invalidOption("maxDepth", "a whole number from 1 to 64", maxDepth);
  }
  return { maxTodos: atLeast(1, maxTodos, "maxTodos"), maxDepth };
}

/** Whatever a definition allowed: what is on record was allowed then. */
export const ANY_LIMITS: PlanLimits = { maxTodos: Infinity, maxDepth: 64 };
