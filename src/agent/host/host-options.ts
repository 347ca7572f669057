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
  /** The journal that records everything. It stays open when the host is shut down. @default a new memoryJournal() */
  readonly journal?: Journal;
  /** The agents that the host knows from the start. Their unfinished work continues on its own. @default none */
  readonly agents?: readonly (AgentDefinition | AgentClass)[];
  /** @default the system's */
  readonly clock?: Clock;
  /**
   * How many agents are awake at a time: those that handle a message, and idle ones whose memory is kept in the process. An
   * agent that waits for an answer, or for another agent's reply, does not count. In addition, as many agents at a time can be
   * changed from outside (`update`). @default 1_000
   */
  readonly awake?: number;
  /** Time after which an idle agent rests. @default "1m" */
  readonly restAfter?: Duration;
  /**
   * Whether unfinished work of the host's agents continues on its own. If not, it continues when it is resumed, or with the
   * next message. @default true
   */
  readonly recover?: boolean;
  /** How many messages are continued at the same time after a restart. @default 16 */
  readonly recovering?: number;
  /** How long a message's id is remembered. @default "7d" */
  readonly dedupe?: Duration;
  /**
   * How many changes of an agent's memory are kept at most. Then its history begins anew with the memory as it is, and can be
   * read, forked and replayed from there on. Messages, runs and the memory itself do not depend on it. @default Infinity: all
   */
  readonly history?: number;
  /** After how many beginnings, each of which killed the process, a message is set aside. @default 3 */
  readonly attempts?: number;
  /**
   * Called for each failure. It is not awaited, and what it throws is logged. The failures are:
   *
   * - `message-failed`: a message's handler failed; not called for messages that were cancelled.
   * - `message-halted`: a message's handler stands still.
   * - `message-set-aside`: a message was set aside.
   * - `memory-set-aside`: a memory was set aside.
   * - `memory-left-out`: a part of a memory could not be read.
   * - `event-left-out`: an event could not be folded.
   *
   * @default failures are logged
   */
  readonly onFailure?: (failure: AgentFailure) => void | Promise<void>;
}

/** A failure that somebody should look at. */
export type AgentFailure =
  | Extract<MessageEvent, { readonly type: "message-failed" | "message-halted" | "message-set-aside" }>
  | Extract<MemoryChangeEvent, { readonly type: "memory-set-aside" | "memory-left-out" | "event-left-out" }>;

export interface HostStats {
  /** Agents whose memory is in the process. */
  readonly awake: number;
  /** Messages that are being handled. */
  readonly handling: number;
  /** Messages whose handling waits for something from outside. */
  readonly suspended: number;
  /** Messages whose handling stopped without a recorded ending. Nothing behind them continues. */
  readonly halted: number;
  /** Messages that wait for their turn, or for a free place among those handled at a time. */
  readonly queued: number;
  /** How long the oldest of the queued messages has waited, in milliseconds. */
  readonly oldestMs: number;
  /** Messages that are not due yet. */
  readonly delayed: number;
  /** Answers that runs wait for: to signals, and about steps in doubt that must run once. */
  readonly pending: number;
}

export interface ShutdownOptions {
  /**
   * Time for messages under way. What is not done by then is stopped and continues when a host opens the journal again.
   *
   * Stopping has no time limit: it waits for cleanup (`step.defer`), and until the journal has answered what it was asked to
   * record. If these may hang, race the shutdown with a time-out.
   *
   * @default "10s"
   */
  readonly deadline?: Duration;
  /** Whether to also handle the messages that wait, within the deadline. If not, they stay in the journal. @default false */
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
