import {
  atLeast,
  type Clock,
  clockOf,
  type Duration,
  flag,
  invalidOption,
  invalidOptionGot,
  listOf,
  milliseconds,
  optionsOf,
} from "../base/index.ts";
import {
  type FamilyName,
  type FinishReason,
  type LLMProvider,
  type Price,
  type ProviderCall,
  type ProviderEvent,
  type SettingName,
  type TakesFile,
  type Usage,
  wait,
} from "../llm/index.ts";
import { faultError, type MockFault } from "./mock-fault.ts";

/** The answer of a scripted model: a text, or an object that says what it does. */
export type MockReply = string | MockAnswer;

export interface MockAnswer {
  readonly reasoning?: string;
  readonly text?: string;
  /** A value that is written as the text, as JSON. */
  readonly object?: unknown;
  readonly toolCalls?: readonly MockCall[];
  /** Why the answer ends. @default `"tool-calls"` with calls, else `"stop"` */
  readonly finishReason?: FinishReason;
  /** The tokens used. `"unknown"`: the model does not say. @default 1 token for 4 characters */
  readonly usage?: Usage | "unknown";
  /** Time before the first token. @default the provider's */
  readonly latency?: Duration;
  /** Time between pieces. @default none */
  readonly pause?: Duration;
  /** What goes wrong, and where. @default nothing */
  readonly fault?: MockFault;
  /** Headers of the response, such as limits. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

interface MockCall {
  readonly name: string;
  /** The arguments, which are written as JSON. */
  readonly input: unknown;
  readonly id?: string;
}

/** The script. The answers of a list are given in order, and then the last one for ever. A function is called for each request. */
export type MockScript =
  | readonly MockReply[]
  | ((call: ProviderCall, number: number) => MockReply | Promise<MockReply>);

export interface MockOptions {
  /** The provider's name. @default "mock" */
  readonly provider?: string;
  /** The model's name. @default "scripted" */
  readonly model?: string;
  /** The family whose demands on prompts the model has. @default "generic" */
  readonly family?: FamilyName;
  /** The settings that the model takes. @default all */
  readonly takes?: readonly SettingName[];
  /** Decides whether the model takes files of a kind. @default the family's */
  readonly takesFile?: TakesFile;
  /** Whether the model can itself answer with an object that fits a JSON Schema. @default the family's */
  readonly nativeOutput?: boolean;
  /** Whether the model takes tools. @default true */
  readonly toolCalls?: boolean;
  /** The price. `"listed"` looks it up in the price data, by `provider` and `model`. @default not known */
  readonly price?: Price | "listed";
  /** The size of the context window in tokens. @default not known */
  readonly contextWindow?: number;
  /** The number of tokens that the model can write in one call. The manager asks for no more. @default not known */
  readonly maxOutputTokens?: number;
  /** The number of characters in a piece, at least 1. @default 8 */
  readonly chunk?: number;
  /** Time before the first token. @default none */
  readonly latency?: Duration;
  /** The clock for latencies and pauses. @default the system's */
  readonly clock?: Clock;
}

const KNOWN = [
  "provider",
  "model",
  "family",
  "takes",
  "takesFile",
  "nativeOutput",
  "toolCalls",
  "price",
  "contextWindow",
  "maxOutputTokens",
  "chunk",
  "latency",
  "clock",
] satisfies (keyof MockOptions)[];

const ANSWER = [
  "reasoning",
  "text",
  "object",
  "toolCalls",
  "finishReason",
  "usage",
  "latency",
  "pause",
  "fault",
  "headers",
] satisfies (keyof MockAnswer)[];

/**
 * A model that answers as it is told, piece by piece, and fails where it is told to. It counts one token for 4 characters, and
 * writes no more than `maxOutputTokens`.
 */
export class MockProvider implements LLMProvider {
  readonly provider: string;
  readonly model: string;
  readonly family: FamilyName;
  readonly takes?: readonly SettingName[];
  readonly takesFile?: TakesFile;
  readonly nativeOutput?: boolean;
  readonly toolCalls?: boolean;
  readonly price?: Price | "listed";
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  /** The requests that it got, in order. */
  readonly calls: ProviderCall[] = [];
  /** The number of requests at the same time: now, and at most. */
  readonly inFlight: { now: number; most: number } = { now: 0, most: 0 };
  readonly #script: MockScript;
  readonly #chunk: number;
  readonly #latency: number;
  readonly #clock: Clock;

  /** @throws AitorError `invalid-option`, `invalid-duration`. */
  constructor(script: MockScript, options: MockOptions = {}) {
    optionsOf(options, KNOWN, "an option of a mock");
    const { provider = "mock", model = "scripted", family = "generic", chunk = 8, latency = 0 } = options;
    this.provider = provider;
    this.model = model;
    this.family = family;
    if (options.takes !== undefined) this.takes = options.takes;
    if (options.takesFile !== undefined) this.takesFile = options.takesFile;
    if (options.nativeOutput !== undefined) this.nativeOutput = flag(options.nativeOutput, "nativeOutput of a mock");
    if (options.toolCalls !== undefined) this.toolCalls = flag(options.toolCalls, "toolCalls of a mock");
    if (options.price !== undefined) this.price = options.price;
    if (options.contextWindow !== undefined) this.contextWindow = options.contextWindow;
    if (options.maxOutputTokens !== undefined) this.maxOutputTokens = options.maxOutputTokens;
    this.#script = typeof script === "function" ? script : listOf(script, "the answers of a mock");
    this.#chunk = atLeast(1, chunk, "chunk of a mock");
    this.#latency = milliseconds(latency, "latency of a mock");
    this.#clock = clockOf(options.clock, "clock of a mock");
  }

  async *stream(call: ProviderCall): AsyncGenerator<ProviderEvent, void> {
    const number = this.calls.push(call);
    this.inFlight.now++;
    this.inFlight.most = Math.max(this.inFlight.most, this.inFlight.now);
    try {
      const answer = await this.#answer(call, number);
      yield* this.#pieces(answer, call, number);
    } finally {
      this.inFlight.now--;
    }
  }

  async #answer(call: ProviderCall, number: number): Promise<MockAnswer> {
    const script = this.#script;
    const reply =
      typeof script === "function" ? await script(call, number) : (script[number - 1] ?? script.at(-1) ?? "");
    return typeof reply === "string" ? { text: reply } : optionsOf(reply, ANSWER, "an answer of a mock");
  }

  async *#pieces(answer: MockAnswer, call: ProviderCall, number: number): AsyncGenerator<ProviderEvent, void> {
    const { reasoning = "", toolCalls = [], fault, headers } = answer;
    const most = call.maxOutputTokens ?? Infinity;
    const whole = answer.object === undefined ? (answer.text ?? "") : JSON.stringify(answer.object);
    const text = whole.slice(0, endOf(whole, most * CHARACTERS));
    const pause = milliseconds(answer.pause ?? 0, "pause of a mock");
    const inputs = toolCalls.map(inputOf);
    happens(fault, text, toolCalls.length);
    await this.#wait(milliseconds(answer.latency ?? this.#latency, "latency of a mock"), call.abortSignal);
    if (await this.#fault(fault, "start", call)) return;
    if (headers !== undefined) yield { type: "response", headers };
    for (const piece of pieces(reasoning, this.#chunk)) {
      yield { type: "reasoning-delta", text: piece };
      await this.#wait(pause, call.abortSignal);
    }
    const parts = fault?.at === "text" ? halves(text, this.#chunk) : pieces(text, this.#chunk);
    for (const [index, piece] of parts.entries()) {
      if (index === parts.length >> 1 && (await this.#fault(fault, "text", call))) return;
      yield { type: "text-delta", text: piece };
      await this.#wait(pause, call.abortSignal);
    }
    for (const [index, { name, id = `call_${number}_${index + 1}` }] of toolCalls.entries()) {
      const json = inputs[index] as string;
      const written = pieces(json, this.#chunk);
      for (const [at, piece] of written.entries()) {
        const last = index === toolCalls.length - 1 && at === written.length >> 1;
        if (last && (await this.#fault(fault, "tool-call", call))) return;
        yield { type: "tool-call-delta", id, name, text: piece };
        await this.#wait(pause, call.abortSignal);
      }
      yield { type: "tool-call", id, name, input: json };
    }
    if (await this.#fault(fault, "end", call)) return;
    const written = reasoning.length + text.length + JSON.stringify(toolCalls).length;
    const tokens = (characters: number): number => Math.ceil(characters / CHARACTERS);
    const counted = { inputTokens: tokens(JSON.stringify(call.prompt).length), outputTokens: tokens(written) };
    const { usage = counted } = answer;
    const ended = toolCalls.length > 0 ? "tool-calls" : "stop";
    yield {
      type: "finish",
      reason: answer.finishReason ?? (text === whole ? ended : "length"),
      ...(usage !== "unknown" && { usage: within(usage, most) }),
    };
    await this.#fault(fault, "finish", call);
  }

  /** @returns Whether the stream ends here. */
  async #fault(fault: MockFault | undefined, at: MockFault["at"], { abortSignal }: ProviderCall): Promise<boolean> {
    if (fault === undefined || fault.at !== at) return false;
    if (fault.kind === "truncated") return true;
    if (fault.kind !== "hang") throw faultError(fault);
    return await new Promise((_, reject) => {
      if (fault.deaf === true) return;
      abortSignal.throwIfAborted();
      abortSignal.addEventListener("abort", () => reject(abortSignal.reason), { once: true });
    });
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (ms > 0) await wait(this.#clock, ms, signal);
  }
}

/** The number of characters of a token. */
const CHARACTERS = 4;

/** No model writes more than it may. */
function within(usage: Usage, most: number): Usage {
  const { outputTokens } = usage;
  return outputTokens === undefined || outputTokens <= most ? usage : { ...usage, outputTokens: most };
}

/** @throws AitorError `invalid-option` if the answer lacks what the fault occurs in. A test of the fault would pass without it. */
function happens(fault: MockFault | undefined, text: string, calls: number): void {
  const lacks = (fault?.at === "text" && text === "") || (fault?.at === "tool-call" && calls === 0);
  if (!lacks) return;
  const has = fault.at === "text" ? "a text" : "a call of a tool";
  throw invalidOptionGot("fault of a mock's answer", `${has} for a fault at "${fault.at}"`, "an answer without one");
}

/** Returns the arguments as the model writes them. @throws AitorError `invalid-option`. */
function inputOf({ input }: MockCall): string {
  const json: unknown = JSON.stringify(input);
  if (typeof json === "string") return json;
  throw invalidOption("input of a call of a mock's answer", "a JSON value, such as {}", input);
}

/** Returns at least two pieces, so that even a short text has a middle. */
function halves(text: string, size: number): string[] {
  return pieces(text, text.length > size ? size : Math.max(1, text.length >> 1));
}

function pieces(text: string, size: number): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; at += (list.at(-1) as string).length) {
    list.push(text.slice(at, endOf(text, at + size)));
  }
  return list;
}

/** Returns `at`, or one further if a character would be cut in two: models write whole characters. */
function endOf(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at + 1 : at;
}
