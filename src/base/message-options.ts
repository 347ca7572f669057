import type { Duration } from "./duration.ts";

/** Options of a message that a run sends and waits for. */
export interface AskStepOptions {
  /** Tells asks to one agent apart that are open at the same time. @default none */
  readonly key?: string;
  /**
   * Time for the reply, that in which no process runs included. After it the message is withdrawn (a process that comes later
   * begins nothing more of it), and the step fails with `step-timeout`. @default none
   */
  readonly deadline?: Duration;
}

/** Options of a message that a run sends. */
export interface TellStepOptions {
  /** Tells messages to one agent apart that are sent at the same time. @default none */
  readonly key?: string;
  /** Not before this has passed. @default 0 */
  readonly delay?: Duration;
}
