import { provideRunner } from "../base/index.ts";
import { defaultEngine } from "./default-engine.ts";

// What lower floors run on their own, such as a tool that is called without an agent.
provideRunner(defaultEngine);

export { EmbeddedEngine } from "./embedded-engine.ts";
/** @internal */
export { defaultEngine } from "./default-engine.ts";
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
export { isStepError, StepError, TerminalError } from "./record/errors.ts";
/** @internal */
export { rebuildFailure } from "./record/errors.ts";
export { stepInDoubtError } from "../base/index.ts";
export type { EngineErrorCode, StepFailure } from "./record/errors.ts";
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
} from "./record/events.ts";
/** @internal */
export { endsRun } from "./record/conclusion.ts";
/** @internal */
export { deadLetters } from "./mail/dead-letters.ts";
/** @internal */
export { recordFork } from "./run/forked-run.ts";
/** @internal */
export { Slots } from "./run/slots.ts";
/** @internal */
export { definitionUnknownError, notUnderWayError, runUnknownError } from "./record/run-errors.ts";
/** @internal */
export { agentHaltedError } from "./record/halt.ts";
/** @internal */
export { headOf } from "./record/run-head.ts";
/** @internal */
export { streamOf } from "./record/stream-name.ts";
/** @internal */
export { mailboxName, messageKeyOf, messageRun } from "./record/mailbox-name.ts";
/** @internal */
export { DEFAULT_DEDUPE } from "./mail/message-receipt.ts";
/** @internal */
export { recordAgain, recordMessage } from "./mail/recorded-message.ts";
/** @internal */
export { recordedUsage } from "./record/recorded-usage.ts";
export type { UsageEntry, UsageParts } from "./record/recorded-usage.ts";
/** @internal */
export { forgetOwner } from "./record/usage-ledger.ts";
export type { UsageCountedEvent, UsageOwner } from "./record/usage-ledger.ts";
export type { UsageSums } from "./record/usage-sums.ts";
/** @internal */
export { RunUsage } from "./record/run-usage.ts";
export { runReport } from "./record/run-report.ts";
/** @internal */
export { isInScopeBeside } from "./record/run-report.ts";
export type { BranchDecision, LoopReport, RunReport, ScopeOutline } from "./record/run-report.ts";
export type { EngineStats, MailStats, RunStats, StepStats, TaskStats } from "./figures/stats.ts";
export type { RetryReport, StepKind, StepReport, StepState, WaitReport } from "./record/step-report.ts";
/** @internal */
export { idempotencyKeyOf } from "./record/idempotency-key.ts";
export { stepNameOf } from "./record/step-label.ts";
/** @internal */
export { escaped, unescaped } from "./record/step-label.ts";
export type { RecordedInput } from "./record/recorded-input.ts";
