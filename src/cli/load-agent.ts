import { existsSync } from "node:fs";
import { type AgentClass, type AgentDefinition, behaviourOf } from "../agent/index.ts";
import type { RunOrigin } from "../engine/index.ts";
import { loadModule } from "./load-module.ts";
import { type Loaded, pick, type Wanted } from "./load-runnable.ts";
import { findModule, type ModuleTarget } from "./module-target.ts";
import { originOf } from "./run-origin.ts";

/** An agent that a command names. */
export interface NamedAgent {
  readonly name: string;
  /** Its code, where the command names a module. */
  readonly definition: AgentDefinition | AgentClass | undefined;
  /** Where that is. */
  readonly origin?: RunOrigin;
}

const DEFINITION: Wanted<AgentDefinition | AgentClass> = {
  noun: "agent",
  meaning: "what defineAgent gives, an Aitor, or a class that extends Aitor",
  fix: "export one: export default defineAgent({ name, memory, onReceive })",
  is: isAgent,
};

export function isAgent(value: unknown): value is AgentDefinition | AgentClass {
  const holder = typeof value === "function" ? (value.prototype as unknown) : value;
  return typeof holder === "object" && holder !== null && "~agent" in holder;
}

/** The agent of a module, or one that is named alone. @throws UsageError where the module has none. */
export async function findAgent(argument: string): Promise<NamedAgent> {
  if (!isModule(argument)) return { name: argument, definition: undefined };
  const target = await findModule(argument);
  const { value, exportName } = await loadAgent(target);
  return { name: behaviourOf(value).name, definition: value, origin: originOf(target, exportName) };
}

/** The export that is named, else the default one, else the only agent. @throws UsageError where there is none. */
export async function loadAgent(target: ModuleTarget): Promise<Loaded<AgentDefinition | AgentClass>> {
  return pick(target, await loadModule(target), DEFINITION);
}

/** What looks like a path is one, so that a wrong path is told. */
function isModule(argument: string): boolean {
  const path = argument.replace(/#[^#]*$/, "");
  return /[/\\]|\.[cm]?[jt]s$/.test(path) || existsSync(path);
}
