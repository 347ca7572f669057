import { checkJson, describe, isAitorError, messageOf, validate } from "../base/index.ts";
import { type Message, NO_USAGE, parseMessage, type UsageTotals, type UserMessage } from "../llm/index.ts";
import type { FieldsRules } from "./memory-rules.ts";
import {
  type MemoryParts,
  type MemorySummary,
  type OpenRun,
  type OpenTurn,
  ReactMemory,
  type ToolExecution,
  type TraceStep,
} from "./react-memory.ts";
import { isRecord } from "./react-message.ts";
import { RecentList } from "./recent-list.ts";

/** Version of the JSON that a memory is written as. */
const FORMAT_VERSION = 1;

/** Something that could not be read, and what became of it. */
export interface MemoryProblem {
  /** Such as `messages[3]`. */
  readonly at: string;
  readonly expected: string;
  readonly got: string;
}

export interface ReadMemory<Context, Fields> {
  readonly memory: ReactMemory<Context, Fields>;
  /** What was left out. */
  readonly problems: readonly MemoryProblem[];
}

/** A memory as a JSON value. */
export function encodeMemory({ parts }: ReactMemory<unknown, unknown>): unknown {
  const { messages, tools, trace, context, fields, summary, shownFrom, usage, runs, run, turn, steering } = parts;
  return {
    v: FORMAT_VERSION,
    messages: messages.slice(),
    dropped: { messages: messages.dropped, tools: tools.dropped, trace: trace.dropped },
    tools: tools.slice(),
    trace: trace.slice(),
    context,
    fields,
    ...(summary && { summary }),
    shownFrom,
    usage,
    runs,
    ...(run && { run }),
    ...(turn && { turn: { ...turn, results: [...turn.results] } }),
    ...(steering.length > 0 && { steering }),
  };
}

/**
 * Reads what `encodeMemory` gave, and of anything else what can be understood: of damaged data, and of later versions.
 *
 * @param from The version of the definition that the fields are of.
 */
export function decodeMemory(
  value: unknown,
  initial: () => unknown,
  fields: FieldsRules,
  from?: string,
): ReadMemory<never, never> {
  const reader = new Reader();
  const data = reader.record(value, "the memory") ?? {};
  if (data["v"] !== FORMAT_VERSION) reader.left("v", `the format version ${FORMAT_VERSION}`, data["v"]);
  const dropped = isRecord(data["dropped"]) ? data["dropped"] : {};
  const parts: MemoryParts<unknown, unknown> = {
    messages: RecentList.of(reader.messages(data["messages"], "messages"), count(dropped["messages"])),
    tools: RecentList.of(reader.list(data["tools"], "tools", isExecution), count(dropped["tools"])),
    trace: RecentList.of(reader.list(data["trace"], "trace", isTraceStep), count(dropped["trace"])),
    context: reader.context(data["context"]) ?? initial(),
    fields: reader.fields(data["fields"], fields, from),
    summary: reader.optional(data["summary"], "summary", isSummary),
    shownFrom: count(data["shownFrom"]),
    usage: { ...NO_USAGE, ...reader.optional(data["usage"], "usage", isUsage) },
    runs: count(data["runs"]),
    run: reader.optional(data["run"], "run", isOpenRun),
    turn: reader.turn(data["turn"]),
    steering: reader.messages(data["steering"] ?? [], "steering").filter(isUser),
  };
  return { memory: new ReactMemory(parts) as ReactMemory<never, never>, problems: reader.problems };
}

class Reader {
  readonly problems: MemoryProblem[] = [];

  left(at: string, expected: string, got: unknown): undefined {
    this.problems.push({ at, expected, got: describe(got) });
    return undefined;
  }

  record(value: unknown, at: string): Readonly<Record<string, unknown>> | undefined {
    return isRecord(value) ? value : this.left(at, "an object", value);
  }

  /** Messages, without those that are none, or whose id was there before. */
  messages(value: unknown, at: string): Message[] {
    const ids = new Set<string>();
    const read = this.list(value, at, (item): item is Message => {
      const { id } = parseMessage(item);
      if (ids.has(id)) return false;
      ids.add(id);
      return true;
    });
    // Results whose call is not there are of no use to anybody.
    const calls = new Set<string>();
    return read.filter((message, index) => {
      if (message.role === "assistant") {
        for (const part of message.parts) if (part.type === "tool-call") calls.add(part.id);
      }
      if (message.role !== "tool" || message.parts.every(({ id }) => calls.has(id))) return true;
      this.left(`${at}[${index}]`, "a result whose call is there", message.parts.map(({ id }) => id).join(", "));
      return false;
    });
  }

  list<Item>(value: unknown, at: string, is: (item: unknown) => item is Item): Item[] {
    if (!Array.isArray(value)) {
      this.left(at, "a list", value);
      return [];
    }
    return value.filter((item, index): item is Item => this.#fits(item, `${at}[${index}]`, is));
  }

  optional<Item>(value: unknown, at: string, is: (item: unknown) => item is Item): Item | undefined {
    return value === undefined || !this.#fits(value, at, is) ? undefined : value;
  }

  context(value: unknown): unknown {
    const found = this.record(value, "context");
    if (found === undefined) return undefined;
    const entries = Object.entries(found).filter(([name, item]) => {
      try {
        checkJson(item, "context", false);
        return name !== "__proto__";
      } catch {
        return this.left(`context.${name}`, "a JSON value", item) ?? false;
      }
    });
    return Object.fromEntries(entries);
  }

  fields(value: unknown, { initial, schema, migrate }: FieldsRules, from: string | undefined): unknown {
    try {
      const current = from === undefined || migrate === undefined ? value : migrate(value, from);
      if (current === undefined) return initial();
      const checked = schema === undefined ? current : validate(schema, current, "the fields of a memory");
      if (!(checked instanceof Promise)) return checked;
      throw new Error("its schema is asynchronous");
    } catch (error) {
      this.left("fields", "the fields that the definition describes", messageOf(error));
      return initial();
    }
  }

  turn(value: unknown): OpenTurn | undefined {
    if (value === undefined) return undefined;
    const found = isRecord(value) ? value : {};
    const { turn, reply, answers, results } = found;
    const [message] = this.messages([reply], "turn.reply");
    if (typeof turn !== "number" || message?.role !== "assistant" || !Array.isArray(results)) {
      return this.left("turn", "an open turn", value);
    }
    const read = results.flatMap((entry: unknown): [number, Message][] => {
      const [place, result] = Array.isArray(entry) ? (entry as unknown[]) : [];
      const [known] = this.list([result], "turn.results", isMessage);
      return typeof place === "number" && known?.role === "tool" ? [[place, known]] : [];
    });
    return { turn, reply: message, answers: answers === true, results: new Map(read) as OpenTurn["results"] };
  }

  #fits<Item>(item: unknown, at: string, is: (item: unknown) => item is Item): item is Item {
    try {
      if (is(item)) return true;
      this.left(at, "an entry of this part, once", item);
    } catch (error) {
      this.left(at, isAitorError(error) ? (error.expected ?? error.message) : messageOf(error), item);
    }
    return false;
  }
}

function isMessage(item: unknown): item is Message {
  parseMessage(item);
  return true;
}

function isUser(message: Message): message is UserMessage {
  return message.role === "user";
}

function isExecution(item: unknown): item is ToolExecution {
  return isRecord(item) && typeof item["tool"] === "string" && typeof item["outcome"] === "string" && isPlaced(item);
}

function isTraceStep(item: unknown): item is TraceStep {
  return isRecord(item) && ["think", "act", "observe", "answer"].includes(item["type"] as string) && isPlaced(item);
}

function isPlaced(item: Readonly<Record<string, unknown>>): boolean {
  return typeof item["run"] === "string" && typeof item["turn"] === "number";
}

function isSummary(item: unknown): item is MemorySummary {
  return isRecord(item) && typeof item["text"] === "string" && typeof item["to"] === "number";
}

function isUsage(item: unknown): item is Partial<UsageTotals> {
  return isRecord(item) && Object.values(item).every((figure) => Number.isFinite(figure));
}

function isOpenRun(item: unknown): item is OpenRun {
  return (
    isRecord(item) && typeof item["id"] === "string" && typeof item["asked"] === "number" && isUsage(item["usage"])
  );
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
