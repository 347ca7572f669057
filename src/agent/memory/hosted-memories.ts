import type { MessageKey } from "../../base/index.ts";
import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import type { MemoryFile } from "./memory-file.ts";

/** Reads and changes memories from outside. A change takes its turn among the agent's messages. */
export interface HostedMemories {
  read(behaviour: AgentBehaviour, key: MessageKey): Promise<unknown>;
  /** @returns The memory afterwards. */
  update(behaviour: AgentBehaviour, key: MessageKey, change: (draft: never) => unknown): Promise<unknown>;
  exportMemory(behaviour: AgentBehaviour, key: MessageKey): Promise<MemoryFile>;
  importMemory(behaviour: AgentBehaviour, key: MessageKey, file: unknown): Promise<void>;
  /** @throws AitorError (rejects with) `agent-exists`, `commit-unknown`, `history-not-kept`. */
  fork(behaviour: AgentBehaviour, from: MessageKey, as: MessageKey, at: number | undefined): Promise<void>;
}
