import type { MessageKey } from "../../base/index.ts";
import { endsRun } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { AgentBehaviour, MemoryRules } from "../definition/agent-behaviour.ts";
import type { RawMemory } from "./current-memory.ts";
import type { MemoryEvent } from "../definition/memory-events.ts";
import { agentStream } from "../definition/agent-stream.ts";
import { checkKept } from "./kept-history.ts";
import { type ReadMemory, readUndamaged } from "./memory-reading.ts";

/** An agent's memory as it was before a run of it, as the codec writes it. @throws AitorError (rejects with) `history-not-kept`. */
export async function memoryBeforeRun(
  journal: Journal,
  behaviour: Pick<AgentBehaviour, "memory">,
  key: MessageKey,
  run: string,
): Promise<unknown> {
  const { codec } = behaviour.memory;
  const memory = await memoryBefore(journal, behaviour, key, run);
  return codec === undefined ? memory : codec.encode(memory);
}

/** The same as code sees it. @throws AitorError (rejects with) `history-not-kept`. */
export async function memoryBefore(
  journal: Journal,
  { memory: rules }: Pick<AgentBehaviour, "memory">,
  key: MessageKey,
  run: string,
): Promise<unknown> {
  const upTo = await lastBefore(journal, key, run);
  const { committed } = await readBefore(journal, rules, key, run, upTo);
  return committed;
}

/** Memory at a point of a run that is forked there. */
interface MemoryWithinRun {
  /** As it was before the run, in the shape that the changes are made to. */
  readonly before: RawMemory;
  /** What is on record of it from there up to the point. */
  readonly changes: readonly MemoryEvent[];
}

/** @param point A `seq` of the run. @throws AitorError (rejects with) `history-not-kept`. */
export async function memoryWithinRun(
  journal: Journal,
  { memory: rules }: Pick<AgentBehaviour, "memory">,
  key: MessageKey,
  run: string,
  point: number,
): Promise<MemoryWithinRun> {
  const upTo = await lastBefore(journal, key, run);
  const changes: MemoryEvent[] = [];
  for await (const event of journal.read(agentStream(key), upTo + 1)) {
    if (event.seq <= point) changes.push(event as MemoryEvent);
  }
  const { committed, raw } = await readBefore(journal, rules, key, run, upTo);
  const { codec, fold, version } = rules;
  if (fold === undefined && raw !== undefined) return { before: raw, changes };
  return { before: { version, value: codec === undefined ? committed : codec.encode(committed) }, changes };
}

/** @param upTo A `seq` before the first change that the run made, and behind all before. */
async function readBefore(
  journal: Journal,
  rules: MemoryRules,
  key: MessageKey,
  run: string,
  upTo: number,
): Promise<ReadMemory> {
  const read = await readUndamaged({ journal, stream: agentStream(key), rules, upTo });
  await checkKept(journal, key, upTo, `the memory before ${run}`);
  return read;
}

/** The last `seq` before the first change that a run made; before its end, where none is on record. */
async function lastBefore(journal: Journal, key: MessageKey, run: string): Promise<number> {
  for await (const event of journal.read(agentStream(key))) if (event.run === run) return event.seq - 1;
  // It changed nothing, or its changes are not kept any more.
  for await (const { type, seq } of journal.read(run)) if (endsRun(type)) return seq - 1;
  return Number.MAX_SAFE_INTEGER;
}
