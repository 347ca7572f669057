import type { PromptAssistant, PromptFile, PromptMessage, PromptTool } from "../format/prompt.ts";
import type { FamilyName } from "../format/prompt-family.ts";

/*
 * Returns what a provider would refuse in a prompt. This code shares no code and no table with the code that makes prompts,
 * so that neither repeats the other's mistakes. The rules are written down again, from the providers' own error messages.
 */

interface Rules {
  readonly systems: "one, first" | "first" | "anywhere";
  /** No two neighbours of one role. */
  readonly turns: boolean;
  /** It begins with the user and ends with the user or results. */
  readonly frames: boolean;
  readonly ids: RegExp;
  /** What reasoning must carry in `providerOptions`: one of these paths. */
  readonly reasoning: readonly (readonly [provider: string, field: string])[];
  /** Which files may stand in the assistant's messages: Google reads them, but not by address. */
  readonly answered: "any" | "bytes" | "none";
}

const OPEN: Rules = {
  systems: "one, first",
  turns: true,
  frames: true,
  ids: /^[\w-]{1,40}$/,
  reasoning: [],
  answered: "any",
};

const RULES: Readonly<Record<FamilyName, Rules>> = {
  generic: OPEN,
  mistral: { ...OPEN, ids: /^[a-zA-Z0-9]{9}$/, answered: "none" },
  google: { ...OPEN, systems: "first", answered: "bytes" },
  anthropic: {
    systems: "first",
    turns: true,
    frames: true,
    ids: /^[a-zA-Z0-9_-]{1,64}$/,
    reasoning: [
      ["anthropic", "signature"],
      ["anthropic", "redactedData"],
    ],
    answered: "none",
  },
  openai: {
    systems: "anywhere",
    turns: false,
    frames: false,
    ids: /^[\w-]{1,40}$/,
    reasoning: [
      ["openai", "itemId"],
      ["azure", "itemId"],
    ],
    answered: "none",
  },
};

/** Returns each place where a prompt is not legal for providers of a family; an empty array if it is legal. */
export function promptFaults(prompt: readonly PromptMessage[], family: FamilyName): string[] {
  const rules = RULES[family];
  return [
    ...orderFaults(prompt, rules),
    ...contentFaults(prompt, rules),
    ...fileFaults(prompt, rules),
    ...callFaults(prompt, rules),
  ];
}

function* orderFaults(prompt: readonly PromptMessage[], rules: Rules): Generator<string> {
  const talk = prompt.filter(({ role }) => role !== "system");
  if (talk.length === 0) yield "there is no message but the system's";
  const firstTalk = prompt.findIndex(({ role }) => role !== "system");
  const systems = prompt.flatMap(({ role }, index) => (role === "system" ? [index] : []));
  if (rules.systems !== "anywhere") {
    for (const index of systems) if (index > firstTalk && firstTalk >= 0) yield `[${index}]: a system message inside`;
  }
  if (rules.systems === "one, first" && systems.length > 1) yield `${systems.length} system messages`;
  if (rules.turns) {
    for (const [index, entry] of prompt.entries()) {
      const before = prompt[index - 1];
      if (before?.role === entry.role && entry.role !== "system") yield `[${index}]: ${entry.role} after ${entry.role}`;
    }
  }
  if (rules.frames) {
    if (talk[0] !== undefined && talk[0].role !== "user") yield `it begins with ${talk[0].role}`;
    if (talk.at(-1)?.role === "assistant") yield "it ends with the assistant";
  }
}

function* contentFaults(prompt: readonly PromptMessage[], rules: Rules): Generator<string> {
  for (const [index, entry] of prompt.entries()) {
    if (entry.role === "system") {
      if (entry.content.trim() === "") yield `[${index}]: an empty system message`;
      if (!entry.content.isWellFormed()) yield `[${index}]: half a character`;
      continue;
    }
    if (entry.content.length === 0) yield `[${index}]: no content`;
    for (const [at, part] of entry.content.entries()) {
      const place = `[${index}].content[${at}]`;
      if (part.type === "text" && part.text.trim() === "") yield `${place}: an empty text`;
      if ("text" in part && !part.text.isWellFormed()) yield `${place}: half a character`;
      if (part.type === "reasoning" && rules.reasoning.length > 0) {
        const signed = rules.reasoning.some(
          ([name, field]) => typeof part.providerOptions?.[name]?.[field] === "string",
        );
        if (!signed) yield `${place}: reasoning without its signature`;
      }
    }
    if (entry.content.at(-1)?.type === "reasoning") yield `[${index}]: reasoning that nothing follows`;
  }
}

function* fileFaults(prompt: readonly PromptMessage[], { answered }: Rules): Generator<string> {
  for (const [index, entry] of prompt.entries()) {
    if (entry.role === "system") continue;
    for (const [at, part] of entry.content.entries()) {
      const place = `[${index}].content[${at}]`;
      if (part.type === "file") {
        if (isHollow(part)) yield `${place}: a file without bytes`;
        if (!`${part.mediaType}${part.filename}`.isWellFormed())
          yield `${place}: half a character in a file's name or type`;
        if (entry.role !== "assistant" || answered === "any") continue;
        if (answered === "bytes" && part.data.type !== "url") continue;
        yield `${place}: a file of the assistant's, by ${part.data.type}`;
      } else if (part.type === "tool-result" && part.output.type === "content") {
        if (part.output.value.some((inner) => inner.type === "file" && isHollow(inner)))
          yield `${place}: a file without bytes in a result`;
      }
    }
  }
}

function isHollow({ data }: PromptFile): boolean {
  if (data.type === "blob") return data.blob.size === 0;
  return data.type === "data" && (typeof data.data === "string" ? data.data.trim() : data.data).length === 0;
}

function* callFaults(prompt: readonly PromptMessage[], rules: Rules): Generator<string> {
  const seen = new Set<string>();
  for (const [index, entry] of prompt.entries()) {
    if (entry.role === "tool" && prompt[index - 1]?.role !== "assistant") yield `[${index}]: results behind no calls`;
    if (entry.role !== "assistant") continue;
    for (const part of entry.content) {
      if (part.type !== "tool-call") continue;
      const { toolCallId: id, toolName, input } = part;
      if (seen.has(id)) yield `[${index}]: the id ${id} was used before`;
      seen.add(id);
      if (!rules.ids.test(id)) yield `[${index}]: the id ${id}`;
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(toolName)) yield `[${index}]: the tool's name ${toolName}`;
      if (typeof input !== "object" || input === null || Array.isArray(input))
        yield `[${index}]: an input that is no object`;
      if (holdsHalf(input)) yield `[${index}]: half a character in an input`;
    }
    yield* answerFaults(entry, prompt[index + 1], index);
  }
}

function* answerFaults(entry: PromptAssistant, next: PromptMessage | undefined, index: number): Generator<string> {
  const calls = entry.content.filter((part) => part.type === "tool-call");
  const inner = entry.content.filter((part) => part.type === "tool-result").map(({ toolCallId }) => toolCallId);
  const remote = calls.filter(({ providerExecuted }) => providerExecuted === true).map(({ toolCallId }) => toolCallId);
  if (remote.toSorted().join() !== inner.toSorted().join())
    yield `[${index}]: the provider's own calls ${remote.join()} have the results ${inner.join()}`;
  const own = calls.filter(({ providerExecuted }) => providerExecuted !== true);
  const tool: PromptTool | undefined = next?.role === "tool" ? next : undefined;
  const asked = own.map(({ toolCallId, toolName }) => `${toolCallId} ${toolName}`).join();
  const answered = (tool?.content ?? []).map(({ toolCallId, toolName }) => `${toolCallId} ${toolName}`).join();
  if (asked !== answered) yield `[${index}]: the calls "${asked}" are followed by the results "${answered}"`;
  for (const { output } of tool?.content ?? []) {
    if (output.type === "content" && output.value.length === 0) yield `[${index + 1}]: a result without content`;
    if (holdsHalf(output)) yield `[${index + 1}]: half a character in a result`;
  }
}

/** Whether there is half a character in a text or a name of a value. */
function holdsHalf(value: unknown): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof URL) return false;
  return Object.entries(value).some(([name, inner]) => !name.isWellFormed() || holdsHalf(inner));
}
