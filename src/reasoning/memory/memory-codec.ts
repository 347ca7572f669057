import type { MemoryCodec } from "../../agent/index.ts";
import { AitorError, describe, isAitorError, isRecord, messageOf, type Schema, validate } from "../../base/index.ts";
import { type Message, NO_USAGE } from "../../llm/index.ts";
import {
  count,
  isCount,
  isExecution,
  isOpenRun,
  isSummary,
  isTraceStep,
  isUsage,
  isUser,
  type MemoryProblem,
  MemoryReader,
  type Placed,
} from "./memory-reader.ts";
import type { FieldsRules } from "./memory-rules.ts";
import type { MemoryParts } from "./memory-parts.ts";
import { isPromptShape } from "./prompt-shape.ts";
import { ReactMemory } from "./react-memory.ts";
import { RecentList } from "./recent-list.ts";

/** Version of the JSON that a memory is written as. */
const FORMAT_VERSION = 1;

export interface ReadMemory<Context, Fields> {
  readonly memory: ReactMemory<Context, Fields>;
  /** What was left out. */
  readonly problems: readonly MemoryProblem[];
}

/** A memory as a JSON value. */
export function encodeMemory(
  { parts }: ReactMemory<unknown, unknown>,
  codec?: Pick<MemoryCodec<never>, "encode">,
): unknown {
  const { messages, tools, trace, context, fields, summary, shownFrom, usage, runs, run, turn } = parts;
  const { steering, prompt, system } = parts;
  return {
    v: FORMAT_VERSION,
    messages: messages.slice(),
    dropped: { messages: messages.dropped, tools: tools.dropped, trace: trace.dropped },
    tools: tools.slice(),
    trace: trace.slice(),
    context,
    fields: codec === undefined ? fields : codec.encode(fields as never),
    ...(summary && { summary }),
    shownFrom,
    usage,
    runs,
    ...(run && { run }),
    ...(turn && { turn: { ...turn, results: [...turn.results] } }),
    ...(steering.length > 0 && { steering }),
    ...(prompt && { prompt }),
    ...(system !== undefined && { system }),
  };
}

/**
 * Reads what `encodeMemory` gave, and of anything else what can be understood: of damaged data, and of later versions. Fields
 * are taken as they are, or as the codec reads them.
 */
export function decodeMemory(
  value: unknown,
  initial: () => unknown,
  codec?: MemoryCodec<unknown>,
): ReadMemory<never, unknown> {
  const reader = new MemoryReader();
  const data = reader.record(value, "the memory") ?? {};
  if (data["v"] !== FORMAT_VERSION) reader.leaveOut("v", `the format version ${FORMAT_VERSION}`, data["v"]);
  const dropped = isRecord(data["dropped"]) ? data["dropped"] : {};
  const { messages, placeOf } = conversation(reader.placed(data["messages"], "messages"), count(dropped["messages"]));
  const summary = reader.optional(data["summary"], "summary", isSummary);
  const run = reader.optional(data["run"], "run", isOpenRun);
  const prompt = reader.optional(data["prompt"], "prompt", isPromptShape);
  const parts: MemoryParts<unknown, unknown> = {
    messages,
    tools: RecentList.of(reader.list(data["tools"], "tools", isExecution), count(dropped["tools"])),
    trace: RecentList.of(reader.list(data["trace"], "trace", isTraceStep), count(dropped["trace"])),
    context: reader.context(data["context"]) ?? initial(),
    fields: codec === undefined ? data["fields"] : reader.decoded(data["fields"], "fields", codec),
    summary: summary && { ...summary, from: placeOf(summary.from), to: placeOf(summary.to) },
    shownFrom: placeOf(count(data["shownFrom"])),
    usage: { ...NO_USAGE, ...reader.optional(data["usage"], "usage", isUsage) },
    runs: count(data["runs"]),
    run: run && { ...run, asked: placeOf(run.asked) },
    turn: reader.turn(data["turn"]),
    steering: reader.messages(data["steering"] ?? [], "steering").filter(isUser),
    // A copy: of a shape that was read, nobody knows yet whether its blobs are here.
    prompt: prompt && { ...prompt },
    system: reader.optional(data["system"], "system", isCount),
  };
  return { memory: new ReactMemory(parts) as ReactMemory<never, unknown>, problems: reader.problems };
}

/** What is left of a conversation, and where a place in the one that was written is in it. */
function conversation(
  read: readonly Placed<Message>[],
  dropped: number,
): { readonly messages: RecentList<Message>; readonly placeOf: (place: number) => number } {
  const before = (place: number): number => read.filter((kept) => kept.place < place - dropped).length;
  return {
    messages: RecentList.of(
      read.map(({ item }) => item),
      dropped,
    ),
    placeOf: (place) => Math.min(place, dropped) + before(place),
  };
}

/**
 * Fields as the definition describes them; new ones where they cannot be that.
 *
 * @param from The version of the definition that they are of, where that is another one.
 */
export function currentFields(
  fields: unknown,
  { initial, schema, migrate }: FieldsRules,
  from: string | undefined,
): { readonly fields: unknown; readonly problem?: MemoryProblem } {
  try {
    const current = from === undefined || migrate === undefined ? fields : migrate(fields, from);
    if (current === undefined) return { fields: initial() };
    const checked = schema === undefined ? current : validate(schema, current, "the fields of a memory");
    if (!(checked instanceof Promise)) return { fields: checked };
    throw new Error("its schema is asynchronous");
  } catch (error) {
    const expected = isAitorError(error) ? (error.expected ?? error.message) : messageOf(error);
    return { fields: initial(), problem: { at: "fields", expected, got: describe(fields) } };
  }
}

/** What had to be left out of memories that were read. */
const LEFT_OUT = new WeakMap<object, readonly MemoryProblem[]>();

/** Memories whose fields the codec could not read: they have new ones, which are of this version. */
const WITH_NEW_FIELDS = new WeakSet<object>();

/** How an agent's memory is restored. Nothing of it can fail: what cannot be read is left out, and told. */
export function memoryCodec(
  context: () => unknown,
  rules: FieldsRules,
): {
  readonly codec: MemoryCodec<ReactMemory<unknown, unknown>>;
  readonly schema: Schema<unknown, unknown>;
  readonly migrate: (memory: unknown, from: string) => unknown;
} {
  const withFields = (memory: unknown, from: string | undefined): unknown => {
    const before = (memory as ReactMemory<unknown, unknown>).fields;
    const { fields, problem } = currentFields(before, rules, from);
    if (fields === before && problem === undefined) return memory;
    const current = (memory as ReactMemory<unknown, unknown>).with({ fields });
    if (problem !== undefined) LEFT_OUT.set(current, [problem]);
    return current;
  };
  return {
    codec: {
      encode: (memory) => encodeMemory(memory, rules.codec),
      decode: (value) => {
        const { memory: read, problems } = decodeMemory(value, context, rules.codec);
        const isNew = rules.codec !== undefined && read.fields === undefined;
        const memory = isNew ? read.with({ fields: rules.initial() }) : read;
        if (isNew) WITH_NEW_FIELDS.add(memory);
        if (problems.length > 0) LEFT_OUT.set(memory, problems);
        return memory;
      },
      leftOut: (memory) => (LEFT_OUT.get(memory) ?? []).map(leftOutError),
    },
    schema: {
      "~standard": { version: 1, vendor: "aitor", validate: (memory) => ({ value: withFields(memory, undefined) }) },
    },
    migrate: (memory, from) => (WITH_NEW_FIELDS.has(memory as object) ? memory : withFields(memory, from)),
  };
}

function leftOutError({ at, expected, got }: MemoryProblem): AitorError<"invalid-value"> {
  return new AitorError({
    code: "invalid-value",
    message: `of a memory, ${at} was left out`,
    expected,
    got,
    fix: "let migrate, the schema and the codec of the fields understand what is on record; runs and commits before are still there",
    retryable: false,
  });
}
