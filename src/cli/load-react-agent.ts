import { type AgentClass, type AgentDefinition, behaviourOf } from "../agent/index.ts";
import type { Runnable } from "../base/index.ts";
import type { RunOrigin } from "../engine/index.ts";
import { isReactAgent } from "../reasoning/index.ts";
import { isAgent, loadAgent } from "./load-agent.ts";
import { loadModule } from "./load-module.ts";
import { type Loaded, pick, RUNNABLE, type Wanted } from "./load-runnable.ts";
import { findModule, type ModuleTarget } from "./module-target.ts";
import { originOf } from "./run-origin.ts";

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

/** What `aitor run` runs. */
const RUNS: Wanted<Runnable | AgentDefinition | AgentClass> = {
  ...RUNNABLE,
  meaning: `an Aitorflow, a reasoning agent, or another object with a name, a version and a function execute(run, input)`,
  is: (value): value is Runnable | AgentDefinition | AgentClass => RUNNABLE.is(value) || REACT_AGENT.is(value),
};

/** A Runnable, or a reasoning agent: the export that is named, else the default one, else the only one that fits. @throws UsageError where there is none. */
export async function loadForRun(target: ModuleTarget): Promise<Loaded<Runnable> | LoadedReactAgent> {
  const loaded = pick(target, await loadModule(target), RUNS);
  return REACT_AGENT.is(loaded.value)
    ? asLoaded(target, loaded as Loaded<AgentDefinition | AgentClass>)
    : (loaded as Loaded<Runnable>);
}

/** The export that is named, else the default one, else the only reasoning agent. @throws UsageError where there is none. */
export async function loadReactAgent(argument: string): Promise<LoadedReactAgent> {
  const target = await findModule(argument);
  return asLoaded(target, pick(target, await loadModule(target), REACT_AGENT));
}

/** The same of an agent that may be another one. */
export async function loadReactAgentAmong(target: ModuleTarget): Promise<LoadedReactAgent | undefined> {
  const loaded = await loadAgent(target);
  return isReactAgent(loaded.value) ? asLoaded(target, loaded) : undefined;
}

function asLoaded(target: ModuleTarget, { value, exportName }: Loaded<AgentDefinition | AgentClass>): LoadedReactAgent {
  return { definition: value, name: behaviourOf(value).name, origin: originOf(target, exportName) };
}
