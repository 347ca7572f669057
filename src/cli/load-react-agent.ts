import { pathToFileURL } from "node:url";
import { type AgentClass, type AgentDefinition, behaviourOf } from "../agent/index.ts";
import type { RunOrigin } from "../engine/index.ts";
import { isReactAgent } from "../reasoning/index.ts";
import { isAgent } from "./load-agent.ts";
import { loadModule } from "./load-module.ts";
import { pick, type Wanted } from "./load-runnable.ts";
import { findModule } from "./module-target.ts";

/** A reasoning agent of a module, as it is defined there. */
export interface LoadedReactAgent {
  readonly definition: AgentDefinition | AgentClass;
  readonly name: string;
  readonly origin: RunOrigin;
}

const REACT_AGENT: Wanted<AgentDefinition | AgentClass> = {
  noun: "reasoning agent",
  meaning: "what defineReactAgent gives, a class that extends ReactAgent, or an agent of one",
  fix: "export one: export default defineReactAgent({ name, llm, tools })",
  is: (value): value is AgentDefinition | AgentClass => isAgent(value) && isReactAgent(value),
};

/** The export that is named, else the default one, else the only reasoning agent. @throws UsageError where there is none. */
export async function loadReactAgent(argument: string): Promise<LoadedReactAgent> {
  const target = await findModule(argument);
  const { value, exportName } = pick(target, await loadModule(target), REACT_AGENT);
  const origin = { module: pathToFileURL(target.file).href, export: exportName };
  return { definition: value, name: behaviourOf(value).name, origin };
}
