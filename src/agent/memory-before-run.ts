import type { MessageKey } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { AgentBehaviour } from "./agent-behaviour.ts";
import { agentStream } from "./agent-stream.ts";
import { loadDrafts } from "./drafts.ts";
import { readUndamaged } from "./memory-reading.ts";

/** An agent's memory as it was before a run of it, as the codec writes it. */
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

/** The same as code sees it. */
export async function memoryBefore(
  journal: Journal,
  { memory: rules }: Pick<AgentBehaviour, "memory">,
  key: MessageKey,
  run: string,
): Promise<unknown> {
  await loadDrafts();
  const stream = agentStream(key);
  let upTo = 0;
  for await (const event of journal.read(stream)) {
    if (event.run === run) break;
    upTo = event.seq;
  }
  return (await readUndamaged({ journal, stream, rules, upTo })).committed;
}
