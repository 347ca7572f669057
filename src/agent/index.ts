export type { AgentBlobs } from "./definition/agent-blobs.ts";
export type { AgentClass } from "./host/agent-class.ts";
export { agentRef, defineAgent } from "./definition/agent-definition.ts";
export type { AgentDefinition } from "./definition/agent-definition.ts";
export type { AgentEvent } from "./definition/agent-events.ts";
export type { AgentInfo } from "./host/agent-list.ts";
export type {
  AgentContext,
  AgentOptions,
  Draft,
  Fold,
  HandledMemory,
  MemoryChange,
  MemoryCodec,
  Snapshot,
} from "./definition/agent-options.ts";
export { Aitor } from "./host/aitor.ts";
export type { AgentPlace, AskAgentOptions, TellAgentOptions } from "./host/aitor.ts";
export { AitorHost } from "./aitor-host.ts";
export { AppendList } from "./definition/append-list.ts";
export type { AgentErrorCode } from "./definition/errors.ts";
export type { AgentFailure, AitorHostOptions, HostStats, ShutdownOptions } from "./host/host-options.ts";
export type { AgentAbout, MemoryEvent, MemoryPatch } from "./definition/memory-events.ts";
/** @internal */
export { TakenInPart } from "./memory/folding.ts";
export type { MemoryFile } from "./memory/memory-file.ts";
/** @internal */
export { behaviourOf } from "./definition/defined-behaviour.ts";
/** @internal */
export { listAgents } from "./host/agent-list.ts";
/** @internal */
export { memoryCommits, recordedMemory } from "./memory/recorded-memory.ts";
export type { MemoryCommit } from "./memory/recorded-memory.ts";
/** @internal */
export { receiptOf } from "./definition/delegated-message.ts";
/** @internal */
export { memoryBeforeRun } from "./memory/memory-before-run.ts";
/** @internal */
export { memoryFile } from "./memory/memory-file.ts";
export type { DelegateOptions, Handed } from "./definition/handed.ts";
export type { ReplayDifference, ReplayReport } from "./definition/replay-report.ts";
export type { ForkRunOptions, HostRuns } from "./definition/host-runs.ts";
export type { FollowedEvent, FollowListener, RunFeed } from "./definition/run-followers.ts";
export type { Hosting } from "./host/hosting.ts";
export type { AgentBehaviour } from "./definition/agent-behaviour.ts";
export type { PendingSignal } from "./definition/pending-signals.ts";
