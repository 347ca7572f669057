export { defaultEngine, EmbeddedEngine } from "./embedded-engine.ts";
export type { EmbeddedEngineOptions } from "./embedded-engine.ts";
export type { Engine, RunHandle, StartOptions } from "./engine.ts";
export { isStepError, StepError, TerminalError } from "./errors.ts";
export type { EngineErrorCode, StepFailure } from "./errors.ts";
export type { EngineEvent, EventData, RunEvent, RunState, ScopeEvent, StepEvent } from "./events.ts";
export type { RecordedInput } from "./recorded-input.ts";
