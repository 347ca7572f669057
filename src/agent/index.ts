export type { AgentBlobs } from "./agent-blobs.ts";
export type { AgentClass } from "./agent-class.ts";
export { agentRef, defineAgent } from "./agent-definition.ts";
export type { AgentDefinition } from "./agent-definition.ts";
export type { AgentEvent } from "./agent-events.ts";
export type { AgentInfo } from "./agent-list.ts";
export type {
  AgentContext,
  AgentOptions,
  Draft,
  Fold,
  HandledMemory,
  MemoryChange,
  MemoryCodec,
  Snapshot,
} from "./agent-options.ts";
export { Aitor } from "./aitor.ts";
export type { AgentPlace, AskAgentOptions, TellAgentOptions } from "./aitor.ts";
export { AitorHost } from "./aitor-host.ts";
export { AppendList } from "./append-list.ts";
export type { AgentErrorCode } from "./errors.ts";
export type { AgentFailure, AitorHostOptions, HostStats, ShutdownOptions } from "./host-options.ts";
export type { AgentAbout, MemoryEvent, MemoryPatch } from "./memory-events.ts";
export type { MemoryFile } from "./memory-file.ts";
export { behaviourOf } from "./agent-class.ts";
export { listAgents } from "./agent-list.ts";
export { memoryCommits, recordedMemory } from "./recorded-memory.ts";
export type { MemoryCommit } from "./recorded-memory.ts";
export { receiptOf } from "./delegated-message.ts";
export { memoryBeforeRun } from "./memory-before-run.ts";
export { memoryFile } from "./memory-file.ts";
export type { DelegateOptions, Handed } from "./handed.ts";
export type { ReplayDifference, ReplayReport } from "./replay-report.ts";
export type { ForkRunOptions, HostRuns } from "./host-runs.ts";
export type { FollowedEvent, FollowListener, RunFeed } from "./run-followers.ts";
export type { Hosting } from "./hosting.ts";
export type { AgentBehaviour } from "./agent-behaviour.ts";
export type { PendingSignal } from "./pending-signals.ts";
