import {
  atLeast,
  type Clock,
  clockOf,
  type Duration,
  flag,
  invalidOption,
  milliseconds,
  onlyOptions,
  optionsOf,
} from "../../base/index.ts";
import { DEFAULT_DEDUPE, type EmbeddedEngineOptions } from "../../engine/index.ts";
import { checkedJournal, type Journal, memoryJournal } from "../../journal/index.ts";
import type { AgentClass } from "./agent-class.ts";
import type { AgentDefinition } from "../definition/agent-definition.ts";
import type { MemoryChangeEvent, MessageEvent } from "../definition/agent-events.ts";

export interface AitorHostOptions {
  /** Where everything is recorded. It stays open when the host is shut down. @default a new memoryJournal() */
  readonly journal?: Journal;
  /** What the host knows from the start: what is unfinished of these goes on by itself. @default none */
  readonly agents?: readonly (AgentDefinition | AgentClass)[];
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * Agents awake at a time: those that handle a message, and idle ones whose memory is kept at hand. One that waits for an
   * answer, or for another agent's reply, does not count. So many more at a time are changed from outside (`update`). @default 1_000
   */
  readonly awake?: number;
  /** Time after which an idle agent rests. @default "1m" */
  readonly restAfter?: Duration;
  /** Whether what is unfinished of its agents goes on by itself; else when it is resumed, or with the next message. @default true */
  readonly recover?: boolean;
  /** Messages that are gone on with at the same time after a restart. @default 16 */
  readonly recovering?: number;
  /** For how long a message's id is known. @default "7d" */
  readonly dedupe?: Duration;
  /**
   * Changes of an agent's memory that are kept at most: its history then begins anew with memory as it is, and can be read,
   * forked and replayed from there on. Messages, runs and memory itself do not depend on it. @default Infinity: all
   */
  readonly history?: number;
  /** Beginnings of a message, each of which killed the process, after which it is set aside. @default 3 */
  readonly attempts?: number;
  /**
   * Told of each message whose handler failed (`message-failed`, but for those that were cancelled) or stands still
   * (`message-halted`), and of each that was set aside (`message-set-aside`); of memory that was (`memory-set-aside`), of what could
   * not be read of one (`memory-left-out`), and of an event that could not be folded (`event-left-out`). It is not waited for; what
   * it throws is logged. @default it is logged
   */
  readonly onFailure?: (failure: AgentFailure) => void | Promise<void>;
}

/** What somebody should look at. */
export type AgentFailure =
  | Extract<MessageEvent, { readonly type: "message-failed" | "message-halted" | "message-set-aside" }>
  | Extract<MemoryChangeEvent, { readonly type: "memory-set-aside" | "memory-left-out" | "event-left-out" }>;

export interface HostStats {
  /** Agents whose memory is at hand. */
  readonly awake: number;
  /** Messages that are being handled. */
  readonly handling: number;
  /** Messages whose handling waits for something from outside. */
  readonly suspended: number;
  /** Messages whose handling stopped without an ending on record: nothing behind them goes on. */
  readonly halted: number;
  /** Messages that wait for their turn, or until fewer are handled than may be at a time. */
  readonly queued: number;
  /** For how long the oldest of them has waited, in milliseconds. */
  readonly oldestMs: number;
  /** Messages that are not due yet. */
  readonly delayed: number;
  /** Answers that are waited for: signals, and steps in doubt that must run once. */
  readonly pending: number;
}

export interface ShutdownOptions {
  /**
   * Time for messages under way; what is left then is stopped, and goes on when a host opens the journal again. Stopping has no
   * limit of its own: it waits until what they took is given back (`step.defer`), and until the journal has answered what it was
   * asked to record. Where these may hang, race it with a time-out of your own.
   *
   * @default "10s"
   */
  readonly deadline?: Duration;
  /** Also handles the messages that wait, within the deadline; else they stay in the journal. @default false */
  readonly drain?: boolean;
}

/** @throws AitorError `invalid-option`, `invalid-duration`. */
export function shutdownSettings(options: ShutdownOptions): { readonly ms: number; readonly drain: boolean } {
  const { deadline = "10s", drain = false } = optionsOf(options, ["deadline", "drain"], "an option of shutdown");
  return { ms: milliseconds(deadline, "deadline of shutdown"), drain: flag(drain, "drain of shutdown") };
}

/** The options of a host, checked. */
export interface HostSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly awake: number;
  readonly restMs: number;
  readonly dedupeMs: number;
  readonly history: number;
  readonly recover: boolean;
  readonly engine: Pick<EmbeddedEngineOptions, "recovering" | "dedupe" | "attempts">;
}

const KNOWN: ReadonlySet<string> = new Set([
  "journal",
  "agents",
  "clock",
  "awake",
  "restAfter",
  "recover",
  "recovering",
  "dedupe",
  "history",
  "attempts",
  "onFailure",
] satisfies (keyof AitorHostOptions)[]);

/** @throws AitorError `invalid-option`, `invalid-duration`. */
export function hostSettings(options: AitorHostOptions): HostSettings {
  onlyOptions(options, KNOWN, "an option of a host");
  const { recovering, dedupe = DEFAULT_DEDUPE, attempts, onFailure } = options;
  if (onFailure !== undefined && typeof onFailure !== "function")
    throw invalidOption("onFailure of a host", "a function of failures", onFailure);
  return {
    journal: checkedJournal(options.journal ?? memoryJournal(), "journal of a host"),
    clock: clockOf(options.clock, "clock of a host"),
    awake: atLeast(1, options.awake ?? 1_000, "awake of a host"),
    restMs: milliseconds(options.restAfter ?? "1m", "restAfter of a host"),
    dedupeMs: milliseconds(dedupe, "dedupe of a host"),
    history: atLeast(1, options.history ?? Infinity, "history of a host"),
    recover: flag(options.recover ?? true, "recover of a host"),
    engine: {
      dedupe,
      ...(recovering !== undefined && { recovering }),
      ...(attempts !== undefined && { attempts }),
    },
  };
}
