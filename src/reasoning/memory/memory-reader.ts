import type { MemoryCodec } from "../../agent/index.ts";
import { checkJson, describe, isAitorError, isRecord, messageOf } from "../../base/index.ts";
import { type Message, parseMessage, type UsageTotals, type UserMessage } from "../../llm/index.ts";
import type { MemorySummary, OpenRun, OpenTurn, ToolExecution, TraceStep } from "./memory-parts.ts";

/** Something that could not be read: where it was, what was expected, and what came. */
export interface MemoryProblem {
  /** Where it was, such as `messages[3]`. */
  readonly at: string;
  readonly expected: string;
  readonly got: string;
}

/** An item of a list, and its place in the list. */
export interface Placed<Item> {
  readonly item: Item;
  readonly place: number;
}

const ONCE = "an entry of this part, once";

/** Reads the parts of a memory, and lists what it had to leave out. */
export class MemoryReader {
  readonly problems: MemoryProblem[] = [];

  leaveOut(at: string, expected: string, got: unknown): void {
    this.problems.push({ at, expected, got: describe(got) });
  }

  record(value: unknown, at: string): Readonly<Record<string, unknown>> | undefined {
    if (isRecord(value)) return value;
    this.leaveOut(at, "an object", value);
    return undefined;
  }

  /** Returns the messages, without entries that are not messages or whose id occurred before. */
  messages(value: unknown, at: string): Message[] {
    return this.placed(value, at).map(({ item }) => item);
  }

  /** Returns the same messages, each with its place in what was read. */
  placed(value: unknown, at: string): readonly Placed<Message>[] {
    const ids = new Set<string>();
    const read: Placed<Message>[] = [];
    for (const [place, item] of this.#entries(value, at)) {
      const message = this.#message(item, `${at}[${place}]`);
      if (message === undefined) continue;
      if (ids.has(message.id)) this.leaveOut(`${at}[${place}]`, ONCE, item);
      else read.push({ item: message, place });
      ids.add(message.id);
    }
    // Results whose call is not there are of no use to anybody.
    const calls = new Set<string>();
    return read.filter(({ item: message, place }) => {
      if (message.role === "assistant") {
        for (const part of message.parts) if (part.type === "tool-call") calls.add(part.id);
      }
      if (message.role !== "tool" || message.parts.every(({ id }) => calls.has(id))) return true;
      this.leaveOut(`${at}[${place}]`, "a result whose call is there", message.parts.map(({ id }) => id).join(", "));
      return false;
    });
  }

  /** A message, without those of its parts that cannot be read: a later version may have others. */
  #message(item: unknown, at: string): Message | undefined {
    try {
      return parseMessage(item);
    } catch (error) {
      const message =
        isRecord(item) && Array.isArray(item["parts"]) ? this.#inPart(item, item["parts"], at) : undefined;
      if (message === undefined) this.leaveOut(at, expectedBy(error), item);
      return message;
    }
  }

  /** Nothing where no part can be read. */
  #inPart(item: object, parts: readonly unknown[], at: string): Message | undefined {
    const faults = parts.map((part) => faultOf({ ...item, parts: [part] }));
    const kept = parts.filter((_, place) => faults[place] === undefined);
    if (kept.length === 0) return undefined;
    for (const [place, fault] of faults.entries()) {
      if (fault !== undefined) this.leaveOut(`${at}.parts[${place}]`, fault, parts[place]);
    }
    return parseMessage({ ...item, parts: kept });
  }

  list<Item>(value: unknown, at: string, is: (item: unknown) => item is Item): Item[] {
    const items: Item[] = [];
    for (const [place, item] of this.#entries(value, at)) if (this.#fits(item, `${at}[${place}]`, is)) items.push(item);
    return items;
  }

  #entries(value: unknown, at: string): Iterable<[place: number, item: unknown]> {
    if (Array.isArray(value)) return value.entries();
    this.leaveOut(at, "a list", value);
    return [];
  }

  /** Nothing where it cannot be read. */
  decoded(value: unknown, at: string, codec: MemoryCodec<unknown>): unknown {
    if (value === undefined) return undefined;
    const left = (error: unknown): void => this.leaveOut(at, expectedBy(error), value);
    try {
      const read = codec.decode(value);
      codec.leftOut?.(read).forEach(left);
      return read;
    } catch (error) {
      left(error);
      return undefined;
    }
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
        this.leaveOut(`context.${name}`, "a JSON value", item);
        return false;
      }
    });
    return Object.fromEntries(entries);
  }

  turn(value: unknown): OpenTurn | undefined {
    if (value === undefined) return undefined;
    const found = isRecord(value) ? value : {};
    const { turn, reply, answers, results, steered, approvals } = found;
    const [message] = this.list([reply], "turn.reply", isMessage);
    if (typeof turn !== "number" || message?.role !== "assistant" || !Array.isArray(results)) {
      this.leaveOut("turn", "an open turn", value);
      return undefined;
    }
    const read = results.flatMap((entry: unknown): [number, Message][] => {
      const [place, result] = Array.isArray(entry) ? (entry as unknown[]) : [];
      const [known] = this.list([result], "turn.results", isMessage);
      return typeof place === "number" && known?.role === "tool" ? [[place, known]] : [];
    });
    return {
      turn,
      reply: message,
      answers: answers === true,
      results: new Map(read) as OpenTurn["results"],
      ...(isTexts(steered) && { steered }),
      ...(isRecord(approvals) && { approvals }),
    };
  }

  #fits<Item>(item: unknown, at: string, is: (item: unknown) => item is Item): item is Item {
    try {
      if (is(item)) return true;
      this.leaveOut(at, ONCE, item);
    } catch (error) {
      this.leaveOut(at, expectedBy(error), item);
    }
    return false;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function expectedBy(error: unknown): string {
  return isAitorError(error) ? (error.expected ?? error.message) : messageOf(error);
}

/** Why it is no message; nothing for one. */
function faultOf(item: unknown): string | undefined {
  try {
    parseMessage(item);
    return undefined;
  } catch (error) {
    return expectedBy(error);
  }
}

function isMessage(item: unknown): item is Message {
  parseMessage(item);
  return true;
}

export function isUser(message: Message): message is UserMessage {
  return message.role === "user";
}

export function isExecution(item: unknown): item is ToolExecution {
  if (!isRecord(item) || !isPlaced(item)) return false;
  const { tool, outcome, durationMs, at } = item;
  return typeof tool === "string" && typeof outcome === "string" && Number.isFinite(durationMs) && Number.isFinite(at);
}

export function isTraceStep(item: unknown): item is TraceStep {
  if (!isRecord(item) || !isPlaced(item)) return false;
  const { type, text, tool, outcome } = item;
  const areTexts = [text, tool, outcome].every((part) => part === undefined || typeof part === "string");
  return areTexts && ["think", "act", "observe", "answer"].includes(type as string);
}

function isPlaced(item: Readonly<Record<string, unknown>>): boolean {
  return typeof item["run"] === "string" && typeof item["turn"] === "number";
}

export function isSummary(item: unknown): item is MemorySummary {
  if (!isRecord(item) || typeof item["text"] !== "string") return false;
  const { from, to, missing = 0 } = item;
  return [from, to, missing].every(isCount) && (from as number) <= (to as number);
}

export function isUsage(item: unknown): item is Partial<UsageTotals> {
  return isRecord(item) && Object.values(item).every((figure) => Number.isFinite(figure));
}

export function isOpenRun(item: unknown): item is OpenRun {
  if (!isRecord(item) || typeof item["id"] !== "string" || typeof item["asked"] !== "number") return false;
  return isUsage(item["usage"]) && parseMessage(item["problem"]).role === "user";
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function count(value: unknown): number {
  return isCount(value) ? value : 0;
}
