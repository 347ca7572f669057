import type { Duration } from "./duration.ts";

/** Options of a message that a run sends and whose reply it awaits. */
export interface AskStepOptions {
  /** Tells apart asks to one agent that are open at the same time. @default none */
  readonly key?: string;
  /**
   * How long to wait for the reply. Time in which no process runs counts, too. After that the message is withdrawn and the
   * step fails with `step-timeout`. A process that starts later begins nothing more of the message. @default none
   */
  readonly deadline?: Duration;
}

/** Options of a message that a run sends. */
export interface TellStepOptions {
  /** Tells apart messages to one agent that are sent at the same time. @default none */
  readonly key?: string;
  /** Delivers the message only after this time. @default 0 */
  readonly delay?: Duration;
}
