import { existsSync, statSync } from "node:fs";
import { type AgentClass, type AgentDefinition, behaviourOf } from "../../agent/index.ts";
import type { RunOrigin } from "../../engine/index.ts";
import { loadModule, type ModuleExports } from "./load-module.ts";
import { type Loaded, pick, type Wanted } from "./load-runnable.ts";
import { findModule, type ModuleTarget } from "./module-target.ts";
import { originOf } from "./run-origin.ts";

/** An agent that a command names. */
export interface NamedAgent {
  readonly name: string;
  /** Its code, where the command names a module. */
  readonly definition: AnyDefinition | undefined;
  /** Where that is. */
  readonly origin?: RunOrigin;
  /** The other agents of that module, which it may send messages to. */
  readonly others: readonly AnyDefinition[];
}

export type AnyDefinition = AgentDefinition | AgentClass;

/** An agent of a module. */
export interface LoadedAgent extends Loaded<AnyDefinition> {
  readonly others: readonly AnyDefinition[];
}

export const AGENT: Wanted<AnyDefinition> = {
  noun: "agent",
  meaning: "what defineAgent gives, an Aitor, or a class that extends Aitor",
  fix: "export one: export default defineAgent({ name, memory, onReceive })",
  is: isAgent,
};

export function isAgent(value: unknown): value is AnyDefinition {
  const holder = typeof value === "function" ? (value.prototype as unknown) : value;
  return typeof holder === "object" && holder !== null && "~agent" in holder;
}

/** The agent of a module, or one that is named alone. @throws UsageError where the module has none. */
export async function findAgent(argument: string): Promise<NamedAgent> {
  if (!isModule(argument)) return { name: argument, definition: undefined, others: [] };
  const target = await findModule(argument);
  const { value, exportName, others } = await loadAgent(target);
  return { name: behaviourOf(value).name, definition: value, origin: originOf(target, exportName), others };
}

/** The export that is named, else the default one, else the only agent. @throws UsageError where there is none. */
export async function loadAgent(target: ModuleTarget): Promise<LoadedAgent> {
  const exports = await loadModule(target);
  const loaded = pick(target, exports, AGENT);
  return { ...loaded, others: othersOf(exports, loaded.value) };
}

/** The other agents of a module. One that is not whole, such as a class for others to extend, and those that share a name are none. */
export function othersOf(exports: ModuleExports, chosen: AnyDefinition): AnyDefinition[] {
  const { name: taken } = behaviourOf(chosen);
  const byName = new Map<string, Set<AnyDefinition>>();
  for (const value of exports.values()) {
    const name = isAgent(value) ? nameOf(value) : undefined;
    if (name !== undefined && name !== taken)
      byName.set(name, (byName.get(name) ?? new Set()).add(value as AnyDefinition));
  }
  return [...byName.values()].flatMap((named) => (named.size === 1 ? [...named] : []));
}

function nameOf(definition: AnyDefinition): string | undefined {
  try {
    return behaviourOf(definition).name;
  } catch {
    return undefined;
  }
}

/** What looks like a path is one, so that a wrong path is told. A folder is none: an agent may be called like it. */
function isModule(argument: string): boolean {
  const path = argument.replace(/#[^#]*$/, "");
  return /[/\\]|\.[cm]?[jt]s$/.test(path) || (existsSync(path) && statSync(path).isFile());
}
