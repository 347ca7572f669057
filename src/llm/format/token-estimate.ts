import { loaded } from "../../base/index.ts";
import { jsonText } from "./json-text.ts";
import { type AssistantPart, type Message, requireMessage } from "./message.ts";
import type { ToolSpec } from "./provider.ts";

/** What an image or a file counts: most providers take between 500 and 2,000 tokens for an image. */
const FILE_TOKENS = 1_500;
/** What a message adds by being one. */
const MESSAGE_TOKENS = 4;

export type TokenCounter = (text: string) => number;

const messages = new WeakMap<Message, number>();
const lists = new WeakMap<object, number>();

/** Loads the estimator; it is off by some 10 % for prose and more for code. */
export async function tokenCounter(): Promise<TokenCounter> {
  const { estimateTokenCount } = await loaded(import("tokenx"));
  return estimateTokenCount;
}

/** Tokens of a message, by estimate: of each message once. */
export async function messageTokens(): Promise<(message: Message) => number> {
  const count = await tokenCounter();
  return (message) => countMessage(count, message);
}

/** Tokens of a prompt, by estimate. Each message is counted once. */
export function estimateInput(
  count: TokenCounter,
  history: readonly Message[],
  tools: readonly ToolSpec[] | undefined,
  output: object | undefined,
): number {
  let sum = countHistory(count, history);
  if (tools !== undefined && tools.length > 0) sum += countOwned(count, tools);
  return output === undefined ? sum : sum + countOwned(count, output);
}

interface Counted {
  readonly length: number;
  readonly last: Message | undefined;
  readonly tokens: number;
}

const histories = new WeakMap<readonly Message[], Counted>();

/** Of a list that was counted before, and has only grown since, what is new. */
function countHistory(count: TokenCounter, history: readonly Message[]): number {
  const known = histories.get(history);
  const isGrown = known !== undefined && history[known.length - 1] === known.last;
  let { length, tokens } = isGrown ? known : { length: 0, tokens: 0 };
  for (; length < history.length; length++) tokens += countMessage(count, history[length] as Message);
  histories.set(history, { length, last: history[length - 1], tokens });
  return tokens;
}

function countMessage(count: TokenCounter, message: Message): number {
  let tokens = messages.get(message);
  if (tokens === undefined) {
    requireMessage(message);
    tokens = MESSAGE_TOKENS;
    if (message.role === "system") tokens += count(message.text);
    else for (const part of message.parts) tokens += countPart(count, part);
    messages.set(message, tokens);
  }
  return tokens;
}

function countPart(count: TokenCounter, part: AssistantPart): number {
  switch (part.type) {
    case "text":
    case "reasoning":
      return count(part.text);
    case "file":
      return FILE_TOKENS;
    case "tool-call":
      return count(part.name) + count(jsonText(part.input, `the input of a call of "${part.name}"`));
    case "tool-result": {
      const { output } = part;
      if (output.type === "text") return count(output.text);
      if (output.type !== "parts") return count(jsonText(output, `a result of "${part.name}"`));
      return output.parts.reduce((sum, each) => sum + countPart(count, each), 0);
    }
    case "opaque":
      return MESSAGE_TOKENS;
  }
}

function countOwned(count: TokenCounter, value: object): number {
  let tokens = lists.get(value);
  if (tokens === undefined) {
    tokens = count(jsonText(value, "what tools or an output are said to be"));
    lists.set(value, tokens);
  }
  return tokens;
}
