import {
  clipped,
  defaultRunner,
  invalidOption,
  onlyOptions,
  optionsOf,
  type Run,
  type Runnable,
  type Runner,
} from "../../base/index.ts";
import { type JudgedCall, judge, unlessApproved } from "../call/accepted-call.ts";
import type { ArgumentLimits } from "../call/argument-limits.ts";
import type { ApprovalRequest } from "../tool/approval.ts";
import type { CompiledTool } from "../tool/compiled-tool.ts";
import { nearest } from "../schema/nearest.ts";
import { alone } from "../call/open-calls.ts";
import type { Policies, ToolPolicy } from "../tool/policy.ts";
import type { AnyTool, ToolDefinition } from "../tool/tool.ts";
import { callKey, outcomeOf, performCall, refuse } from "../call/tool-call.ts";
import { callContext, tenantOf, type ToolCall, type ToolContext } from "../tool/tool-context.ts";
import { failure, type ToolFailure } from "../schema/tool-failure.ts";
import { type CallName, ToolLog } from "../call/tool-log.ts";
import type { ToolResult } from "../tool/tool-result.ts";
import type { ToolShelf } from "./tool-shelf.ts";
import { thrownFailure } from "../tool/thrown-failure.ts";

/** A filter of a list of tools. */
export interface ToolFilter {
  /** The tenant whose tools to list, in a view that is not a tenant's own. @default none: the tools of everybody */
  readonly tenant?: string;
  /** The only category to list. @default all */
  readonly category?: string;
}

/** What a view shows of its outer view. It can only take away. */
export interface ViewOptions {
  /** Makes it this tenant's own. @default the outer view's */
  readonly tenant?: string;
  /** A policy of the view. @default none in addition to the outer view's */
  readonly policy?: ToolPolicy;
}

const FILTER = ["tenant", "category"] as const satisfies readonly (keyof ToolFilter)[];
const VIEW: ReadonlySet<string> = new Set(["tenant", "policy"] satisfies (keyof ViewOptions)[]);

/** Options of a call without an agent. */
export interface ToolCallOptions extends ToolContext {
  /** The engine that runs the call. @default the process's default engine, in memory */
  readonly engine?: Runner;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** The run that the call is a part of, if it exists already. `engine` and `signal` are not used then. */
  readonly run?: Run;
}

/** How a registry judges and cuts. */
export interface ViewSettings {
  readonly shelf: ToolShelf;
  readonly policies: Policies;
  readonly limits: ArgumentLimits;
  readonly maxOutput: number;
  readonly tenant?: string;
}

/**
 * The tools that somebody may use: a registry, or a part of it for one tenant or one agent. A view is live: registrations and
 * removals show at once. Each call checks again whether it may be made.
 */
export class ToolView {
  readonly #settings: ViewSettings;
  /** What a model was last told of, and of which state of the shelf that is. */
  #told: { readonly version: number; readonly definitions: readonly ToolDefinition[] } | undefined;

  /** @internal */
  constructor(settings: ViewSettings) {
    this.#settings = settings;
  }

  /**
   * Returns the tools, in the order of their registration. Tools that the policy refuses by name, access or category are left
   * out, and so are a tenant's tools that cannot be created now.
   *
   * @throws AitorError `invalid-option`, also for another tenant than the view's.
   */
  list(filter: ToolFilter = {}): readonly AnyTool[] {
    return this.#visible(filter).map(({ tool }) => tool);
  }

  /** Returns the categories of those tools. @throws AitorError as `list` does. */
  categories(filter: ToolFilter = {}): readonly string[] {
    const all = this.#visible(filter).map(({ category }) => category);
    return [...new Set(all.filter((category) => category !== undefined))];
  }

  /**
   * Returns the same tools as a model sees them. The objects are the same at each call. Without a filter, the list is the
   * same, too, unless a tool cannot be created now.
   *
   * @throws AitorError as `list` does.
   */
  definitions(filter?: ToolFilter): readonly ToolDefinition[] {
    if (filter !== undefined) return this.#visible(filter).map(({ definition }) => definition);
    const { version } = this.#settings.shelf;
    if (this.#told?.version !== version) {
      this.#told = { version, definitions: this.#visible({}).map(({ definition }) => definition) };
    }
    return this.#told.definitions;
  }

  /**
   * Returns a part of this view: a tenant's tools, or what a policy leaves.
   *
   * @throws AitorError `invalid-option` for another tenant, and for an invalid policy.
   */
  view(options: ViewOptions): ToolView {
    onlyOptions(options, VIEW, "an option of a view");
    const { tenant, policy } = options;
    const { policies } = this.#settings;
    const own = tenantOf(this.#settings.tenant, tenant);
    return new ToolView({
      ...this.#settings,
      policies: policies.with(policy),
      ...(own !== undefined && { tenant: own }),
    });
  }

  /**
   * Executes a model's call as a step or a scope of the run, under the tool's name and the call's id. Whatever is on record of
   * it is not done again. Calls may be executed side by side.
   *
   * @param outcome The name of the step, under the call's id, that has the outcome of a call that is a scope. @default that of
   *   the tool, and "result": `book result[call-1]`
   * @returns A failure for whatever the model can mend or work around, errors of the tool included.
   * @throws AitorError (rejects with) `cancelled` and whatever else ends the run; `invalid-option` for a context of another
   *   tenant than the view's.
   */
  execute(call: ToolCall, run: Run, context: ToolContext = {}, outcome?: string): Promise<ToolResult> {
    try {
      checkCall(call, run);
      return this.#execute(call, run, this.#context(context), outcome);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #execute(call: ToolCall, run: Run, own: ToolContext, outcome: string | undefined): Promise<ToolResult> {
    const found = this.#find(call.name, own.tenant);
    const key = callKey(call.id);
    if ("code" in found)
      return this.#refuseUnknown(call, found, { name: nameOnRecord(call.name, key, run), key }, run, own);
    const name = { name: found.name, key };
    const perform = (judged: JudgedCall): Promise<ToolResult> => {
      const refusal = unlessApproved(judged, { approval: own.approval, run: run.id });
      const maxOutput = found.maxOutput ?? this.#settings.maxOutput;
      return performCall(judged, refusal, name, outcome ?? outcomeOf(found.name), run, maxOutput);
    };
    return alone(run, name, () => {
      const judging = judge(found, call, own, this.#settings);
      return judging instanceof Promise ? judging.then(perform) : perform(judging);
    });
  }

  /**
   * Returns the question for a person who must approve the call; nothing if the call can be made, or would be refused anyway.
   * Put the answer into the context of `execute` as an {@link Approval}.
   */
  async needsApproval(call: ToolCall, context: ToolContext = {}): Promise<ApprovalRequest | undefined> {
    const own = this.#context(context);
    const found = this.#find(call.name, own.tenant);
    if ("code" in found || !this.#mayAsk(found)) return undefined;
    const judged: JudgedCall = await judge(found, call, own, this.#settings);
    const { approval: reason, refusal, given: args } = judged;
    if (reason === undefined || refusal !== undefined) return undefined;
    const { tenant } = judged.context;
    const { name, description, access } = found;
    return { tool: name, description, access, args, ...(tenant !== undefined && { tenant }), reason };
  }

  /**
   * Returns whether a call of that tool may need approval, as far as that is known without the call.
   *
   * @throws AitorError `invalid-option` for another tenant than the view's.
   */
  mayAsk(name: string, tenant?: string): boolean {
    const found = this.#find(name, tenantOf(this.#settings.tenant, tenant));
    return !("code" in found) && this.#mayAsk(found);
  }

  /** Returns whether there is a tool of that name. @throws AitorError `invalid-option` for another tenant than the view's. */
  has(name: string, tenant?: string): boolean {
    return !("code" in this.#find(name, tenantOf(this.#settings.tenant, tenant)));
  }

  /**
   * Records that a call was not made because there was, or is, no such tool. What is already on record of the call wins.
   *
   * @param isKnown There was such a tool when the model called it: then its name is a step's.
   */
  refuse(call: ToolCall, refusal: ToolFailure, run: Run, context: ToolContext, isKnown = false): Promise<ToolResult> {
    const name = { name: isKnown ? call.name : UNKNOWN, key: callKey(call.id) };
    return this.#refuseUnknown(call, refusal, name, run, this.#context(context));
  }

  /** Returns why a call would be refused, whether or not it is approved; nothing if it would be made. Records nothing. */
  async check(call: ToolCall, context: ToolContext = {}): Promise<ToolFailure | undefined> {
    const own = this.#context(context);
    const found = this.#find(call.name, own.tenant);
    return "code" in found ? found : (await judge(found, call, own, this.#settings)).refusal;
  }

  /** Calls a tool without an agent, in a run of its own: for tests, scripts, and custom code. */
  async call(name: string, args: unknown, options: ToolCallOptions = {}): Promise<ToolResult> {
    const { engine, signal, run, ...context } = options;
    const call = { id: "call", name, args };
    if (run !== undefined) return this.execute(call, run, context);
    const runnable: Runnable<undefined, ToolResult> = {
      name: `tool ${askedName(name)}`,
      version: "1",
      execute: (own) => this.execute(call, own, context),
    };
    return (engine ?? defaultRunner()).run(runnable, undefined, signal === undefined ? {} : { signal });
  }

  /** No call of most tools has to be approved: those need not be looked at twice. */
  #mayAsk(tool: CompiledTool): boolean {
    return (tool.approval !== undefined && tool.approval !== false) || this.#settings.policies.mayAsk(tool);
  }

  #context(context: ToolContext): ToolContext {
    const tenant = tenantOf(this.#settings.tenant, context.tenant);
    return tenant === undefined || tenant === context.tenant ? context : { ...context, tenant };
  }

  #visible(filter: ToolFilter): readonly CompiledTool[] {
    const { tenant, category } = optionsOf(filter, FILTER, "a filter of tools");
    const { shelf, policies } = this.#settings;
    const tools = shelf.of(tenantOf(this.#settings.tenant, tenant));
    return tools.filter((tool) => (category === undefined || tool.category === category) && policies.mayUse(tool));
  }

  /** @param tenant The view's own. */
  #find(name: unknown, tenant: string | undefined): CompiledTool | ToolFailure {
    try {
      const found = typeof name === "string" ? this.#settings.shelf.find(name, tenant) : undefined;
      return found ?? this.#unknown(name, tenant);
    } catch (error) {
      return thrownFailure(askedName(name), error);
    }
  }

  #unknown(name: unknown, tenant: string | undefined): ToolFailure {
    const asked = askedName(name);
    const names = this.#visible(tenant === undefined ? {} : { tenant }).map(({ name }) => name);
    const meant = nearest(asked, names);
    const all = names.map((each) => `"${each}"`).join(", ");
    return failure("unknown-tool", `there is no tool "${asked}"`, {
      expected: names.length === 0 ? "no call: there are no tools" : `one of ${clipped(all)}`,
      got: `"${asked}"`,
      ...(meant !== undefined && { nearest: meant }),
    });
  }

  #refuseUnknown(
    call: ToolCall,
    refusal: ToolFailure,
    name: CallName,
    run: Run,
    own: ToolContext,
  ): Promise<ToolResult> {
    const context = callContext({ id: name.key, name: askedName(call.name) }, own);
    const log = new ToolLog(context, run, name);
    return alone(run, name, () => refuse(refusal, name, undefined, run, log));
  }
}

/** What a model made up is not the name of a step: there would be no end of names. */
const UNKNOWN = "unknown_tool";

/** The name of the step under which there is something on record of a call whose tool there is not, or is no more. */
function nameOnRecord(tool: unknown, key: string, run: Run): string {
  if (typeof tool !== "string" || tool === "") return UNKNOWN;
  if (run.recorded?.({ name: outcomeOf(tool), key }) === "settled") return outcomeOf(tool);
  return run.recorded?.({ name: tool, key }) === undefined ? UNKNOWN : tool;
}

/** What a model asked for, as far as it could be a name. */
function askedName(name: unknown): string {
  return typeof name === "string" ? clipped(name, 64) : "";
}

function checkCall(call: ToolCall, run: Run): void {
  const fix = "without a run, call it by its name: registry.call(name, args)";
  if (typeof call !== "object" || call === null)
    throw invalidOption("a call of a tool", "{ id, name, args }", call, fix);
  if (typeof run?.step !== "function")
    throw invalidOption("the run of a tool's call", "a run, which has steps", run, fix);
}
