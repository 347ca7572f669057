import type { MessageKey } from "../../base/index.ts";
import type { MessageReceived, RunStarted } from "../record/events.ts";
import type { Halt } from "../record/halt.ts";
import type { MailboxRules } from "../run/mailbox-rules.ts";
import { agentSuspendedError, mailboxFullError } from "../record/message-errors.ts";
import type { Leave } from "../steps/run-context.ts";

/** A message whose turn will come. */
export interface Queued {
  readonly kind: "message";
  readonly run: string;
  readonly key: MessageKey;
  readonly at: number;
  /** A run waits for its reply. */
  awaited: boolean;
  /** Its receipt, where it came to this engine; else it was on record when the engine came. */
  readonly received: MessageReceived | undefined;
  /** That its run begins, where that is on record before its turn has come. */
  begun: RunStarted | undefined;
}

/** One that was on record when the engine came. @param at When it was received. */
export function recoveredMessage(run: string, key: MessageKey, at: number): Queued {
  return { kind: "message", run, key, at, awaited: false, received: undefined, begun: undefined };
}

/** Something else that takes its turn among the messages. */
export interface QueuedTurn {
  readonly kind: "turn";
  readonly at: number;
  readonly work: () => Promise<void>;
  /** It will not come. */
  readonly refuse: (error: Error) => void;
}

/** Somebody who waits for a place. */
interface Sender {
  readonly letIn: () => void;
  readonly reject: (error: Error) => void;
  /** Waits for what comes of it, too. */
  readonly asked: boolean;
}

/** A place that somebody waits for. */
export interface AwaitedPlace {
  readonly free: Promise<void>;
  readonly leave: Leave;
}

/** What is under way of a key. */
export interface UnderWay {
  /** The run's id; nothing for a turn. */
  readonly run: string | undefined;
  /** When its message came, where there is no place yet to handle it in. */
  readonly queuedAt: number | undefined;
  /** The keys of what it waits for from outside, where it rests. */
  readonly waitsFor: readonly string[];
  /** Of those, what can be answered, as far as that is known. */
  readonly answerable: readonly string[];
}

/** No run: a turn that was taken for what is not on record yet, or one of another kind. */
export const NO_RUN: UnderWay = { run: undefined, queuedAt: undefined, waitsFor: [], answerable: [] };

/** The queue of one key, there as long as something of the key is under way or waits. */
export class Mailbox {
  readonly rules: MailboxRules;
  #queue: (Queued | QueuedTurn)[] = [];
  /** Places of messages that are being recorded. */
  #promised = 0;
  #senders: Sender[] = [];
  readonly #watchers = new Set<(resting: boolean) => void>();
  #resting = false;
  underWay: UnderWay | undefined;
  /** What is under way is that run, which has not gone on since. */
  halt: Halt | undefined;

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

  /** Nothing comes before the one message that is about to be recorded. */
  get awaitsOne(): boolean {
    return this.underWay === undefined && this.#queue.length === 0 && this.#promised === 1;
  }

  get idle(): boolean {
    const waiting = this.#queue.length + this.#promised + this.#senders.length + this.#watchers.size;
    return this.underWay === undefined && waiting === 0;
  }

  /**
   * Gives a place to what is about to come: at once, where it returns nothing, else when it is free. To be given
   * back when it has come, or does not.
   *
   * @param asked Somebody waits for what comes of it. @default false
   * @throws AitorError `mailbox-full`, `agent-suspended`.
   */
  admit(key: MessageKey, asked = false): AwaitedPlace | undefined {
    const suspended = this.#suspended;
    if (suspended !== undefined) {
      throw agentSuspendedError(key, suspended.run, suspended.waitsFor, suspended.answerable[0]);
    }
    if (this.admits) {
      this.#promised++;
      return undefined;
    }
    if (this.rules.whenFull === "reject") throw mailboxFullError(key, this.rules.limit);
    const { promise: free, resolve: letIn, reject } = Promise.withResolvers<void>();
    const sender: Sender = { letIn, reject, asked };
    this.#senders.push(sender);
    const leave: Leave = (error) => {
      const place = this.#senders.indexOf(sender);
      if (place !== -1) this.#refuse(this.#senders.splice(place, 1), error);
    };
    return { free, leave };
  }

  /** Whether `admit` would give a place at once. */
  get admits(): boolean {
    return this.#suspended === undefined && this.#senders.length === 0 && this.#hasPlace;
  }

  /** What is under way, where it waits for something from outside and nothing is to come before that. */
  get #suspended(): UnderWay | undefined {
    if (this.rules.whileSuspended === "wait" || this.underWay === undefined) return undefined;
    return this.underWay.waitsFor.length > 0 ? this.underWay : undefined;
  }

  get #hasPlace(): boolean {
    return this.#queue.length + this.#promised < this.rules.limit;
  }

  giveBack(): void {
    this.#promised--;
    this.#letIn();
  }

  push(item: Queued | QueuedTurn): void {
    this.#queue.push(item);
  }

  /** Stays in the queue. */
  get first(): Queued | QueuedTurn | undefined {
    return this.#queue[0];
  }

  /** The next one, if any. */
  next(): Queued | QueuedTurn | undefined {
    const next = this.#queue.shift();
    if (next !== undefined) this.#letIn();
    return next;
  }

  /** What was queued of a message that is not to be handled any more. */
  withdraw(run: string): void {
    const place = this.#placeOf(run);
    if (place === -1) return;
    this.#queue.splice(place, 1);
    this.#letIn();
  }

  /** A run waits for the reply to a message that came before. */
  expect(run: string): void {
    const item = this.#queue[this.#placeOf(run)];
    if (item?.kind === "message") item.awaited = true;
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

  /**
   * Nothing goes on: turns that wait do not come, and who waits for a place to ask gets none.
   *
   * @returns The runs of the messages that wait, which keep their places.
   */
  halted(halt: Halt, error: Error): string[] {
    this.halt = halt;
    for (const item of this.#queue) if (item.kind === "turn") item.refuse(error);
    const messages = this.#queue.filter((item) => item.kind === "message");
    this.#queue = messages;
    const refused = this.#senders.filter(({ asked }) => asked);
    this.#senders = this.#senders.filter(({ asked }) => !asked);
    this.#refuse(refused, error);
    this.#letIn();
    return messages.map(({ run }) => run);
  }

  /** Turns that wait do not come; who waits for a place is let in, to be told that it is closed. */
  close(error: Error): void {
    for (const item of this.#queue.splice(0)) if (item.kind === "turn") item.refuse(error);
    for (const { letIn } of this.#senders.splice(0)) letIn();
  }

  /** Each gives a place back that it did not get. */
  #refuse(senders: readonly Sender[], error: Error): void {
    for (const { reject } of senders) {
      this.#promised++;
      reject(error);
    }
  }

  #placeOf(run: string): number {
    return this.#queue.findIndex((item) => item.kind === "message" && item.run === run);
  }

  #letIn(): void {
    while (this.#senders.length > 0 && this.#hasPlace) {
      this.#promised++;
      this.#senders.shift()?.letIn();
    }
  }
}
