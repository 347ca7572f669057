import {
  type Clock,
  type Duration,
  type EventEnvelope,
  type HeadChange,
  isAitorError,
  type MessageKey,
} from "../../base/index.ts";
import { type AppendOptions, expecting, type Head, type Journal } from "../../journal/index.ts";
import type { TakenTurn } from "./beginnings.ts";
import { aboutMessage } from "../record/about-message.ts";
import type { MessageReceipt, MessageReceived, RunAbout, RunOrigin, RunStart, RunStarted } from "../record/events.ts";
import { messageRun } from "../record/mailbox-name.ts";
import { headOf } from "../record/run-head.ts";
import { runEvent } from "../record/run-event.ts";
import type { DueTime } from "../record/time-left.ts";

/** A message that is to be recorded. */
export interface Letter {
  readonly to: MessageKey;
  readonly message: unknown;
  /** Unique among the messages to this key within the window. */
  readonly id: string;
  /** Milliseconds. */
  readonly delay: number;
  /** Somebody waits for its reply, and is told of its failure. */
  readonly asked: boolean;
  /** The run that sends it. */
  readonly sender?: string | undefined;
  /** When that waits no longer for its reply. */
  readonly replyBy?: DueTime | undefined;
  /** The command that brings it: one that comes again is given the same receipt. */
  readonly by: string | undefined;
  readonly origin?: RunOrigin | undefined;
  /** It may have been sent before: its id is known however long ago that was. */
  readonly again?: boolean | undefined;
  /** What else is recorded with it. */
  readonly with?: Enclosure | undefined;
}

/** What is recorded together with a message. */
export interface Enclosure {
  readonly events: readonly EventEnvelope[];
  readonly heads: readonly HeadChange[];
  /** What its streams must be at. */
  readonly expect: Readonly<Record<string, number>>;
}

export interface Recorded {
  readonly run: string;
  /** The receipt; nothing where the id had been received before. */
  readonly received: MessageReceived | undefined;
  /** That it begins, where that was recorded with it. */
  readonly begun: RunStarted | undefined;
  readonly duplicate: boolean;
  /** Who sent it first does not wait for its reply. */
  readonly told: boolean;
}

/** For how long a message's id is known, where nobody says so. */
export const DEFAULT_DEDUPE: Duration = "7d";

type Told = (recorded: Recorded) => void;

const DURABLE: Promise<void> = Promise.resolve();

const NOT_RECEIVED = { received: undefined, begun: undefined } as const;

/** A message is on record as the first event of the run that will handle it, so its id is known as long as that run is. */
export class MessageReceipts {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #dedupeMs: number;

  constructor(journal: Journal, clock: Clock, dedupeMs: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#dedupeMs = dedupeMs;
  }

  /**
   * @param turn Where its turn is at once: that it begins is recorded with it, unless others may have come before it.
   * @param told Is called at once when the message is durable, so that those of one commit are told in the order of their
   *   receipts, however many promises lie behind each of them.
   */
  record(letter: Letter, turn?: TakenTurn, told: Told = ignore): Promise<Recorded> {
    return letter.again === true ? this.#recordAgain(letter, told) : this.#try(letter, turn, 1, told);
  }

  async #recordAgain(letter: Letter, told: Told): Promise<Recorded> {
    const run = await this.#last(letter);
    if (run === undefined) return this.#try(letter, undefined, 1, told);
    return tell(told, { ...NOT_RECEIVED, run, duplicate: true, told: false });
  }

  /** Promises alone wait for the disk: a function that did would be copied by the collector until then. */
  #try(letter: Letter, turn: TakenTurn | undefined, nth: number, told: Told): Promise<Recorded> {
    const now = this.#clock.now();
    const { events, options, ...draft } = draftOf(letter, turn?.start, nth, now, now + this.#dedupeMs);
    const durable = (): Recorded => tell(told, { ...draft, duplicate: false, told: !letter.asked });
    const refused = (error: unknown): Promise<Recorded> => this.#refused(error, letter, nth, draft.run, now, told);
    turn?.record(draft.run);
    try {
      return (this.#journal.append(events, options) ?? DURABLE).then(durable, refused);
    } catch (error) {
      return refused(error);
    }
  }

  /** Something of that id is on record: the same message, unless the window of that is over. */
  async #refused(error: unknown, letter: Letter, nth: number, run: string, now: number, told: Told): Promise<Recorded> {
    if (!isAitorError(error, "journal-conflict") || letter.with !== undefined) throw error;
    const known = await this.#known(run, now);
    if (known === undefined) return this.#try(letter, undefined, nth + 1, told);
    const duplicate = letter.by === undefined || known.by !== letter.by;
    return tell(told, { ...NOT_RECEIVED, run, duplicate, told: known.asked !== true });
  }

  /** Whether an id counts as received. @param again Whether it does so for ever. */
  async knows(to: MessageKey, id: string, again = false): Promise<boolean> {
    if (again) return (await this.#last({ to, id })) !== undefined;
    for (let nth = 1; ; nth++) {
      const run = messageRun(to, id, nth);
      if ((await headOf(this.#journal, run)) === undefined) return false;
      if ((await this.#known(run, this.#clock.now())) !== undefined) return true;
    }
  }

  /** The last run of a message's id. */
  async #last({ to, id }: Pick<Letter, "id" | "to">): Promise<string | undefined> {
    let last: string | undefined;
    for (let nth = 1; ; nth++) {
      const run = messageRun(to, id, nth);
      const head = await headOf(this.#journal, run);
      if (head === undefined) return last;
      if (isMessages(head)) last = run;
    }
  }

  /** The receipt of an id that counts as received: in the window, or not handled yet. */
  async #known(run: string, now: number): Promise<MessageReceipt | undefined> {
    const head = await headOf(this.#journal, run);
    if (head === undefined || !isMessages(head) || (head.ended && (head.keepUntil ?? Infinity) <= now))
      return undefined;
    for await (const first of this.#journal.read(run)) return first.data as MessageReceipt;
    return undefined;
  }
}

function ignore(): void {}

function tell(told: Told, recorded: Recorded): Recorded {
  told(recorded);
  return recorded;
}

/** Who starts a run may give it any id: it is no message's. */
function isMessages({ about }: Pick<Head, "about">): boolean {
  return (about as RunAbout).key !== undefined;
}

/** What is appended for a message. @param nth The run that the id gets: one whose window is over may come again. */
function draftOf(
  { to, message, id, delay, asked, sender, replyBy, by, origin, with: more }: Letter,
  start: RunStart | undefined,
  nth: number,
  now: number,
  keepUntil: number,
): Omit<Recorded, "duplicate" | "told"> & {
  readonly received: MessageReceived;
  events: EventEnvelope[];
  options: AppendOptions;
} {
  const run = messageRun(to, id, nth);
  const dueAt = delay > 0 ? now + delay : undefined;
  const receipt: MessageReceipt = {
    to,
    message,
    ...(dueAt !== undefined && { dueAt }),
    ...(asked && { asked }),
    ...(sender !== undefined && { sender }),
    ...(replyBy && { replyBy }),
    ...(by !== undefined && { by }),
    ...(origin && { origin }),
  };
  const received = runEvent(run, now, "", "message-received", receipt);
  const begun = start && runEvent(run, now, "", "run-started", start);
  const about = { ...aboutMessage(receipt), ...(dueAt !== undefined && { dueAt }) };
  const head = { stream: run, kind: "run", state: begun === undefined ? "queued" : "running", about, keepUntil };
  const own = begun === undefined ? [received] : [received, begun];
  const events = more === undefined ? own : [...own, ...more.events];
  const options: AppendOptions = {
    expect: expecting(run, 0, more?.expect),
    heads: more === undefined ? [head] : [head, ...more.heads],
  };
  return { run, received, begun, events, options };
}
