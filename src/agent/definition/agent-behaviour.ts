import {
  invalidOption,
  invalidOptionGot,
  isPromiseLike,
  isSchema,
  type MailboxOptions,
  type MessageKey,
  nonEmpty,
  onlyOptions,
  type Runnable,
  type Schema,
  validate,
} from "../../base/index.ts";
import type { AgentContext, AgentOptions, Fold, MemoryChange, MemoryCodec } from "./agent-options.ts";

/** The checked options of an agent, without their types, since hosts keep agents of all kinds side by side. */
export interface AgentBehaviour {
  readonly name: string;
  readonly version: string;
  readonly message: Schema | undefined;
  readonly memory: MemoryRules;
  readonly mailbox: MailboxOptions;
  /** Nothing once it has succeeded. */
  readonly prepare: () => void | Promise<void>;
  readonly handle: (message: unknown, ctx: AgentContext<unknown>) => unknown;
  /** What handles messages in place of a handler. */
  readonly workflow: Runnable<never, unknown> | undefined;
}

/** How memory is made, checked and recorded. */
export interface MemoryRules {
  readonly agent: string;
  readonly version: string;
  readonly initial: () => unknown;
  readonly fold: Fold<unknown> | undefined;
  readonly schema: Schema | undefined;
  readonly migrate: ((memory: unknown, from: string) => unknown) | undefined;
  readonly codec: MemoryCodec<unknown> | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  "name",
  "version",
  "message",
  "schema",
  "migrate",
  "codec",
  "prepare",
  "mailbox",
  "whileSuspended",
  "memory",
  "fold",
  "onReceive",
  "workflow",
  "remember",
]);

/** @throws AitorError `invalid-option`. */
export function agentBehaviour<Memory, Message, Reply>(options: AgentOptions<Memory, Message, Reply>): AgentBehaviour {
  const name = nonEmpty(options.name, "the name of an agent");
  const of = `of agent "${name}"`;
  onlyOptions(options, KNOWN, `an option ${of}`);
  const version = nonEmpty(options.version ?? "1", `version ${of}`);
  const { message, mailbox, whileSuspended, prepare } = options;
  checkFunction(prepare, `prepare ${of}`);
  return Object.freeze({
    name,
    version,
    message: schemaOf(message, `message ${of}`),
    memory: memoryRules(options, name, version),
    mailbox: { ...mailbox, ...(whileSuspended !== undefined && { whileSuspended }) },
    prepare: onceDone(prepare),
    handle: handlerOf(options, of) as AgentBehaviour["handle"],
    workflow: options.workflow,
  });
}

function onceDone(prepare: (() => void | Promise<void>) | undefined): () => void | Promise<void> {
  let left = prepare;
  let underWay: Promise<void> | undefined;
  return () => {
    if (left === undefined) return undefined;
    return (underWay ??= Promise.resolve()
      .then(left)
      .then(() => void (left = undefined))
      .finally(() => void (underWay = undefined)));
  };
}

function memoryRules<Memory, Message, Reply>(
  { memory, fold, schema, migrate, codec }: AgentOptions<Memory, Message, Reply>,
  agent: string,
  version: string,
): MemoryRules {
  const of = `of agent "${agent}"`;
  if (fold === undefined && typeof memory !== "function") {
    throw invalidOption(`memory ${of}`, "a function that gives the memory of a new agent, or a fold", memory);
  }
  if (fold !== undefined && (typeof fold.initial !== "function" || typeof fold.apply !== "function")) {
    throw invalidOption(`fold ${of}`, "{ initial, apply }, two functions", fold);
  }
  if (fold !== undefined && memory !== undefined) {
    throw invalidOptionGot(`fold ${of}`, "memory or fold", "both", "leave one of them out");
  }
  if (codec !== undefined && (typeof codec.encode !== "function" || typeof codec.decode !== "function")) {
    throw invalidOption(`codec ${of}`, "{ encode, decode }, two functions", codec);
  }
  checkFunction(codec?.leftOut, `codec.leftOut ${of}`);
  checkFunction(migrate, `migrate ${of}`);
  return {
    agent,
    version,
    initial: () => atOnce(fold === undefined ? memory?.() : fold.initial(), of),
    fold: fold as Fold<unknown> | undefined,
    schema: schemaOf(schema, `schema ${of}`),
    migrate,
    codec: codec as MemoryCodec<unknown> | undefined,
  };
}

/** What has to be waited for, such as a file, is no memory of a new agent: a run that is resumed begins with it again. */
function atOnce<Memory>(memory: Memory, of: string): Memory {
  if (!isPromiseLike(memory)) return memory;
  const fix = "give what is there at once, and load the rest in a step of the handler (ctx.step)";
  throw invalidOptionGot(`memory ${of}`, "a function that gives the memory of a new agent at once", "a promise", fix);
}

function handlerOf<Memory, Message, Reply>(
  { onReceive, workflow, remember }: AgentOptions<Memory, Message, Reply>,
  of: string,
): unknown {
  if (workflow === undefined) {
    if (typeof onReceive === "function") return onReceive;
    throw invalidOption(`onReceive ${of}`, "a function that handles messages, or a workflow", onReceive);
  }
  if (onReceive !== undefined) {
    throw invalidOptionGot(`workflow ${of}`, "onReceive or workflow", "both", "leave one of them out");
  }
  if (typeof workflow.execute !== "function") throw invalidOption(`workflow ${of}`, "a flow", workflow);
  checkFunction(remember, `remember ${of}`);
  const keep = remember as MemoryChange<unknown, [result: unknown, message: unknown]> | undefined;
  return async (message: unknown, ctx: AgentContext<unknown>): Promise<unknown> => {
    const { output } = await ctx.run(workflow, message as Message);
    if (keep !== undefined) ctx.memory.update((draft) => keep(draft, output, message));
    return output;
  };
}

/** Where it is there at all. */
function checkFunction(given: unknown, option: string): void {
  if (given !== undefined && typeof given !== "function") throw invalidOption(option, "a function", given);
}

function schemaOf(schema: Schema<unknown, unknown> | undefined, option: string): Schema | undefined {
  if (schema === undefined || isSchema(schema)) return schema;
  throw invalidOption(option, "a Standard Schema (zod, valibot, arktype, …)", schema);
}

/** The version of its runs: with a workflow, that of both. */
export function runVersion({ version, workflow }: Pick<AgentBehaviour, "version" | "workflow">): string {
  return workflow === undefined ? version : `${version} ${workflow.version}`;
}

/** A message that does not fit is refused before anything is on record. */
export function checkMessage({ name, message: schema }: AgentBehaviour, id: string, message: unknown): unknown {
  return schema === undefined ? undefined : validate(schema, message, `the message to ${name} "${id}"`);
}

/** The agent with this id. */
export function keyOf({ name }: Pick<AgentBehaviour, "name">, id: string): MessageKey {
  return { name, id };
}
