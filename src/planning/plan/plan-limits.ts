import { atLeast, invalidOption } from "../../base/index.ts";

/** Limits on how far a plan may grow. */
export interface PlanLimits {
  /** The number of todos at a time, including those that are over. @default 10_000 */
  readonly maxTodos: number;
  /** The number of levels of todos, one below the other: up to 64. @default 8 */
  readonly maxDepth: number;
}

/** Fills in the limits that are left out, and checks them. @throws AitorError `invalid-option`. */
export function planLimits({ maxTodos = 10_000, maxDepth = 8 }: Partial<PlanLimits> = {}): PlanLimits {
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > 64) {
    throw invalidOption("maxDepth", "a whole number from 1 to 64", maxDepth);
  }
  return { maxTodos: atLeast(1, maxTodos, "maxTodos"), maxDepth };
}

/** Limits for what is on record: it was allowed then, whatever a definition allows now. */
export const ANY_LIMITS: PlanLimits = { maxTodos: Infinity, maxDepth: 64 };
