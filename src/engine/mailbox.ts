import type { EventEnvelope, MailboxOptions, MessageKey } from "../base/index.ts";
import { atLeast, oneOf } from "../base/index.ts";
import { agentSuspendedError, mailboxFullError } from "./message-errors.ts";

/** A message whose turn will come. */
export interface Queued {
  readonly kind: "message";
  readonly run: string;
  readonly key: MessageKey;
  readonly at: number;
  /** A run waits for its reply. */
  readonly awaited: boolean;
  /** Its receipt, where it came to this engine; else it was on record when the engine came. */
  readonly received: EventEnvelope | undefined;
}

/** Something else that takes its turn among the messages. */
export interface QueuedTurn {
  readonly kind: "turn";
  readonly at: number;
  readonly work: () => Promise<void>;
}

/** What is under way of a key. */
export interface UnderWay {
  /** The run's id; nothing for a turn. */
  readonly run: string | undefined;
  /** What it waits for from outside, where it rests. */
  readonly waitsFor: () => readonly string[];
}

/** The options of a mailbox, checked. */
export interface MailboxRules {
  readonly limit: number;
  readonly whenFull: "wait" | "reject";
  readonly whileSuspended: "wait" | "reject";
}

const DEFAULT_RULES: MailboxRules = { limit: 1_000, whenFull: "wait", whileSuspended: "wait" };

/** @throws AitorError `invalid-option`. */
export function mailboxRules(options: MailboxOptions | undefined, name: string): MailboxRules {
  if (options === undefined) return DEFAULT_RULES;
  const { limit = 1_000, whenFull = "wait", whileSuspended = "wait" } = options;
  return {
    limit: atLeast(1, limit, `mailbox.limit of "${name}"`),
    whenFull: oneOf(["wait", "reject"], whenFull, `mailbox.whenFull of "${name}"`),
    whileSuspended: oneOf(["wait", "reject"], whileSuspended, `mailbox.whileSuspended of "${name}"`),
  };
}

/** The queue of one key, there as long as something of the key is under way or waits. */
export class Mailbox {
  readonly rules: MailboxRules;
  readonly #queue: (Queued | QueuedTurn)[] = [];
  /** Places of messages that are being recorded. */
  #promised = 0;
  readonly #senders: (() => void)[] = [];
  readonly #watchers = new Set<(resting: boolean) => void>();
  #resting = false;
  underWay: UnderWay | undefined;

  constructor(rules: MailboxRules) {
    this.rules = rules;
  }

  get length(): number {
    return this.#queue.length;
  }

  /** A run waits for something in it. */
  get awaited(): boolean {
    return this.#queue.some((item) => item.kind === "message" && item.awaited);
  }

  /** Nothing in it goes on by itself: what is under way waits for something from outside, if anything is. */
  get quiet(): boolean {
    return this.underWay === undefined || this.#resting;
  }

  /** When the oldest of what waits came. */
  get oldest(): number | undefined {
    return this.#queue[0]?.at;
  }

  get idle(): boolean {
    const waiting = this.#queue.length + this.#promised + this.#senders.length + this.#watchers.size;
    return this.underWay === undefined && waiting === 0;
  }

  /**
   * Gives a place to what is about to come: at once, where it returns nothing, else when the promise resolves. To be given
   * back when it has come, or does not.
   *
   * @throws AitorError `mailbox-full`, `agent-suspended`.
   */
  admit(key: MessageKey): void | Promise<void> {
    const { limit, whenFull, whileSuspended } = this.rules;
    const waitsFor = whileSuspended === "reject" ? (this.underWay?.waitsFor() ?? []) : [];
    if (waitsFor.length > 0) throw agentSuspendedError(key, this.underWay?.run, waitsFor);
    if (this.#senders.length === 0 && this.#queue.length + this.#promised < limit) {
      this.#promised++;
      return;
    }
    if (whenFull === "reject") throw mailboxFullError(key, limit);
    return new Promise((resolve) => this.#senders.push(resolve));
  }

  giveBack(): void {
    this.#promised--;
    this.#letIn();
  }

  push(item: Queued | QueuedTurn): void {
    this.#queue.push(item);
  }

  /** The next one, if any. */
  next(): Queued | QueuedTurn | undefined {
    const next = this.#queue.shift();
    if (next !== undefined) this.#letIn();
    return next;
  }

  /** What is under way waits for something from outside, or goes on. */
  rest(resting: boolean): void {
    if (this.#resting === resting) return;
    this.#resting = resting;
    for (const watcher of this.#watchers) watcher(resting);
  }

  /** @returns Ends it. */
  watch(watcher: (resting: boolean) => void): () => void {
    this.#watchers.add(watcher);
    if (this.#resting) watcher(true);
    return () => void this.#watchers.delete(watcher);
  }

  /** Lets everybody in, to be told that it is closed. */
  close(): void {
    this.#queue.length = 0;
    for (const letIn of this.#senders.splice(0)) letIn();
  }

  #letIn(): void {
    while (this.#senders.length > 0 && this.#queue.length + this.#promised < this.rules.limit) {
      this.#promised++;
      this.#senders.shift()?.();
    }
  }
}
