// The recorded assistant as a model: it gives its next recorded reply, if what it is shown is the recorded conversation up to
// there, message for message; else it fails.
import { isDeepStrictEqual } from "node:util";

import { type Message, promptFaults } from "aitor";
import type { PromptMessage, ProviderCall } from "aitor/llm";
import { type MockAnswer, MockProvider } from "aitor/testing";

import { type DialectName, recordedHistory } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import { type AirlineRecord, recordOf } from "./records.ts";

export interface ModelPlace {
  readonly records: readonly AirlineRecord[];
  readonly dialect: DialectName;
  readonly ledger: Ledger;
  /** Told what went wrong. */
  readonly fault: (text: string) => void;
}

/** What a request says of itself, besides the prompt. */
export interface RequestMark {
  readonly agent: string;
  readonly step: string;
}

export function recordedModel({ records, dialect, ledger, fault }: ModelPlace): MockProvider {
  const known = new Map(records.map((record) => [record.id, { record, history: recordedHistory(record, dialect) }]));
  const answer = (call: ProviderCall): MockAnswer => {
    const { agent, step } = markOf(call);
    const found = known.get(recordOf(agent));
    if (found === undefined) throw new Error(`there is no record of ${agent}`);
    const { record, history } = found;
    const place = call.prompt.filter(({ role }) => role === "assistant").length;
    ledger.ask(agent, step, `reply ${place}`);
    const at = history.flatMap(({ role }, index) => (role === "assistant" ? [index] : []))[place];
    const next = at === undefined ? undefined : history[at];
    const faults = [
      ...promptFaults(call.prompt, "generic"),
      ...differences(call.prompt, record.policy, history.slice(0, at), dialect),
    ];
    if (next?.role !== "assistant") faults.push(`reply ${place + 1} is not recorded`);
    if (faults.length > 0 || next?.role !== "assistant") {
      fault(`agent ${agent}: ${faults.join("; ")}`);
      throw new Error("this request is not recorded");
    }
    return dialect === "json" ? { object: actionOf(next) } : answerOf(next);
  };
  // Pieces of some size, as providers send them.
  return new MockProvider(answer, { chunk: 32 });
}

function markOf({ providerOptions = {} }: ProviderCall): RequestMark {
  const { agent, step } = providerOptions["mock"] ?? {};
  return { agent: String(agent), step: String(step) };
}

type Assistant = Extract<Message, { role: "assistant" }>;

function answerOf({ parts }: Assistant): MockAnswer {
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return { text, toolCalls: parts.filter((part) => part.type === "tool-call") };
}

/** The same, as a model writes it that has no tool calls. */
function actionOf({ parts }: Assistant): Record<string, unknown> {
  const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  const calls = parts.flatMap((part) => (part.type === "tool-call" ? [{ tool: part.name, input: part.input }] : []));
  if (calls.length === 0) return { action: "result", answer: text };
  return { action: "use_tool", ...(text !== "" && { thought: text }), calls };
}

function differences(
  [system, ...shown]: readonly PromptMessage[],
  policy: string,
  history: readonly Message[],
  dialect: DialectName,
): string[] {
  const told = system?.role === "system" ? system.content : "";
  const isTold = dialect === "native" ? told === policy : told.startsWith(`${policy}\n\n`);
  const found = isTold ? [] : ["the model is told something else than the policy"];
  if (shown.length !== history.length) found.push(`it is shown ${shown.length} messages instead of ${history.length}`);
  for (const [index, message] of history.entries()) {
    const entry = shown[index];
    if (entry === undefined || isDeepStrictEqual(plain(entry, dialect), expected(message, dialect))) continue;
    found.push(`message ${index} is ${JSON.stringify(entry)} instead of ${JSON.stringify(message)}`);
  }
  return found;
}

/** A message of a prompt. Ids of calls, which some records use twice, are paired by the checker of legality. */
function plain(entry: PromptMessage, dialect: DialectName): unknown {
  if (entry.role === "system") return entry;
  const content = entry.content.map((part) => {
    if (part.type === "text") return dialect === "json" ? readable(part.text) : part.text;
    if (part.type === "tool-call") return [part.toolName, part.input];
    return part.type === "tool-result" ? [part.toolName, part.output] : part;
  });
  return [entry.role, content];
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function expected(message: Message, dialect: DialectName): unknown {
  if (message.role === "system") return message;
  if (dialect === "json" && message.role === "assistant") return ["assistant", [actionOf(message)]];
  const content = message.parts.map((part) => {
    if (part.type === "text") return dialect === "json" ? readable(part.text) : part.text;
    if (part.type === "tool-call") return [part.name, part.input];
    const text = part.type === "tool-result" && part.output.type === "text" ? part.output.text : "";
    if (part.type !== "tool-result") return part;
    if (dialect === "json") return { tool: part.name, output: text };
    // No provider is sent an empty text.
    return [part.name, { type: "text", value: text === "" ? "(no output)" : text }];
  });
  if (dialect === "json" && message.role === "tool") return ["user", [{ observations: content }]];
  return [message.role, content];
}
