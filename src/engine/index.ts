export { defaultEngine, EmbeddedEngine } from "./embedded-engine.ts";
export type { EmbeddedEngineOptions } from "./embedded-engine.ts";
export type { Engine, RunHandle, StartOptions } from "./engine.ts";
export { isStepError, StepError, stepInDoubtError, TerminalError } from "./errors.ts";
export type { EngineErrorCode, StepFailure } from "./errors.ts";
export type { EngineEvent, EventData, RunEvent, RunState, ScopeEvent, StepEvent } from "./events.ts";
export type { EngineStats, RunStats, StepStats, TaskStats } from "./stats.ts";
export { stepNameOf } from "./step-label.ts";
export type { RecordedInput } from "./recorded-input.ts";
