import { describe, type Runnable } from "../../base/index.ts";
import { UsageError } from "../terminal/errors.ts";
import { listed } from "../terminal/listed.ts";
import { loadModule, type ModuleExports } from "./load-module.ts";
import type { ModuleTarget } from "./module-target.ts";

/** What a command takes from a module. */
export interface Wanted<Value> {
  readonly noun: string;
  readonly meaning: string;
  readonly fix: string;
  is(value: unknown): value is Value;
}

/** What `aitor graph` draws: an `Aitorflow`, also one of another copy of the package. */
export interface Drawable {
  toMermaid(): string;
}

export const RUNNABLE: Wanted<Runnable> = {
  noun: "Runnable",
  meaning: "an Aitorflow, or another object with a name, a version and a function execute(run, input)",
  fix: 'export one: export default new Aitorflow("name", task)',
  is: (value): value is Runnable =>
    has(value, "execute", "function") && has(value, "name", "string") && has(value, "version", "string"),
};

const FLOW: Wanted<Drawable> = {
  noun: "flow",
  meaning: "an Aitorflow",
  fix: 'export one: export default new Aitorflow("name", task)',
  is: (value): value is Drawable => RUNNABLE.is(value) && has(value, "toMermaid", "function"),
};

/** What was taken from a module, and the name of its export. */
export interface Loaded<Value> {
  readonly value: Value;
  readonly exportName: string;
}

/** The export that is named, else the default one, else the only Runnable. @throws UsageError where there is none. */
export async function loadRunnable(target: ModuleTarget): Promise<Loaded<Runnable>> {
  return pick(target, await loadModule(target), RUNNABLE);
}

export async function loadFlow(target: ModuleTarget): Promise<Drawable> {
  return pick(target, await loadModule(target), FLOW).value;
}

/** The export that is named, else the default one, else the only one that fits. @throws UsageError where there is none. */
export function pick<Value>(target: ModuleTarget, exports: ModuleExports, wanted: Wanted<Value>): Loaded<Value> {
  const { exportName, path } = target;
  if (exportName !== undefined) return { value: named(target, exportName, exports, wanted), exportName };
  const usual = exports.get("default");
  if (wanted.is(usual)) return { value: usual, exportName: "default" };
  const fitting = namesOf(exports, wanted);
  const [only] = fitting;
  if (only === undefined) {
    throw new UsageError(`"${path}" exports no ${wanted.noun}`, {
      expected: wanted.meaning,
      got: listOf(exports),
      fix: wanted.fix,
    });
  }
  if (fitting.length > 1) {
    throw new UsageError(`"${path}" exports several ${wanted.noun}s`, {
      expected: "the name of one of them after #",
      got: listed(fitting),
      fix: `name one: ${path}#${only}`,
    });
  }
  return { value: exports.get(only) as Value, exportName: only };
}

function named<Value>({ path }: ModuleTarget, name: string, exports: ModuleExports, wanted: Wanted<Value>): Value {
  const value = exports.get(name);
  if (wanted.is(value)) return value;
  const fitting = namesOf(exports, wanted);
  const fix = fitting.length === 0 ? wanted.fix : `take a ${wanted.noun}: ${listed(fitting)}`;
  if (exports.has(name)) {
    throw new UsageError(`the export "${name}" of "${path}" is no ${wanted.noun}`, {
      expected: wanted.meaning,
      got: describe(value),
      fix,
    });
  }
  throw new UsageError(`"${path}" has no export "${name}"`, {
    expected: "the name of one of its exports",
    got: `"${name}"; it exports ${listOf(exports)}`,
    fix,
  });
}

/** One name for each value that fits: what is exported under two names is one thing. */
function namesOf(exports: ModuleExports, wanted: Wanted<unknown>): string[] {
  const names = new Map<unknown, string>();
  for (const [name, value] of exports) if (wanted.is(value) && !names.has(value)) names.set(value, name);
  return [...names.values()];
}

function listOf(exports: ModuleExports): string {
  if (exports.size === 0) return "nothing";
  return listed([...exports].map(([name, value]) => `${name} (${describe(value)})`));
}

/** Also of a class or a function, which may have static members. */
function has(value: unknown, property: string, type: "function" | "string"): boolean {
  const holder = (typeof value === "object" && value !== null) || typeof value === "function";
  return holder && typeof (value as Record<string, unknown>)[property] === type;
}
