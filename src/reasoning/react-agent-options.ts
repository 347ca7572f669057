import { type AgentOptions, type AgentPlace, behaviourOf, type MemoryFile } from "../agent/index.ts";
import { describe, nonEmpty, onlyOptions } from "../base/index.ts";
import type { AnyTool } from "../tools/index.ts";
import { currentFields, decodeMemory } from "./memory/memory-codec.ts";
import type { MemoryLimits } from "./memory/memory-limits.ts";
import type { MemoryProblem } from "./memory/memory-reader.ts";
import { type FieldsRules, fieldsRules, type MemoryFields } from "./memory/memory-rules.ts";
import { messageSchema } from "./turn/message-schema.ts";
import type { ReactMemory } from "./memory/react-memory.ts";
import type { ReasoningMemoryOptions } from "./memory/reasoning-memory.ts";
import { type ReactLimits, type ReactMessage, taskOf } from "./memory/react-message.ts";
import type { ReactOutcome } from "./result/react-result.ts";
import { ReasoningEngine } from "./turn/reasoning-engine.ts";
import type { ReasoningOptions } from "./turn/reasoning-options.ts";

/** The options of a reasoning agent. */
export interface ReactAgentOptions<Context = Record<string, unknown>, Fields = Record<string, never>>
  extends ReasoningOptions, ReasoningMemoryOptions<Context, Fields> {
  /** The agent's name, unique on a host. Messages, memory and runs are kept under it. */
  readonly name: string;
  /** The version of the code, and of the shape of the memory's fields. @default "1" */
  readonly version?: string;
  /** How much the agent remembers. */
  readonly memory?: MemoryLimits;
  /** How messages wait. See `defineAgent`. */
  readonly mailbox?: AgentOptions<unknown, unknown, unknown>["mailbox"];
  /** What happens to a message while the current one waits for an approval. @default "wait" */
  readonly whileSuspended?: "wait" | "reject";
}

/** What `reasoning` of a class that extends ReactAgent returns. */
export type ReasoningDefinition<Context, Fields> = Omit<ReactAgentOptions<Context, Fields>, "name">;

/** The reply of a reasoning agent: how the run ended, or `null` to a command. */
export type ReactReply = ReactOutcome | null;

type Options<Context, Fields> = AgentOptions<ReactMemory<Context, Fields>, ReactMessage, ReactReply>;

const OWN = ["name", "version", "memory", "context", "fields", "mailbox", "whileSuspended"] as const;

const REASONING = [
  "llm",
  "model",
  "settings",
  "tools",
  "role",
  "goal",
  "instructions",
  "showContext",
  "limits",
  "dialect",
  "parallel",
  "repetition",
  "stopWhen",
  "hooks",
  "approvalTime",
  "compaction",
  "tenant",
  "artefacts",
  "values",
  "extension",
] as const;

const KNOWN: ReadonlySet<string> = new Set([...OWN, ...REASONING]);

/** The agents' engines and rules, by the functions that handle their messages. */
const made = new WeakMap<object, Made>();

interface Made {
  readonly engine: ReasoningEngine;
  readonly context: () => unknown;
  readonly fields: FieldsRules;
}

/** @throws AitorError `invalid-option`, `invalid-duration`, and as tools do. */
export function reactAgentOptions<Context, Fields>(
  given: ReactAgentOptions<Context, Fields>,
): Options<Context, Fields> {
  const name = nonEmpty(given.name, "the name of an agent");
  const of = `of agent "${name}"`;
  const { extension } = given;
  const known = extension?.options === undefined ? KNOWN : new Set([...KNOWN, ...extension.options]);
  onlyOptions(given, known, `an option ${of}`);
  const engine = new ReasoningEngine(given, { of, memory: given.memory });
  const memory = engine.memory<Context, Fields>({ context: given.context, fields: given.fields });
  const rules = fieldsRules(given.fields as MemoryFields<never> | undefined, of);
  const context = given.context ?? (() => ({}));
  const { limits } = engine.settings;
  const onReceive: Options<Context, Fields>["onReceive"] = (message, ctx) => {
    const task = taskOf(message);
    return task === undefined ? null : engine.handle(ctx, task);
  };
  made.set(onReceive, { engine, context, fields: rules });
  const { version, mailbox, whileSuspended } = given;
  return {
    name,
    ...(version !== undefined && { version }),
    message: messageSchema,
    ...memory,
    // A limit in dollars cannot be kept without prices: that is said before there is a message.
    ...((limits.usd !== undefined || extension?.agents !== undefined) && { prepare: () => checkPrices(engine) }),
    ...(mailbox && { mailbox }),
    ...(whileSuspended && { whileSuspended }),
    onReceive,
  };
}

/** @param handle The function that handles an agent's messages. @returns `undefined` for other agents. */
export function engineOf(handle: object): ReasoningEngine | undefined {
  return made.get(handle)?.engine;
}

/**
 * The functions that handle the messages of agents that stand as tools. The key is the function that the tool calls, because a
 * tool may be copied and changed.
 */
const standing = new WeakMap<object, object>();

// oxlint-disable-next-line typescript/unbound-method -- a key, which is not called
const calledBy = ({ orchestrate }: AnyTool): object => orchestrate ?? {};

/** @param handle The function that handles the agent's messages. @returns The tool, which is now known to ask that agent. */
export function standingFor(handle: object, tool: AnyTool): AnyTool {
  standing.set(calledBy(tool), handle);
  return tool;
}

/**
 * Checks that a limit in dollars can be kept: that everything that an agent, its tools and the agents below it could ask has a
 * price.
 *
 * @param above The limits of the agent that asks it.
 * @param checked What was checked already, and whether with a limit.
 * @throws AitorError (rejects with) `price-unknown`.
 */
async function checkPrices(
  { settings, choice }: ReasoningEngine,
  above: ReactLimits = {},
  checked = new Map<object, boolean>(),
): Promise<void> {
  const { llm, view, extension } = settings;
  const limits = settings.limits.usd === undefined ? above : settings.limits;
  const isLimited = limits.usd !== undefined;
  const before = checked.get(settings);
  if (before === true || before === isLimited) return;
  checked.set(settings, isLimited);
  if (isLimited) await llm.checkBudget(limits, choice.model);
  const asked = isLimited ? view.list().map((tool) => standing.get(calledBy(tool))) : [];
  const below = (extension?.agents ?? []).map((agent) => behaviourOf(agent).handle);
  for (const handle of [...asked, ...below]) {
    const engine = handle && engineOf(handle);
    if (engine !== undefined) await checkPrices(engine, limits, checked);
  }
}

/** Returns the parts of an exported memory that cannot be read. */
export function problemsOf(file: unknown, handle: object, version: string): readonly MemoryProblem[] {
  const { context, fields } = made.get(handle) as Made;
  const { v, value, version: from } = file as { readonly v: unknown } & Omit<MemoryFile, "v">;
  const { memory, problems } = decodeMemory(value, context, fields.codec);
  const { problem } = currentFields(memory.fields, fields, from === version ? undefined : from);
  const later = v === 1 ? [] : [{ at: "the file", expected: "the format version 1", got: describe(v) }];
  return [...later, ...problems, ...(problem === undefined ? [] : [problem])];
}

/** Returns the options of the agent that a reasoning agent is. A class that extends it is given only its place. */
export function placedOptions<Context, Fields>(
  options: (ReactAgentOptions<Context, Fields> & AgentPlace) | AgentPlace,
): (Options<Context, Fields> & AgentPlace) | AgentPlace {
  if (!("name" in options)) return options;
  const { id, host, ...own } = options;
  return { ...reactAgentOptions(own), ...(id !== undefined && { id }), ...(host && { host }) };
}
