import { AitorError, invalidOption, isAitorError, isRecord, messageOf, onlyOptions } from "../../base/index.ts";
import type { ReasoningHooks, TurnChange } from "./reasoning-options.ts";

const HOOKS: ReadonlySet<keyof ReasoningHooks> = new Set([
  "prepareTurn",
  "beforeModel",
  "afterModel",
  "beforeTool",
  "afterTool",
  "afterTurn",
]);
const CHANGES: ReadonlySet<string> = new Set([
  "model",
  "tools",
  "instructions",
  "settings",
] satisfies readonly (keyof TurnChange)[]);

/** @param of Names the agent in errors. @throws AitorError `invalid-option`. */
export function checkHooks(hooks: ReasoningHooks | undefined, of: string): void {
  if (hooks === undefined) return;
  if (!isRecord(hooks)) throw invalidOption(`hooks ${of}`, "an object of functions", hooks);
  onlyOptions(hooks, HOOKS, `hooks ${of}`);
  for (const [name, hook] of Object.entries(hooks)) {
    if (hook !== undefined && typeof hook !== "function") throw invalidOption(`hook ${name} ${of}`, "a function", hook);
  }
}

/** Returns the hooks of these names that exist, also if they are methods of a class, so that others can be put beside them. */
export function boundHooks(hooks: ReasoningHooks = {}, names: Iterable<keyof ReasoningHooks> = HOOKS): ReasoningHooks {
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const hook = hooks[name];
      return hook === undefined ? [] : [[name, hook.bind(hooks)]];
    }),
  );
}

/**
 * Checks what `prepareTurn` returned: a hook that is misunderstood must not widen what a turn may do.
 *
 * @throws AitorError `invalid-option`.
 */
export function turnChange(given: TurnChange | null | undefined): TurnChange | undefined {
  if (given === undefined || given === null) return undefined;
  const what = "what prepareTurn gave";
  if (!isRecord(given)) throw invalidOption(what, "an object of changes, or nothing", given);
  onlyOptions(given, CHANGES, what);
  const { model, tools, instructions, settings } = given as TurnChange;
  for (const [name, text] of Object.entries({ model, instructions })) {
    if (text !== undefined && typeof text !== "string") throw invalidOption(`${name} of ${what}`, "a text", text);
  }
  if (settings !== undefined && !isRecord(settings)) throw invalidOption(`settings of ${what}`, "an object", settings);
  const areNames = tools === undefined || (Array.isArray(tools) && tools.every((name) => typeof name === "string"));
  if (!areNames) throw invalidOption(`tools of ${what}`, "a list of names of tools", tools);
  return given;
}

/** Returns what a hook says against something; `undefined` if it lets it pass. @throws AitorError `invalid-option`. */
export function saidBy(hook: "afterModel" | "beforeTool", given: string | null | void): string | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "string") return given;
  throw invalidOption(`what hook ${hook} gave`, "a text that says what is wrong, or nothing", given);
}

/**
 * Calls a hook.
 *
 * @throws AitorError (rejects with) `hook-failed`, so that what a hook threw is distinct from what the run itself met.
 */
export async function called<Given>(name: string, hook: () => Given): Promise<Awaited<Given>> {
  try {
    return await hook();
  } catch (cause) {
    throw new AitorError({
      code: "hook-failed",
      message: `hook ${name} threw`,
      expected: "a hook that returns",
      got: messageOf(cause),
      fix: "see its cause",
      retryable: false,
      cause,
    });
  }
}

/** Returns what a hook threw, if that is what failed, live or on record; else `undefined`. */
export function thrownByHook(error: unknown): unknown {
  if (!isAitorError(error, "hook-failed")) return undefined;
  const failed = isAitorError(error.cause, "hook-failed") ? error.cause : error;
  return failed.cause ?? failed;
}
