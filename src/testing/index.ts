export type { ConformanceCase } from "./conformance.ts";
export { crashingJournal } from "./crash-points.ts";
export type { CrashingJournal, CrashPoint } from "./crash-points.ts";
export { engineConformance } from "./engine-conformance.ts";
export type { EngineFeature, EnginePlace, EngineUnderTest } from "./engine-place.ts";
export { journalConformance } from "./journal-conformance.ts";
export type { JournalUnderTest } from "./journal-trial.ts";
export { virtualClock } from "./virtual-clock.ts";
export type { VirtualClock } from "./virtual-clock.ts";
