// Real conversations of an airline's support agent with its customers, as they were recorded. They are no part of the project:
// where they are absent, nothing is proved.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A message as OpenAI's chat interface has it. */
export interface RecordedMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | null;
  readonly tool_calls?: readonly RecordedCall[] | null;
  readonly tool_call_id?: string;
  readonly name?: string;
}

export interface RecordedCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface AirlineRecord {
  /** The id of the agent that repeats it. */
  readonly id: string;
  /** What the system says. */
  readonly policy: string;
  /** All that follows. */
  readonly messages: readonly RecordedMessage[];
}

/** A tool as the model saw it. */
export interface RecordedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a user said, and how often the model was asked until the user spoke again. */
export interface Exchange {
  readonly user: string;
  readonly replies: number;
}

const folder = join(import.meta.dirname, "../../../shared/data/tau-airline");

export const hasRecords: boolean = existsSync(folder);

/** Told where there is nothing to test with. */
export const missing: string =
  `airline: there are no recorded runs in ${join("..", "shared", "data", "tau-airline")}: ` +
  `NOTHING WAS PROVED about histories, kills, replays and forks of recorded runs`;

export function airlineRecords(): AirlineRecord[] {
  const lines = gunzipSync(readFileSync(join(folder, "trajectories.jsonl.gz")))
    .toString()
    .trimEnd()
    .split("\n");
  return lines.map((line, index) => {
    const { messages } = JSON.parse(line) as { readonly messages: readonly RecordedMessage[] };
    const [system, ...rest] = messages;
    if (system?.role !== "system" || system.content === null) throw new Error(`record ${index} has no policy`);
    return { id: String(index), policy: system.content, messages: rest };
  });
}

export function recordedTools(): RecordedTool[] {
  const tools = JSON.parse(readFileSync(join(folder, "tools.json"), "utf8")) as { readonly function: RecordedTool }[];
  return tools.map((tool) => tool.function);
}

/** The id of a new agent that begins as a copy of that of the record. */
export function forkOf(record: string, nth: number): string {
  return `${record}~${nth}`;
}

/** The id of the record that an agent repeats, forked or not. */
export function recordOf(agent: string): string {
  return agent.replace(/~.*/, "");
}

/** A run for each thing that a user says. */
export function exchangesOf({ messages }: AirlineRecord): Exchange[] {
  const exchanges: { user: string; replies: number }[] = [];
  for (const { role, content } of messages) {
    if (role === "user") exchanges.push({ user: content ?? "", replies: 0 });
    else if (role === "assistant") (exchanges.at(-1) as { replies: number }).replies++;
  }
  return exchanges;
}
