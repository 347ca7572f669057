import { provideRunner } from "../base/index.ts";
import { defaultEngine } from "./embedded-engine.ts";

// What lower floors run on their own, such as a tool that is called without an agent.
provideRunner(defaultEngine);

export { defaultEngine, EmbeddedEngine } from "./embedded-engine.ts";
export type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
export type {
  Answer,
  AskOptions,
  DeadLetter,
  Engine,
  ForkOptions,
  Receipt,
  Recovery,
  RunHandle,
  SendOptions,
  StartOptions,
} from "./engine.ts";
export { isStepError, rebuildFailure, StepError, TerminalError } from "./errors.ts";
export { stepInDoubtError } from "../base/index.ts";
export type { EngineErrorCode, StepFailure } from "./errors.ts";
export type {
  EngineEvent,
  EventData,
  RunAbout,
  RunEvent,
  RunOrigin,
  RunStart,
  RunState,
  ScopeEvent,
  StepEvent,
  WaitEvent,
} from "./events.ts";
export { endsRun } from "./conclusion.ts";
export { deadLetters } from "./dead-letters.ts";
export { recordFork } from "./forked-run.ts";
export { definitionUnknownError, notUnderWayError, runUnknownError } from "./run-errors.ts";
export { agentHaltedError } from "./halt.ts";
export { mailboxName, messageKeyOf, messageRun } from "./mailbox-name.ts";
export { recordAgain, recordMessage } from "./recorded-message.ts";
export { recordedUsage } from "./recorded-usage.ts";
export type { UsageEntry, UsageParts } from "./recorded-usage.ts";
export { forgetOwner } from "./usage-ledger.ts";
export type { UsageOwner } from "./usage-ledger.ts";
export type { UsageSums } from "./usage-sums.ts";
export { RunUsage } from "./run-usage.ts";
export { runReport } from "./run-report.ts";
export type { BranchDecision, LoopReport, RunReport, ScopeOutline } from "./run-report.ts";
export type { EngineStats, MailStats, RunStats, StepStats, TaskStats } from "./stats.ts";
export type { RetryReport, StepKind, StepReport, StepState, WaitReport } from "./step-report.ts";
export { idempotencyKeyOf } from "./idempotency-key.ts";
export { stepNameOf, unescaped } from "./step-label.ts";
export type { RecordedInput } from "./recorded-input.ts";
