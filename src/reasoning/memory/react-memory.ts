import { type Message, NO_USAGE, textOf, type ToolMessage } from "../../llm/index.ts";
import { formatMemory, type MemoryPart, summedBy } from "./memory-format.ts";
import type { MemoryParts, MemoryStats, MemorySummary, OpenTurn, ToolExecution, TraceStep } from "./memory-parts.ts";
import { RecentList } from "./recent-list.ts";

/**
 * The memory of a reasoning agent: a value that is made from the events of its runs and never changes. Each version shares what
 * it holds with the versions before it.
 */
export class ReactMemory<Context = Record<string, unknown>, Fields = Record<string, never>> {
  readonly "~immutable" = true;
  readonly parts: MemoryParts<Context, Fields>;

  constructor(parts: MemoryParts<Context, Fields>) {
    this.parts = parts;
  }

  static empty<Context, Fields>(context: Context, fields: Fields): ReactMemory<Context, Fields> {
    return new ReactMemory({
      messages: RecentList.of<Message>(),
      tools: RecentList.of<ToolExecution>(),
      trace: RecentList.of<TraceStep>(),
      context,
      fields,
      summary: undefined,
      shownFrom: 0,
      usage: NO_USAGE,
      runs: 0,
      run: undefined,
      turn: undefined,
      steering: [],
    });
  }

  /** The context: values set by callers, tools and hooks. It is never pruned with the messages. */
  get context(): Context {
    return this.parts.context;
  }

  /** Your own fields. See `fields` of an agent's options. */
  get fields(): Fields {
    return this.parts.fields;
  }

  get summary(): MemorySummary | undefined {
    return this.parts.summary;
  }

  /** Returns the conversation, or its messages of one role. */
  messages(): Message[];
  messages<Role extends Message["role"]>(filter: { readonly role: Role }): Extract<Message, { readonly role: Role }>[];
  messages(filter: { readonly role?: Message["role"] } = {}): Message[] {
    const { messages, turn, steering } = this.parts;
    const all: Message[] = messages.slice();
    if (turn !== undefined) all.push(turn.reply, ...resultsOf(turn));
    all.push(...steering);
    const { role } = filter;
    return role === undefined ? all : all.filter((message) => message.role === role);
  }

  /** The calls of tools that have an outcome, the oldest first. */
  get toolExecutions(): readonly ToolExecution[] {
    return this.parts.tools.slice();
  }

  /** The steps of reasoning, the oldest first. */
  get trace(): readonly TraceStep[] {
    return this.parts.trace.slice();
  }

  /** Returns the steps of one run. */
  traceOf(run: string): TraceStep[] {
    const { trace } = this.parts;
    let first = trace.length;
    while (first > 0 && trace.at(first - 1)?.run === run) first--;
    return first === trace.length ? trace.slice().filter((step) => step.run === run) : trace.slice(first);
  }

  /** Returns the memory as text, for people. */
  format(options: { readonly part?: MemoryPart; readonly last?: number } = {}): string {
    return formatMemory(this, options);
  }

  get stats(): MemoryStats {
    const { messages, tools, trace, summary, usage, runs } = this.parts;
    let failed = 0;
    for (const { outcome } of tools) if (outcome !== "ok") failed++;
    return {
      messages: this.messages().length,
      droppedMessages: messages.dropped,
      toolExecutions: tools.length,
      failedExecutions: failed,
      traceSteps: trace.length,
      runs,
      summed: summary === undefined ? 0 : summedBy(summary),
      usage,
    };
  }

  /** Returns the text of the last reply of that run that has any, whether or not it is the answer. */
  lastText(run: string): string {
    const { turn, messages } = this.parts;
    const ids = `${run}/`;
    const open = turn?.reply.id.startsWith(ids) === true ? textOf(turn.reply) : "";
    for (let index = messages.length - 1; open === "" && index >= 0; index--) {
      const message = messages.at(index) as Message;
      if (message.id === `${ids}message`) return "";
      if (message.role === "assistant" && message.id.startsWith(ids) && textOf(message) !== "") return textOf(message);
    }
    return open;
  }

  with(changed: Partial<MemoryParts<Context, Fields>>): ReactMemory<Context, Fields> {
    // A literal of two spreads takes ten times as long.
    const parts = { ...this.parts };
    return new ReactMemory(Object.assign(parts, changed));
  }
}

/** In the order of the calls, whichever came first. */
export function resultsOf({ results }: OpenTurn): ToolMessage[] {
  if (results.size <= 1) return [...results.values()];
  return [...results].sort(([a], [b]) => a - b).map(([, message]) => message);
}
