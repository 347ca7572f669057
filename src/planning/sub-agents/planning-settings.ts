import { atLeast, invalidOption, oneOf, onlyOptions } from "../../base/index.ts";
import { type PlanLimits, planLimits } from "../plan/plan-limits.ts";

/** When the planner looks at its plan again while the plan is worked off. Todos under way are finished first. */
export type PlanReview = "each" | "failure" | "never";

/** The options of how an agent plans. */
export interface PlanOptions {
  /** The number of todos in a plan at a time, including those that are over. @default 200 */
  readonly maxTodos?: number;
  /** The number of levels of todos: how often they can be split. @default 4 */
  readonly maxDepth?: number;
  /** The number of todos in one call of a plan tool. @default 50 */
  readonly maxPerCall?: number;
  /** The number of sub-agents at work at the same time, including those of all levels below. @default 3 */
  readonly parallel?: number;
  /** The number of levels of sub-agents: 1 for those of this agent, 2 if these may have their own, 0 for none. @default 2 */
  readonly depth?: number;
  /**
   * When the planner is asked before more todos are started: once something has ended (`each`), once something has failed
   * (`failure`), or when nothing more can start (`never`).
   *
   * @default "each"
   */
  readonly review?: PlanReview;
  /**
   * How often a todo is started as it is. After that it must be split, be given other content or another assignee, with which it
   * counts anew, or be given up.
   *
   * @default 3
   */
  readonly attempts?: number;
  /** The number of characters that come back from a sub-agent. The record of its run has all of it. @default 2_000 */
  readonly summary?: number;
  /** The part of the budget that the planner keeps for itself: from 0, below 1. @default 0.1 */
  readonly reserve?: number;
  /** Replaces what a planner is told about planning. @default a text of Aitor's */
  readonly instructions?: string;
}

/** What the model may make sub-agents from. */
export interface CreateAgentOptions {
  /** The names of the planner's tools that they may have. @default all of them */
  readonly tools?: readonly string[];
  /** The names of models of the planner's manager that they may have. @default all of them */
  readonly models?: readonly string[];
  /** The largest number of sub-agents. @default 10 */
  readonly most?: number;
  /** The number of turns that each may take for a task. @default 30 */
  readonly steps?: number;
}

export interface PlanSettings extends Required<Omit<PlanOptions, "instructions" | "maxTodos" | "maxDepth">> {
  readonly limits: PlanLimits;
  readonly instructions: string | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  "maxTodos",
  "maxDepth",
  "maxPerCall",
  "parallel",
  "depth",
  "review",
  "attempts",
  "summary",
  "reserve",
  "instructions",
]);

/** @throws AitorError `invalid-option`. */
export function planSettings(options: PlanOptions, of: string): PlanSettings {
  onlyOptions(options, KNOWN, `plan ${of}`);
  const { maxTodos = 200, maxDepth = 4, reserve = 0.1, instructions } = options;
  if (!(reserve >= 0 && reserve < 1)) throw invalidOption(`plan.reserve ${of}`, "a number from 0, below 1", reserve);
  if (instructions !== undefined && typeof instructions !== "string") {
    throw invalidOption(`plan.instructions ${of}`, "a text", instructions);
  }
  return {
    limits: planLimits({ maxTodos, maxDepth }),
    maxPerCall: atLeast(1, options.maxPerCall ?? 50, `plan.maxPerCall ${of}`),
    parallel: atLeast(1, options.parallel ?? 3, `plan.parallel ${of}`),
    depth: atLeast(0, options.depth ?? 2, `plan.depth ${of}`),
    review: oneOf(["each", "failure", "never"], options.review ?? "each", `plan.review ${of}`),
    attempts: atLeast(1, options.attempts ?? 3, `plan.attempts ${of}`),
    summary: atLeast(100, options.summary ?? 2_000, `plan.summary ${of}`),
    reserve,
    instructions,
  };
}

const KNOWN_OF_CREATING: ReadonlySet<string> = new Set(["tools", "models", "most", "steps"]);

/**
 * @param models The names of the models that exist.
 * @param tools The names of the tools that exist; `undefined` if there may be others later.
 * @throws AitorError `invalid-option`.
 */
export function createSettings(
  options: CreateAgentOptions | false,
  models: readonly string[],
  of: string,
  tools: readonly string[] | undefined,
): (Required<Omit<CreateAgentOptions, "tools">> & Pick<CreateAgentOptions, "tools">) | undefined {
  if (options === false) return undefined;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalidOption(`createAgents ${of}`, "an object, such as { most: 3 }, or false", options);
  }
  onlyOptions(options, KNOWN_OF_CREATING, `createAgents ${of}`);
  onlyNames(options.models, models, `createAgents.models ${of}`);
  onlyNames(options.tools, tools, `createAgents.tools ${of}`);
  return {
    ...(options.tools !== undefined && { tools: options.tools }),
    models: options.models ?? models,
    most: atLeast(1, options.most ?? 10, `createAgents.most ${of}`),
    steps: atLeast(1, options.steps ?? 30, `createAgents.steps ${of}`),
  };
}

function onlyNames(given: readonly string[] | undefined, known: readonly string[] | undefined, option: string): void {
  if (given === undefined) return;
  if (!Array.isArray(given)) throw invalidOption(option, "a list of names", given);
  const other = (given as readonly string[]).find((name) => known?.includes(name) === false);
  if (other !== undefined) throw invalidOption(option, known?.join(", ") || "none", other);
}

export type CreateSettings = NonNullable<ReturnType<typeof createSettings>>;
