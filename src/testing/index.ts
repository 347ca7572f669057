export { crashingJournal } from "./crash-points.ts";
export type { CrashingJournal, CrashPoint } from "./crash-points.ts";
export { virtualClock } from "./virtual-clock.ts";
export type { VirtualClock } from "./virtual-clock.ts";
