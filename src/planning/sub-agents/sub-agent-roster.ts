import type { AgentRef } from "../../base/index.ts";
import {
  boundHooks,
  checkHooks,
  defineReactAgent,
  type ReactAgentOptions,
  type ReactMessage,
  type ReactReply,
  type ReasoningOptions,
} from "../../reasoning/index.ts";
import type { ToolView } from "../../tools/index.ts";
import type { CreateSettings } from "./planning-settings.ts";
import { isAgentName, type MadeAgent, nameOf, type SubAgent, type SubAgentSpec } from "./sub-agent.ts";
import { agentRefusedError, unknownAgentError } from "./sub-agent-errors.ts";

/** An agent that a planner can give something to. */
export interface KnownAgent {
  readonly name: string;
  readonly description: string;
  readonly share: number | undefined;
  readonly definition: AgentRef<ReactMessage, ReactReply>;
}

/** What sub-agents have of their planner. */
export interface Inherited extends Omit<ReasoningOptions, "extension" | "tools"> {
  readonly tools: ToolView;
}

/** Who does what is given to nobody, where a planner has no sub-agents of its own. */
const WORKER: SubAgentSpec = { name: "worker", description: "does any todo, with your tools" };

const TAKEN_OVER = [
  "llm",
  "model",
  "settings",
  "tools",
  "dialect",
  "parallel",
  "repetition",
  "approvalTime",
  "compaction",
  "tenant",
  "artefacts",
  "values",
] as const;

/** What is asked of each call. The other hooks are about turns of the planner's own. */
const GUARDS = ["beforeTool", "afterTool"] as const;

/** The sub-agents of a planner's definition, and those that models made, which stand in memory. Definitions are made once. */
export class SubAgentRoster {
  readonly #inherited: Inherited;
  readonly #create: CreateSettings | undefined;
  readonly #declared: ReadonlyMap<string, KnownAgent>;
  /** Each as long as a memory has it. */
  readonly #made = new WeakMap<MadeAgent, KnownAgent>();

  /** @throws AitorError `invalid-option`, and as `defineReactAgent` does. */
  constructor(agents: readonly SubAgent[], inherited: Inherited, create: CreateSettings | undefined) {
    this.#inherited = inherited;
    this.#create = create;
    const declared = agents.length === 0 ? [WORKER] : agents;
    this.#declared = new Map(declared.map((agent) => [nameOf(agent), this.#known(agent)]));
  }

  /** Whether models may make some. */
  get creates(): boolean {
    return this.#create !== undefined;
  }

  /** Of those that no model made. */
  get definitions(): readonly KnownAgent["definition"][] {
    return [...this.#declared.values()].map(({ definition }) => definition);
  }

  /** Does what names nobody. */
  get first(): string {
    return [...this.#declared.keys()][0] as string;
  }

  list(made: readonly MadeAgent[]): readonly KnownAgent[] {
    return [...this.#declared.values(), ...made.map((agent) => this.#ofMade(agent))];
  }

  /** @throws AitorError `unknown-agent`. */
  get(name: string, made: readonly MadeAgent[]): KnownAgent {
    const known = this.#declared.get(name);
    if (known !== undefined) return known;
    const found = made.find((agent) => agent.name === name);
    if (found !== undefined) return this.#ofMade(found);
    throw unknownAgentError(name, [...this.#declared.keys(), ...made.map((agent) => agent.name)]);
  }

  /** Whether a model may make this one. @throws AitorError `agent-refused`, which says why not. */
  check(agent: MadeAgent, made: readonly MadeAgent[]): void {
    const create = this.#create;
    const { name, tools = [], model } = agent;
    if (create === undefined) throw agentRefusedError(name, "one of the sub-agents that there are", "a new one");
    if (!isAgentName(name)) throw agentRefusedError(name, "a name of letters, digits, _ and -", name);
    if (this.#declared.has(name) || made.some((each) => each.name === name)) {
      throw agentRefusedError(name, "a name that no sub-agent has", name);
    }
    if (made.length >= create.most) {
      throw agentRefusedError(name, `at most ${create.most} sub-agents of your own`, `one more`);
    }
    const allowed = this.#allowed(create);
    const other = tools.find((tool) => !allowed.includes(tool));
    if (other !== undefined) throw agentRefusedError(name, `tools among ${allowed.join(", ")}`, other);
    if (model !== undefined && !create.models.includes(model)) {
      throw agentRefusedError(name, `a model among ${create.models.join(", ")}`, model);
    }
  }

  #ofMade(made: MadeAgent): KnownAgent {
    let known = this.#made.get(made);
    if (known === undefined) this.#made.set(made, (known = this.#known(this.#specOf(made))));
    return known;
  }

  /** What it may use is looked at again: what is on record may have been allowed by other code. */
  #specOf({ name, role, instructions, tools, model }: MadeAgent): SubAgentSpec {
    const create = this.#create;
    const { steps = 30, models = [] } = create ?? {};
    const allowed = create === undefined ? [] : this.#allowed(create);
    const given = tools === undefined ? allowed : tools.filter((tool) => allowed.includes(tool));
    return {
      name,
      role,
      description: role,
      limits: { steps },
      tools: this.#inherited.tools.view({ policy: { allow: { tools: given } } }),
      ...(instructions !== undefined && { instructions }),
      ...(model !== undefined && models.includes(model) && { model }),
    };
  }

  #allowed({ tools }: CreateSettings): readonly string[] {
    const all = this.#inherited.tools.list().map(({ name }) => name);
    return tools === undefined ? all : all.filter((name) => tools.includes(name));
  }

  #known(agent: SubAgent): KnownAgent {
    const { description, share } = agent;
    if ("agent" in agent) {
      const { agent: definition } = agent;
      return { name: definition.name, description: description ?? definition.name, share, definition };
    }
    const { description: _, share: __, ...spec } = agent;
    const taken = TAKEN_OVER.map(
      (name) => [name, spec[name] === undefined ? this.#inherited[name] : spec[name]] as const,
    );
    const given = Object.fromEntries(taken.filter(([, value]) => value !== undefined));
    checkHooks(spec.hooks, `of agent "${spec.name}"`);
    const hooks = { ...boundHooks(this.#inherited.hooks, GUARDS), ...boundHooks(spec.hooks) };
    const definition = defineReactAgent({ ...spec, ...given, hooks } as unknown as ReactAgentOptions);
    const about = description ?? (typeof spec.role === "string" ? spec.role : spec.name);
    return { name: spec.name, description: about, share, definition };
  }
}
