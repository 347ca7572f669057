import { AitorError, type MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { AgentBehaviour, MemoryRules } from "../definition/agent-behaviour.ts";
import { agentStream } from "../definition/agent-stream.ts";
import { checkKept } from "./kept-history.ts";
import type { MemoryEvent } from "../definition/memory-events.ts";
import { readUndamaged } from "./memory-reading.ts";

/** One change of an agent's memory. */
export interface MemoryCommit {
  /** The number of the commit. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run whose handler changed the memory; absent if the change came from outside. */
  readonly run: string | undefined;
  readonly what: MemoryEvent["type"];
  /** The places in memory that changed. Empty for a fold, or if memory changed as a whole. */
  readonly paths: readonly string[];
}

/** Returns the changes of an agent's memory, the oldest first. Needs no code of the agent. */
export async function* memoryCommits(journal: Journal, key: MessageKey): AsyncGenerator<MemoryCommit, void, undefined> {
  const stream = agentStream(key);
  for await (const event of journal.read(stream)) {
    const { seq, at, run, type, data } = event as MemoryEvent;
    const patches = "patches" in data ? data.patches : [];
    const paths = patches.map(({ path }) => path.join(".")).filter((path) => path !== "");
    yield { seq, at, run: run === stream ? undefined : run, what: type, paths };
  }
}

/**
 * Returns memory as it was at a commit, or as it is now, in its recorded form: that of the codec if there is one.
 *
 * @param behaviour The agent's code. Memory that is a fold cannot be read without it. @default none
 * @throws AitorError (rejects with) `memory-folded`, `history-not-kept`; errors of reading, decoding or migrating.
 */
export async function recordedMemory(
  journal: Journal,
  key: MessageKey,
  { at, behaviour }: { readonly at?: number | undefined; readonly behaviour?: AgentBehaviour | undefined } = {},
): Promise<unknown> {
  const rules = behaviour?.memory ?? withoutCode(key);
  const upTo = at === undefined ? {} : { upTo: at };
  const how = { rules, withoutCode: behaviour === undefined, ...upTo };
  const read = await readUndamaged({ journal, stream: agentStream(key), ...how });
  if (at !== undefined) await checkKept(journal, key, at, `commit ${at}`);
  if (behaviour === undefined && read.runs.length > 0) throw needsCodeError(key);
  const { codec } = rules;
  return codec === undefined ? read.committed : codec.encode(read.committed);
}

/** Reads what is on record as it is. */
function withoutCode({ name }: MessageKey): MemoryRules {
  return {
    agent: name,
    version: "",
    initial: () => undefined,
    fold: undefined,
    schema: undefined,
    migrate: undefined,
    codec: undefined,
  };
}

function needsCodeError({ name, id }: MessageKey): AitorError<"memory-folded"> {
  return new AitorError({
    code: "memory-folded",
    message: `the memory of ${name} "${id}" is a fold of its runs' events`,
    expected: "the module that defines the agent, whose apply function makes memory of them",
    got: "none",
    fix: "name it in place of the agent: aitor memory <module[#export]> <id>",
  });
}
