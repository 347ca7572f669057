import { behaviourOf } from "../../agent/index.ts";
import type { Runnable } from "../../base/index.ts";
import type { RunOrigin } from "../../engine/index.ts";
import { isReactAgent } from "../../reasoning/index.ts";
import { AGENT, type AnyDefinition, isAgent, othersOf } from "./load-agent.ts";
import { loadModule, type ModuleExports } from "./load-module.ts";
import { type Loaded, pick, RUNNABLE, type Wanted } from "./load-runnable.ts";
import { findModule, type ModuleTarget } from "./module-target.ts";
import { originOf } from "./run-origin.ts";

/** A reasoning agent of a module, as it is defined there. */
export interface LoadedReactAgent {
  readonly definition: AnyDefinition;
  readonly name: string;
  readonly origin: RunOrigin;
  /** The other agents of its module, which it may send messages to. */
  readonly others: readonly AnyDefinition[];
}

const REACT_AGENT: Wanted<AnyDefinition> = {
  noun: "reasoning agent",
  meaning: "what defineReactAgent gives, a class that extends ReactAgent, or an agent of one",
  fix: "export one: export default defineReactAgent({ name, llm, tools })",
  is: (value): value is AnyDefinition => isAgent(value) && isReactAgent(value),
};

/** What `aitor run` runs. */
const RUNS: Wanted<Runnable | AnyDefinition> = {
  ...RUNNABLE,
  meaning: `an Aitorflow, a reasoning agent, or another object with a name, a version and a function execute(run, input)`,
  is: (value): value is Runnable | AnyDefinition => RUNNABLE.is(value) || REACT_AGENT.is(value),
};

/** A Runnable, or a reasoning agent: the export that is named, else the default one, else the only one that fits. @throws UsageError where there is none. */
export async function loadForRun(target: ModuleTarget): Promise<Loaded<Runnable> | LoadedReactAgent> {
  const exports = await loadModule(target);
  const loaded = pick(target, exports, RUNS);
  return REACT_AGENT.is(loaded.value)
    ? asLoaded(target, exports, loaded as Loaded<AnyDefinition>)
    : (loaded as Loaded<Runnable>);
}

/** The export that is named, else the default one, else the only reasoning agent. @throws UsageError where there is none. */
export async function loadReactAgent(argument: string): Promise<LoadedReactAgent> {
  const target = await findModule(argument);
  const exports = await loadModule(target);
  return asLoaded(target, exports, pick(target, exports, REACT_AGENT));
}

/** The same of an agent that may be another one. */
export async function loadReactAgentAmong(target: ModuleTarget): Promise<LoadedReactAgent | undefined> {
  const exports = await loadModule(target);
  const loaded = pick(target, exports, AGENT);
  return isReactAgent(loaded.value) ? asLoaded(target, exports, loaded) : undefined;
}

function asLoaded(
  target: ModuleTarget,
  exports: ModuleExports,
  { value, exportName }: Loaded<AnyDefinition>,
): LoadedReactAgent {
  const origin = originOf(target, exportName);
  return { definition: value, name: behaviourOf(value).name, origin, others: othersOf(exports, value) };
}
