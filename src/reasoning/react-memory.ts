import {
  type AssistantMessage,
  type Message,
  NO_USAGE,
  textOf,
  type ToolMessage,
  type UsageTotals,
  type UserMessage,
} from "../llm/index.ts";
import { formatMemory, type MemoryPart } from "./memory-format.ts";
import { RecentList } from "./recent-list.ts";

/** A call of a tool that has an outcome. */
export interface ToolExecution {
  readonly run: string;
  readonly turn: number;
  readonly tool: string;
  /** As the model wrote it. */
  readonly input: unknown;
  /** `ok`, or the code of its failure. */
  readonly outcome: string;
  readonly durationMs: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A step of reasoning. */
export interface TraceStep {
  readonly type: "think" | "act" | "observe" | "answer";
  readonly run: string;
  readonly turn: number;
  /** What was thought, answered, or went wrong. */
  readonly text?: string;
  readonly tool?: string;
  readonly input?: unknown;
  /** Of what was observed: `ok`, or the code of the failure. */
  readonly outcome?: string;
}

/** What stands for the oldest messages, which models are not shown any more. */
export interface MemorySummary {
  readonly text: string;
  /** The places of the messages that it stands for: from … up to, not including. */
  readonly from: number;
  readonly to: number;
  /** Who summed up, and where. */
  readonly run: string;
}

/** The turn that has not ended yet. */
export interface OpenTurn {
  readonly turn: number;
  readonly reply: AssistantMessage;
  /** Whether the reply is the answer. */
  readonly answers: boolean;
  /** By place of the call, from 1 on. */
  readonly results: ReadonlyMap<number, ToolMessage>;
}

/** The run that a message is being handled in. */
export interface OpenRun {
  readonly id: string;
  /** The place of what was asked, in the conversation. */
  readonly asked: number;
  readonly usage: UsageTotals;
  readonly turns: number;
}

/** The parts of a memory; what is left out of a new one is empty. */
export interface MemoryParts<Context, Fields> {
  readonly messages: RecentList<Message>;
  readonly tools: RecentList<ToolExecution>;
  readonly trace: RecentList<TraceStep>;
  readonly context: Context;
  readonly fields: Fields;
  readonly summary: MemorySummary | undefined;
  /** The place of the first message that models are shown. */
  readonly shownFrom: number;
  readonly usage: UsageTotals;
  readonly runs: number;
  readonly run: OpenRun | undefined;
  readonly turn: OpenTurn | undefined;
  /** Steering messages that the next turn reads. */
  readonly steering: readonly UserMessage[];
}

export interface MemoryStats {
  readonly messages: number;
  /** Of all there were, those that are not kept any more. */
  readonly droppedMessages: number;
  readonly toolExecutions: number;
  readonly failedExecutions: number;
  readonly traceSteps: number;
  /** Problems that were handled. */
  readonly runs: number;
  /** Messages that a summary stands for. */
  readonly summed: number;
  readonly usage: UsageTotals;
}

/**
 * What a reasoning agent remembers: a value that is made of the events of its runs, and never changes. What it holds is shared
 * with the versions before it.
 */
export class ReactMemory<Context = Record<string, unknown>, Fields = Record<string, never>> {
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

  /** What was set by callers, tools and hooks; never pruned with the messages. */
  get context(): Context {
    return this.parts.context;
  }

  /** Of your own, see `fields` of an agent's options. */
  get fields(): Fields {
    return this.parts.fields;
  }

  get summary(): MemorySummary | undefined {
    return this.parts.summary;
  }

  /** The conversation, or the messages of one role in it. */
  messages(filter: { readonly role?: Message["role"] } = {}): Message[] {
    const { messages, turn, steering } = this.parts;
    const all: Message[] = messages.slice();
    if (turn !== undefined) all.push(turn.reply, ...resultsOf(turn));
    all.push(...steering);
    const { role } = filter;
    return role === undefined ? all : all.filter((message) => message.role === role);
  }

  /** Calls of tools that have an outcome, the oldest first. */
  get toolExecutions(): readonly ToolExecution[] {
    return this.parts.tools.slice();
  }

  /** Steps of reasoning, the oldest first. */
  get trace(): readonly TraceStep[] {
    return this.parts.trace.slice();
  }

  /** The steps of one run. */
  traceOf(run: string): TraceStep[] {
    const { trace } = this.parts;
    let first = trace.length;
    while (first > 0 && trace.at(first - 1)?.run === run) first--;
    return first === trace.length ? trace.slice().filter((step) => step.run === run) : trace.slice(first);
  }

  /** As text, for people. */
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
      summed: summary === undefined ? 0 : summary.to - summary.from,
      usage,
    };
  }

  /** The text of the last reply of that run, whether or not it is the answer. */
  lastText(run: string): string {
    const { turn, messages } = this.parts;
    if (turn !== undefined && turn.reply.id.startsWith(run)) return textOf(turn.reply);
    for (let index = messages.length - 1; index >= 0; index--) {
      const message = messages.at(index);
      if (message?.role === "assistant" && textOf(message) !== "") return textOf(message);
      if (message !== undefined && messages.dropped + index === this.parts.run?.asked) return "";
    }
    return "";
  }

  with(changed: Partial<MemoryParts<Context, Fields>>): ReactMemory<Context, Fields> {
    return new ReactMemory({ ...this.parts, ...changed });
  }
}

/** In the order of the calls, whichever came first. */
export function resultsOf({ results }: OpenTurn): ToolMessage[] {
  if (results.size <= 1) return [...results.values()];
  return [...results].sort(([a], [b]) => a - b).map(([, message]) => message);
}
