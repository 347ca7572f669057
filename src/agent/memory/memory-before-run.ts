import type { MessageKey } from "../../base/index.ts";
import { endsRun } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import { agentStream } from "../definition/agent-stream.ts";
import { checkKept } from "./kept-history.ts";
import { loadDrafts } from "./drafts.ts";
import { readUndamaged } from "./memory-reading.ts";

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
  await loadDrafts();
  const upTo = await lastBefore(journal, key, run);
  const { committed } = await readUndamaged({ journal, stream: agentStream(key), rules, upTo });
  await checkKept(journal, key, upTo, `the memory before ${run}`);
  return committed;
}

/** The `seq` of the last change of an agent's memory before a run; 0 where there is none. */
async function lastBefore(journal: Journal, key: MessageKey, run: string): Promise<number> {
  const changes: number[] = [];
  for await (const event of journal.read(agentStream(key))) {
    if (event.run === run) return changes.at(-1) ?? 0;
    changes.push(event.seq);
  }
  // It changed nothing, or its changes are not kept any more.
  const end = await endOf(journal, run);
  return changes.findLast((seq) => seq < end) ?? 0;
}

async function endOf(journal: Journal, run: string): Promise<number> {
  for await (const { type, seq } of journal.read(run)) if (endsRun(type)) return seq;
  return Infinity;
}
