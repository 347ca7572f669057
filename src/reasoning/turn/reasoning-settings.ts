import {
  atLeast,
  BUDGET_LIMITS,
  type BudgetLimits,
  caps,
  flag,
  invalidOption,
  isRecord,
  milliseconds,
  oneOf,
  onlyOptions,
} from "../../base/index.ts";
import { checkedManager, checkSettings } from "../../llm/index.ts";
import { ToolRegistry, ToolView } from "../../tools/index.ts";
import type { CompactionOptions } from "./compaction.ts";
import { checkHooks } from "./hook-check.ts";
import type { ReactLimits } from "../memory/react-message.ts";
import type { ReasoningOptions } from "./reasoning-options.ts";
import { joinedTools, type ToolSet } from "./tool-set.ts";

/** The options of an engine, checked. */
export interface ReasoningSettings extends Omit<ReasoningOptions, "tools" | "approvalTime"> {
  /** All tools: the agent's and the extension's. */
  readonly tools: ToolSet;
  /** The agent's own tools. */
  readonly view: ToolView;
  readonly registry: ToolRegistry | undefined;
  readonly limits: ReactLimits & { readonly steps: number; readonly errors: number };
  readonly dialect: "native" | "json" | "auto";
  readonly parallel: number;
  readonly repetition: number;
  readonly approvalMs: number;
}

const COMPACTION: ReadonlySet<string> = new Set(["model", "instructions"] satisfies (keyof CompactionOptions)[]);
const TEXTS = ["role", "goal", "instructions"] as const;

/** @param of Names the agent in errors. @throws AitorError `invalid-option`, `invalid-duration`, and as tools do. */
export function reasoningSettings(options: ReasoningOptions, of: string): ReasoningSettings {
  const { tools = [], limits = {}, model, stopWhen, compaction } = options;
  const llm = checkedManager(options.llm, of);
  for (const name of TEXTS) {
    const text = options[name];
    if (text === undefined || typeof text === "string" || typeof text === "function") continue;
    throw invalidOption(`${name} ${of}`, "a text, or a function that makes it", text);
  }
  if (stopWhen !== undefined && typeof stopWhen !== "function") {
    throw invalidOption(`stopWhen ${of}`, "a function of a turn's report", stopWhen);
  }
  checkHooks(options.hooks, of);
  if (compaction !== undefined && (typeof compaction !== "object" || compaction === null)) {
    throw invalidOption(`compaction ${of}`, "{ model?, instructions? }", compaction);
  }
  onlyOptions(compaction ?? {}, COMPACTION, `compaction ${of}`);
  const named = [model, compaction?.model].find((name) => name !== undefined && !llm.models.includes(name));
  if (named !== undefined) {
    throw invalidOption(`model ${of}`, `one of ${llm.models.map((name) => `"${name}"`).join(", ")}`, named);
  }
  if (options.settings !== undefined) {
    if (!isRecord(options.settings)) throw invalidOption(`settings ${of}`, "an object of settings", options.settings);
    checkSettings(options.settings, of);
  }
  const { steps = 100, errors = 3 } = checkedLimits(limits, of);
  atLeast(1, steps, `limits.steps ${of}`);
  const given = tools instanceof ToolView ? tools : new ToolRegistry({ tools });
  const view = options.tenant === undefined ? given : given.view({ tenant: options.tenant });
  const more = options.extension?.tools;
  return {
    ...options,
    tools: more === undefined ? view : joinedTools(more, view),
    view,
    registry: given instanceof ToolRegistry ? given : undefined,
    showContext: flag(options.showContext ?? false, `showContext ${of}`),
    limits: { ...limits, steps, errors },
    dialect: oneOf(["native", "json", "auto"], options.dialect ?? "auto", `dialect ${of}`),
    parallel: atLeast(1, options.parallel ?? 8, `parallel ${of}`),
    repetition: atLeast(1, options.repetition ?? 3, `repetition ${of}`),
    approvalMs: milliseconds(options.approvalTime ?? "7d", `approvalTime ${of}`),
  };
}

/** @throws AitorError `invalid-option`, `invalid-duration`. */
export function checkedLimits<Limits extends ReactLimits>(limits: Limits, of: string): Limits {
  if (!isRecord(limits)) throw invalidOption(`limits ${of}`, "an object, such as { steps: 20 }", limits);
  const { errors, ...budget } = limits;
  if (errors !== undefined) atLeast(1, errors, `limits.errors ${of}`);
  onlyOptions(limits, LIMITS, `limits ${of}`);
  caps(budget as BudgetLimits, of, "limits.");
  return limits;
}

const LIMITS: ReadonlySet<string> = new Set([...BUDGET_LIMITS, "errors"]);
