import {
  checkJson,
  type Clock,
  type EventEnvelope,
  isAitorError,
  type MessageKey,
  milliseconds,
  nonEmpty,
} from "../base/index.ts";
import type { Head, Journal } from "../journal/index.ts";
import type { ActiveRuns, HaltedOrNot } from "./active-runs.ts";
import type { Definitions } from "./definitions.ts";
import type { Receipt, SendOptions } from "./engine.ts";
import { recordAdvised } from "./errors.ts";
import type { MessageReceipt, RunAbout } from "./events.ts";
import { headOf } from "./recorded-run.ts";
import { RecoveredRun } from "./recovery.ts";
import { setAsideError } from "./run-errors.ts";
import type { Slots } from "./slots.ts";
import { escaped } from "./step-label.ts";

export interface MailboxSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  readonly definitions: Definitions;
  /** Places for what was recovered. */
  readonly slots: Slots;
  /** Milliseconds for which a message's id is known. */
  readonly dedupeMs: number;
  /** Beginnings after which a message is set aside. */
  readonly attempts: number;
}

/** A message whose turn will come. */
interface Queued {
  readonly run: string;
  readonly key: MessageKey;
  /** Its receipt, where it came to this engine; else it was on record when the engine came. */
  readonly received: EventEnvelope | undefined;
}

/**
 * Keyed order. A message is on record as the first event of the run that will handle it, so its id is known as long as
 * that run is, and a queue is nothing but the runs of a key that have not ended, in the order of their receipts. Of each
 * key one runs at a time; a suspended run holds its key's place.
 */
export class Mailboxes {
  readonly #settings: MailboxSettings;
  /** By key: what waits; present while one of the key runs. */
  readonly #queues = new Map<string, Queued[]>();
  readonly #timers = new Set<{ cancel(): void }>();
  /** The runs of messages whose turn will come. */
  readonly #waiting = new Set<string>();
  /** By run: what waits for the end of one that stopped without it. Its key goes on then. */
  readonly #stopped = new Map<string, () => void>();
  #closed = false;

  constructor(settings: MailboxSettings) {
    this.#settings = settings;
  }

  /** @param by The command that brings it: one that comes again is given the same receipt. */
  async send(key: MessageKey, message: unknown, options: SendOptions = {}, by?: string): Promise<Receipt> {
    const { journal, clock, definitions, dedupeMs } = this.#settings;
    const name = nonEmpty(key.name, "the name in a message's key");
    const to: MessageKey = { name, id: nonEmpty(key.id, "the id in a message's key") };
    definitions.get(name);
    const id = options.id === undefined ? crypto.randomUUID() : nonEmpty(options.id, "the id of a message");
    const delay = options.delay === undefined ? 0 : milliseconds(options.delay, "the delay of a message");
    checkJson(message, `the message to ${name} "${to.id}"`, false);
    for (let nth = 1; ; nth++) {
      const run = runId(to, id, nth);
      const now = clock.now();
      const due = delay > 0 ? { dueAt: now + delay } : {};
      const receipt = { to, message, ...due, ...(by !== undefined && { by }) };
      const received = event(run, now, "message-received", receipt);
      const about: RunAbout = { name, key: to, ...due };
      try {
        await journal.append([received], {
          expect: { [run]: 0 },
          heads: [{ stream: run, kind: "run", state: "queued", about, keepUntil: now + dedupeMs }],
        });
      } catch (error) {
        if (!isAitorError(error, "journal-conflict")) throw error;
        const known = await this.#known(run, now);
        if (known === undefined) continue;
        return { id, run, duplicate: by === undefined || known.by !== by };
      }
      this.#later({ run, key: to, received }, delay);
      return { id, run, duplicate: false };
    }
  }

  /** Takes over a message that is on record. */
  recover(head: Head): void {
    const { dueAt, key } = head.about as RunAbout;
    if (key === undefined) return;
    const left = dueAt === undefined || head.state !== "queued" ? 0 : dueAt - this.#settings.clock.now();
    this.#later({ run: head.stream, key, received: undefined }, Math.max(0, left));
  }

  /** A run has ended; its key may have waited for that. */
  ended(run: string): void {
    this.#stopped.get(run)?.();
  }

  /** A run that was not under way was cancelled. */
  withdraw(run: string): void {
    this.#waiting.delete(run);
    this.ended(run);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#queues.clear();
  }

  /** The receipt of an id that counts as received: in the window, or not handled yet. */
  async #known(run: string, now: number): Promise<MessageReceipt | undefined> {
    const { journal } = this.#settings;
    const head = await headOf(journal, run);
    if (head === undefined || (head.ended && (head.keepUntil ?? Infinity) <= now)) return undefined;
    for await (const first of journal.read(run)) return first.data as MessageReceipt;
    return undefined;
  }

  #later(queued: Queued, ms: number): void {
    this.#waiting.add(queued.run);
    if (ms === 0) return this.#enqueue(queued);
    const timer = this.#settings.clock.timer(ms, () => {
      this.#timers.delete(timer);
      this.#enqueue(queued);
    });
    this.#timers.add(timer);
  }

  #enqueue(queued: Queued): void {
    if (this.#closed) return;
    const mailbox = mailboxName(queued.key);
    const queue = this.#queues.get(mailbox);
    if (queue !== undefined) return void queue.push(queued);
    this.#queues.set(mailbox, []);
    void this.#work(mailbox, queued);
  }

  async #work(mailbox: string, first: Queued): Promise<void> {
    for (let next: Queued | undefined = first; next !== undefined; next = this.#queues.get(mailbox)?.shift()) {
      const free = next.received === undefined ? await this.#settings.slots.take() : undefined;
      try {
        if (!this.#closed) await this.#handle(next, free);
      } catch {
        // Told by the run itself; a journal that fails is told to whoever appends next.
      } finally {
        free?.();
      }
      if (this.#closed) return;
    }
    this.#queues.delete(mailbox);
  }

  async #handle({ run, key, received }: Queued, free: (() => void) | undefined): Promise<void> {
    const { journal, runs, definitions, attempts } = this.#settings;
    if (!this.#waiting.delete(run)) return;
    const active = runs.get(run);
    if (active !== undefined) return this.#toItsEnd(active.handle);
    const recovered = await RecoveredRun.read(received === undefined ? journal.read(run) : [received]);
    if (recovered === undefined || recovered.ending !== undefined || this.#closed) return;
    if (recovered.beginnings >= attempts) return this.#setAside(run, key, recovered);
    const runnable = definitions.get(key.name);
    const { input } = recovered;
    await this.#toItsEnd(runs.launch({ id: run, runnable, input, recovered, key, watched: false, onRest: free }), free);
  }

  /** One that stops without an ending on record holds its key until it has one. */
  async #toItsEnd(handle: HaltedOrNot<unknown>, free?: () => void): Promise<void> {
    const { journal } = this.#settings;
    const { id } = handle;
    await handle.result.catch(() => {});
    free?.();
    if (!handle.halted || this.#closed) return;
    const ended = new Promise<void>((resolve) => this.#stopped.set(id, resolve));
    if ((await headOf(journal, id))?.ended === false) await ended;
    this.#stopped.delete(id);
  }

  async #setAside(run: string, key: MessageKey, { beginnings, last }: RecoveredRun): Promise<void> {
    const { journal, clock } = this.#settings;
    const error = recordAdvised(setAsideError(key, run, beginnings), "", "");
    const about: RunAbout = { name: key.name, key };
    await journal.append([event(run, clock.now(), "message-set-aside", { error, attempts: beginnings })], {
      expect: { [run]: last },
      heads: [{ stream: run, kind: "run", state: "set-aside", ended: true, about }],
    });
  }
}

/** Messages in the order of their turns: what was begun, then by receipt, each that was delayed when it was due. */
export function inOrder(messages: readonly Head[]): Head[] {
  const dueAt = (head: Head): number | undefined => (head.about as RunAbout).dueAt;
  const isDelayed = (head: Head): boolean => head.state === "queued" && dueAt(head) !== undefined;
  const delayed = messages.filter(isDelayed).sort((a, b) => Number(dueAt(a)) - Number(dueAt(b)));
  const ordered: Head[] = [];
  for (const head of messages) {
    if (isDelayed(head)) continue;
    while (head.state === "queued" && Number(dueAt(delayed[0] ?? head)) <= head.firstAt)
      ordered.push(delayed.shift() as Head);
    ordered.push(head);
  }
  return [...ordered, ...delayed];
}

function mailboxName({ name, id }: MessageKey): string {
  return `${escaped(name)}/${escaped(id)}`;
}

/** The `nth` run of a message's id: an id whose window is over may come again. */
function runId(key: MessageKey, message: string, nth: number): string {
  return `${mailboxName(key)}/${escaped(message)}${nth === 1 ? "" : `#${nth}`}`;
}

function event(run: string, at: number, type: string, data: unknown): EventEnvelope {
  return { v: 1, stream: run, seq: 0, at, run, key: "", type, data };
}
