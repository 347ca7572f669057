import {
  atLeast,
  type Clock,
  clockOf,
  type Duration,
  flag,
  milliseconds,
  oneOf,
  optionsOf,
  type Runnable,
} from "../base/index.ts";
import { checkedJournal, type Journal, memoryJournal } from "../journal/index.ts";
import { DEFAULT_DEDUPE } from "./mail/message-receipt.ts";
import { Definitions } from "./run/definitions.ts";
import { Slots } from "./run/slots.ts";

export interface EmbeddedEngineOptions {
  /** The journal that records runs. It stays open when the engine is disposed. @default a new memoryJournal() */
  readonly journal?: Journal;
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * The definitions that the engine can continue on its own: `recover` resumes their runs, and `send` sends messages to them.
   * @default none
   */
  readonly definitions?: readonly Runnable<never, unknown>[];
  /** How many recovered runs continue at the same time. Suspended runs do not count. @default 16 */
  readonly recovering?: number;
  /**
   * How many messages are handled at the same time. Messages whose handling waits, for an answer or for another reply, do not
   * count. @default Infinity
   */
  readonly handling?: number;
  /**
   * What happens to a `once` step that may have happened: with `"ask"` the run waits for an answer, with `"fail"` the step
   * fails with `step-in-doubt`. @default "ask" with a durable journal, else "fail"
   */
  readonly inDoubt?: "ask" | "fail";
  /** How long a message's id is remembered, so that a message that comes again is not handled again. @default "7d" */
  readonly dedupe?: Duration;
  /** After how many beginnings without getting any further a message is set aside, and a run is not recovered. @default 3 */
  readonly attempts?: number;
  /**
   * Which runs that have ended the journal keeps: `"all"`, or with `"nothing"` only those that handled a message, because the
   * message's id must be recognised. A handle still gives its run's events.
   * @default "all"
   */
  readonly retain?: "all" | "nothing";
  /**
   * Whether runs are only replayed. Whatever they ask for must be on record; if it is not, the run halts with
   * `step-mismatch`. What was cut off stays open. @default false
   */
  readonly offline?: boolean;
  /** What `stats()` returns: also the figures of each task, or only the totals, which cost next to nothing. @default "tasks" */
  readonly stats?: "tasks" | "totals";
}

/** The options of an engine, checked. */
export interface EmbeddedEngineSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly recovering: Slots;
  readonly handling: Slots;
  readonly asks: boolean;
  readonly dedupeMs: number;
  readonly attempts: number;
  readonly retain: "all" | "nothing";
  readonly perTask: boolean;
  readonly offline: boolean;
}

const KNOWN = [
  "journal",
  "clock",
  "definitions",
  "recovering",
  "handling",
  "inDoubt",
  "dedupe",
  "attempts",
  "retain",
  "offline",
  "stats",
] satisfies (keyof EmbeddedEngineOptions)[];

/** @throws AitorError `invalid-option`, `invalid-duration`. */
export function embeddedEngineSettings(options: EmbeddedEngineOptions): EmbeddedEngineSettings {
  optionsOf(options, KNOWN, "an option of an engine");
  const journal = checkedJournal(options.journal ?? memoryJournal(), "journal of an engine");
  const inDoubt = options.inDoubt ?? (journal.durable ? "ask" : "fail");
  return {
    journal,
    clock: clockOf(options.clock, "clock of an engine"),
    definitions: new Definitions(options.definitions ?? []),
    recovering: new Slots(atLeast(1, options.recovering ?? 16, "recovering of an engine")),
    handling: new Slots(atLeast(1, options.handling ?? Infinity, "handling of an engine")),
    asks: oneOf(["ask", "fail"], inDoubt, "inDoubt of an engine") === "ask",
    dedupeMs: milliseconds(options.dedupe ?? DEFAULT_DEDUPE, "dedupe of an engine"),
    attempts: atLeast(1, options.attempts ?? 3, "attempts of an engine"),
    retain: oneOf(["all", "nothing"], options.retain ?? "all", "retain of an engine"),
    perTask: oneOf(["tasks", "totals"], options.stats ?? "tasks", "stats of an engine") === "tasks",
    offline: flag(options.offline ?? false, "offline of an engine"),
  };
}
