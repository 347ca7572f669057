import { type AgentBehaviour, memoryBeforeRun, receiptOf } from "../../agent/index.ts";
import { type BlobRef, type EventEnvelope, isAitorError, type MessageKey, messageOf } from "../../base/index.ts";
import { messageKeyOf } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { hashPrompt, type Message, type ModelCall, type OutputSpec } from "../../llm/index.ts";
import type { ToolDefinition } from "../../tools/index.ts";
import { jsonDialect } from "./json-dialect.ts";
import { memoryCodec } from "../memory/memory-codec.ts";
import { fieldsRules } from "../memory/memory-rules.ts";
import { memoryFold, withSteered } from "../memory/memory-fold.ts";
import { nativeDialect } from "./native-dialect.ts";
import { PROMPT_SHAPED, type PromptShape } from "../memory/prompt-shape.ts";
import { PromptView } from "./prompt-view.ts";
import { taskOf } from "../memory/react-message.ts";
import { ReactMemory } from "../memory/react-memory.ts";
import { rangeUpTo, summaryPrompt } from "../memory/summary-prompt.ts";
import { ASKED, COMPACT, type CompactRecord, placeInTurn, THINK, type ThinkRecord } from "../memory/turn-record.ts";

/**
 * The prompt of a step in which a model was asked, made again from the record. The prompt itself was not kept, and none of the
 * agent's code runs.
 */
export interface RecordedPrompt {
  /** What the model was asked for: the agent's next reply, or a summary of its oldest messages. */
  readonly asks: "reply" | "summary";
  readonly dialect: PromptShape["dialect"];
  /** The messages in Aitor's format, the system message first. What providers are sent is made from them; `repairs` says how. */
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolDefinition[];
  /** The shape of the answer that was asked for. */
  readonly output?: OutputSpec;
  /** The hash of this prompt, like `promptHash` of the requests. */
  readonly hash: string;
  /** The step's requests to providers, in order. */
  readonly calls: readonly ModelCall[];
  /** What is not on record any more, or never was. Without it, the prompt is not what was sent. */
  readonly missing: readonly string[];
}

type Memory = ReactMemory<Record<string, unknown>, unknown>;

/**
 * Returns the prompt of a step in which a reasoning agent asked a model, also in a delegated run.
 *
 * @param key The step's key.
 * @returns `undefined` for other steps.
 * @throws What the journal throws.
 */
export async function recordedPrompt(journal: Journal, run: string, key: string): Promise<RecordedPrompt | undefined> {
  const agent = messageKeyOf(run)?.key;
  const place = placeInTurn(key);
  if (place === undefined || place.call > 0 || (place.name !== THINK && place.name !== COMPACT)) return undefined;
  const found = await atStep(journal, agent, run, key, Infinity);
  if (!found.isThere) return undefined;
  const missing: string[] = [...found.missing];
  const most = found.memory.parts.prompt?.maxMessages ?? Infinity;
  const { memory, calls, message, result } = most === Infinity ? found : await atStep(journal, agent, run, key, most);
  if (place.name === COMPACT) {
    const messages = summarised(memory, result as CompactRecord | undefined, missing);
    return { asks: "summary", dialect: "native", messages, hash: hashPrompt({ messages }), calls, missing };
  }
  const shape = memory.parts.prompt;
  // What was before the run would tell.
  if (shape === undefined && missing.length === 0)
    missing.push("what the system said, and the tools: this version did not record them");
  const system = await textOf(journal, shape?.system, "what the system said", missing);
  const tools = await textOf(journal, shape?.tools, "the tools", missing);
  const dialect = shape?.dialect === "json" ? jsonDialect : nativeDialect;
  const messages = new PromptView().show(memory, system ?? "", dialect);
  const asked = dialect.native ? taskOf(message)?.answer : undefined;
  const prompt = {
    messages,
    ...(tools !== undefined && { tools: JSON.parse(tools) as ToolDefinition[] }),
    ...(asked && { output: { jsonSchema: asked.schema, ...(asked.name !== undefined && { name: asked.name }) } }),
  };
  return { asks: "reply", dialect: dialect.name, ...prompt, hash: hashPrompt(prompt), calls, missing };
}

/** Returns the messages that were sent for a summary. */
function summarised({ parts }: Memory, record: CompactRecord | undefined, missing: string[]): readonly Message[] {
  if (record !== undefined) return [summaryPrompt(parts, rangeUpTo(parts, record.to), record.instructions)];
  missing.push("which messages were to be summed up: there is no summary of them");
  return [];
}

/** Returns the memory as it was when the step asked, without the agent's own fields. */
async function atStep(
  journal: Journal,
  agent: MessageKey | undefined,
  run: string,
  key: string,
  maxMessages: number,
): Promise<{
  readonly memory: Memory;
  readonly calls: readonly ModelCall[];
  readonly message: unknown;
  /** The step's result, if it has one. */
  readonly result: unknown;
  readonly isThere: boolean;
  readonly missing: readonly string[];
}> {
  const apply = memoryFold(
    { maxMessages, maxToolExecutions: 0, maxTraceSteps: 0, contextTokens: undefined },
    undefined,
  );
  // Memory of one that something was delegated to begins with its run.
  const missing: string[] = [];
  let memory = agent === undefined ? initialMemory() : await before(journal, agent, run, apply, missing);
  let message: unknown;
  let result: unknown;
  let begun = false;
  const calls: ModelCall[] = [];
  for await (const event of journal.read(run)) {
    const { type, data } = event;
    if (type === "message-received") ({ message } = data as { readonly message?: unknown });
    if (type === "run-started" && agent === undefined) {
      ({ input: message } = data as { readonly input?: unknown });
      memory = apply(memory, receiptOf(event, ""));
    }
    if (type === "step-finished" && event.key === ASKED) ({ result: message } = data as { readonly result?: unknown });
    const isOwn = event.key === key;
    begun ||= isOwn;
    if (isOwn && type === "model-called") calls.push(data as ModelCall);
    else if (!begun || type === "message-steered" || (isOwn && (type === "context-pruned" || type === PROMPT_SHAPED)))
      memory = apply(memory, event);
    if (isOwn && type === "step-finished") {
      ({ result } = data as { readonly result?: unknown });
      memory = withSteered(memory, (result as Partial<ThinkRecord>).steered, { maxMessages });
    }
    if (isOwn && (type === "step-finished" || type === "step-failed")) break;
  }
  return { memory, calls, message, result, isThere: begun, missing };
}

/** Returns the memory before a run's first event. */
async function before(
  journal: Journal,
  agent: MessageKey,
  run: string,
  apply: (memory: Memory, event: EventEnvelope) => Memory,
  missing: string[],
): Promise<Memory> {
  const { codec } = memoryCodec(() => ({}), fieldsRules(undefined, ""));
  const memory: AgentBehaviour["memory"] = {
    agent: agent.name,
    version: "",
    initial: initialMemory,
    fold: { initial: initialMemory, apply: apply as (state: unknown, event: EventEnvelope) => unknown },
    schema: undefined,
    migrate: undefined,
    codec: { encode: (read) => read, decode: codec.decode },
  };
  try {
    return (await memoryBeforeRun(journal, { memory }, agent, run)) as Memory;
  } catch (error) {
    if (!isAitorError(error, "history-not-kept")) throw error;
    missing.push(`all that was before this run: ${firstLine(error)}`);
    return initialMemory();
  }
}

function initialMemory(): Memory {
  return ReactMemory.empty<Record<string, unknown>, unknown>({}, {});
}

async function textOf(
  journal: Journal,
  ref: BlobRef | undefined,
  what: string,
  missing: string[],
): Promise<string | undefined> {
  if (ref === undefined) return undefined;
  try {
    return new TextDecoder().decode(await journal.blobs.get(ref));
  } catch (error) {
    missing.push(`${what}: ${firstLine(error)}`);
    return undefined;
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split("\n", 1)[0] ?? "";
}
