import type { EventEnvelope, HeadChange, MessageKey } from "../../base/index.ts";
import { streamOf } from "../../engine/index.ts";
import type { AgentAbout, MemoryEventData } from "./memory-events.ts";

/** The kind of an agent's head. */
export const AGENT = "agent";

/** The stream of an agent's memory. */
export function agentStream({ name, id }: MessageKey): string {
  return streamOf("agent", name, id);
}

/** Says in a journal that there is an agent. It never ends. */
export function agentHead({ name, id }: MessageKey): HeadChange {
  const about: AgentAbout = { name, id };
  return { stream: agentStream({ name, id }), kind: AGENT, state: "known", about };
}

export function memoryEvent<Type extends keyof MemoryEventData>(
  stream: string,
  at: number,
  run: string | undefined,
  type: Type,
  data: MemoryEventData[Type],
): EventEnvelope<Type, MemoryEventData[Type]> {
  return { v: 1, stream, seq: 0, at, run: run ?? stream, key: "", type, data };
}
