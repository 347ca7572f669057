import type { Clock, MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { ActiveRuns } from "../run/active-runs.ts";
import type { Definitions } from "../run/definitions.ts";
import type { Halt } from "../record/halt.ts";
import type { RunLocks } from "../run/run-locks.ts";
import type { RunObservers } from "../run/run-observers.ts";
import type { Slots } from "../run/slots.ts";

export interface MailboxSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  readonly observers: RunObservers;
  /** A message that is being begun is not cancelled beside that. */
  readonly locks: RunLocks;
  readonly definitions: Definitions;
  /** Places for what was recovered. */
  readonly recovering: Slots;
  /** Places for messages that are being handled. */
  readonly handling: Slots;
  /** Beginnings after which a message is set aside. */
  readonly attempts: number;
  /** Told of a message whose turn came and that was not begun: it was set aside. */
  readonly onSetAside: (run: string, error: Error) => void;
  /** Told of a message whose turn came and whose record cannot be read. */
  readonly onHalted: (key: MessageKey, halt: Halt) => void;
}
