import { type AgentRef, invalidOption, invalidOptionGot, onlyOptions } from "../../base/index.ts";
import type { ReactMessage, ReactReply, ReasoningOptions } from "../../reasoning/index.ts";

/** What a planner is told about an agent that it may choose. */
interface Choice {
  /** What the agent is good for. @default its role, if that is a text */
  readonly description?: string;
  /**
   * The part of what is left for sub-agents of the planner's budget that it may spend on one todo: above 0, up to 1.
   *
   * @default as much as each other sub-agent that could be at work beside it
   */
  readonly share?: number;
}

/**
 * A sub-agent that is described here. What is left out comes from the planner's own definition: models, settings, tools, values,
 * and the hooks `beforeTool` and `afterTool`, each by itself.
 */
export interface SubAgentSpec extends Choice, Partial<Omit<ReasoningOptions, "extension">> {
  /** The sub-agent's name: a letter or `_`, then up to 63 letters, digits, `_` and `-`. */
  readonly name: string;
}

/** The options that a definition sets itself. */
type Defined = Partial<Record<Exclude<keyof SubAgentSpec, keyof Choice>, never>>;

/**
 * A sub-agent that is defined elsewhere, with its own role, tools and limits. It may be a planning agent. The host need not know
 * it.
 */
export interface SubAgentDefinition extends Choice, Defined {
  readonly agent: AgentRef<ReactMessage, ReactReply>;
}

export type SubAgent = SubAgentSpec | SubAgentDefinition;

/** A sub-agent that a model made for a task. It is recorded as it is. */
export interface MadeAgent {
  readonly name: string;
  readonly role: string;
  readonly instructions?: string;
  /** The names of the planner's tools that it has. @default all of them */
  readonly tools?: readonly string[];
  /** The name of its model. @default the planner's */
  readonly model?: string;
}

const BESIDE_AGENT: ReadonlySet<string> = new Set(["agent", "description", "share"]);
const NAME = /^[A-Za-z_][\w-]{0,63}$/;

export function isAgentName(name: unknown): name is string {
  return typeof name === "string" && NAME.test(name);
}

/** Whether a value can be a sub-agent: what is read from elsewhere may be anything. */
export function isMadeAgent(value: unknown): value is MadeAgent {
  if (typeof value !== "object" || value === null) return false;
  const { name, role, instructions, tools, model } = value as Readonly<Record<string, unknown>>;
  const isList = tools === undefined || (Array.isArray(tools) && tools.every((tool) => typeof tool === "string"));
  const isText = (text: unknown): boolean => text === undefined || typeof text === "string";
  return isAgentName(name) && typeof role === "string" && isText(instructions) && isText(model) && isList;
}

/** @throws AitorError `invalid-option`. */
export function checkedSubAgents(agents: readonly SubAgent[], of: string): readonly SubAgent[] {
  if (!isList(agents)) throw invalidOption(`subAgents ${of}`, "a list of sub-agents", agents);
  const names = new Set<string>();
  for (const agent of agents) {
    if (typeof agent !== "object" || agent === null) {
      throw invalidOption(`a sub-agent ${of}`, "{ name, … } or { agent: a definition }", agent);
    }
    const { share } = agent;
    const name = nameOf(agent);
    if (!isAgentName(name)) {
      throw invalidOption(
        `the name of a sub-agent ${of}`,
        "a letter or _, then up to 63 letters, digits, _ and -",
        name,
      );
    }
    if ("agent" in agent) onlyOptions(agent, BESIDE_AGENT, `sub-agent "${name}" ${of}, which is defined elsewhere`);
    if (names.has(name)) throw invalidOptionGot(`subAgents ${of}`, "one of each name", `a second "${name}"`);
    if (share !== undefined && !(share > 0 && share <= 1)) {
      throw invalidOption(`share of sub-agent "${name}" ${of}`, "a number above 0, up to 1", share);
    }
    names.add(name);
  }
  return agents;
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

export function nameOf(agent: SubAgent): string {
  return "agent" in agent ? agent.agent.name : agent.name;
}
