import type { Clock, EventEnvelope, MessageKey } from "../base/index.ts";
import type { Head, Journal } from "../journal/index.ts";
import type { ActiveRuns, HaltedOrNot } from "./active-runs.ts";
import type { Definitions } from "./definitions.ts";
import { recordAdvised } from "./errors.ts";
import type { MessageReceipt, RunAbout } from "./events.ts";
import { Mailbox, type Queued, type QueuedTurn } from "./mailbox.ts";
import { mailboxName, messageKeyOf } from "./mailbox-name.ts";
import { setAsideError } from "./message-errors.ts";
import { messageEvent } from "./message-receipt.ts";
import { headOf } from "./recorded-run.ts";
import { RecoveredRun } from "./recovery.ts";
import type { RunTurns } from "./run-turns.ts";
import { Slots } from "./slots.ts";
import type { MailStats } from "./stats.ts";

export interface MailboxSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  /** A message that is being begun is not cancelled beside that. */
  readonly turns: RunTurns;
  readonly definitions: Definitions;
  /** Places for what was recovered. */
  readonly recovering: Slots;
  /** Places for messages that are being handled. */
  readonly handling: Slots;
  /** Beginnings after which a message is set aside. */
  readonly attempts: number;
  /** Told of a message whose turn came and that was not begun: it was set aside. */
  readonly onSetAside: (event: EventEnvelope, name: string, error: Error) => void;
}

/** Times the attempts: so often one is begun at most that only waited for others whenever its process died. */
const MOST_BEGINNINGS = 10;

/**
 * Keyed order. A queue is nothing but the runs of a key that have not ended, in the order of their receipts. Of each key
 * one runs at a time; a suspended run holds its key's place.
 */
export class Mailboxes {
  readonly #settings: MailboxSettings;
  /** By key, those in use. */
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #timers = new Set<{ cancel(): void }>();
  /** The runs of messages whose turn will come. */
  readonly #waiting = new Set<string>();
  /** By run: what waits for the end of one that stopped without it. Its key goes on then. */
  readonly #stopped = new Map<string, () => void>();
  /** A place for one. */
  readonly #suspects = new Slots(1);
  #paused = false;
  /** Something came to rest. */
  #changed: () => void = () => {};
  #closed = false;

  constructor(settings: MailboxSettings) {
    this.#settings = settings;
  }

  /** @throws AitorError `definition-unknown`. */
  open(key: MessageKey): Mailbox {
    const rules = this.#settings.definitions.mailboxOf(key.name);
    const name = mailboxName(key);
    let mailbox = this.#mailboxes.get(name);
    if (mailbox === undefined) this.#mailboxes.set(name, (mailbox = new Mailbox(rules)));
    return mailbox;
  }

  closeIfIdle(key: MessageKey, mailbox: Mailbox): void {
    if (mailbox.idle) this.#mailboxes.delete(mailboxName(key));
  }

  /** Takes over a message that is on record. */
  recover(head: Head): void {
    const { dueAt, key } = head.about as RunAbout;
    if (key === undefined || this.#waiting.has(head.stream)) return;
    const left = dueAt === undefined || head.state !== "queued" ? 0 : dueAt - this.#settings.clock.now();
    this.later(
      { kind: "message", run: head.stream, key, at: head.firstAt, awaited: false, received: undefined },
      Math.max(0, left),
    );
  }

  /** @param ms Its turn does not come before they have passed. */
  later(queued: Queued, ms: number): void {
    this.#waiting.add(queued.run);
    if (ms === 0) return this.#enqueue(queued.key, queued);
    const timer = this.#settings.clock.timer(ms, () => {
      this.#timers.delete(timer);
      this.#enqueue(queued.key, queued);
    });
    this.#timers.add(timer);
  }

  turn(key: MessageKey, turn: QueuedTurn): void {
    this.#enqueue(key, turn);
  }

  /** A run has ended; its key may have waited for that. */
  ended(run: string): void {
    this.#stopped.get(run)?.();
  }

  /** A run that was not under way was cancelled. */
  withdraw(run: string): void {
    if (this.#waiting.delete(run)) this.#mailboxOf(run)?.withdraw(run);
    this.ended(run);
  }

  /** A run waits for the reply to a message that came before. */
  expect(run: string): void {
    this.#mailboxOf(run)?.expect(run);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    for (const mailbox of this.#mailboxes.values()) mailbox.close();
    this.#mailboxes.clear();
    this.#changed();
  }

  /**
   * Resolves when nothing goes on by itself any more.
   *
   * @param drain Messages that wait are handled first; else only those whose reply a run waits for.
   */
  async quiet(drain: boolean): Promise<void> {
    this.#paused = !drain;
    while (!this.#closed && [...this.#mailboxes.values()].some((mailbox) => !mailbox.quiet)) {
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  stats(now: number): MailStats {
    let queued = 0;
    let handling = 0;
    let suspended = 0;
    let oldest = now;
    for (const mailbox of this.#mailboxes.values()) {
      queued += mailbox.length;
      oldest = Math.min(oldest, mailbox.oldest ?? now);
      if (mailbox.underWay === undefined) continue;
      if (mailbox.underWay.waitsFor().length > 0) suspended++;
      else handling++;
    }
    return { queued, oldestMs: now - oldest, delayed: this.#timers.size, handling, suspended };
  }

  #enqueue(key: MessageKey, item: Queued | QueuedTurn): void {
    if (this.#closed) return;
    const mailbox = this.open(key);
    mailbox.push(item);
    if (mailbox.underWay === undefined) void this.#work(key, mailbox);
  }

  async #work(key: MessageKey, mailbox: Mailbox): Promise<void> {
    for (let next = this.#next(mailbox); next !== undefined; next = this.#next(mailbox)) {
      const run = next.kind === "message" ? next.run : undefined;
      mailbox.underWay = { run, waitsFor: () => this.#settings.runs.get(run ?? "")?.waitsFor ?? [] };
      if (next.kind === "turn") await next.work();
      else await this.#handleInPlace(next, mailbox);
      mailbox.rest(false);
      if (this.#closed) return;
    }
    mailbox.underWay = undefined;
    this.closeIfIdle(key, mailbox);
    this.#changed();
  }

  #mailboxOf(run: string): Mailbox | undefined {
    const found = messageKeyOf(run);
    return found && this.#mailboxes.get(mailboxName(found.key));
  }

  #next(mailbox: Mailbox): Queued | QueuedTurn | undefined {
    return this.#paused && !mailbox.awaited ? undefined : mailbox.next();
  }

  async #handleInPlace(message: Queued, mailbox: Mailbox): Promise<void> {
    const { recovering, handling } = this.#settings;
    const isNew = message.received !== undefined;
    const slots = isNew ? handling : recovering;
    let free = slots.bounded ? await slots.take() : undefined;
    try {
      if (!isNew) free = both(free, await this.#suspectAlone(message));
      if (!this.#closed) await this.#handle(message, mailbox, free);
    } catch {
      // Told by the run itself; a journal that fails is told to whoever appends next.
    } finally {
      free?.();
    }
  }

  /**
   * One that would be set aside, should its process die again, is begun when no other such one is under way: so the one that
   * kills it is told from those that were under way beside it.
   */
  async #suspectAlone({ run }: Queued): Promise<(() => void) | undefined> {
    const { journal, attempts } = this.#settings;
    const recovered = await RecoveredRun.read(journal.read(run));
    const isLast = recovered !== undefined && recovered.crashes > 0 && recovered.crashes === attempts - 1;
    return isLast ? this.#suspects.take() : undefined;
  }

  async #handle(message: Queued, mailbox: Mailbox, free: (() => void) | undefined): Promise<void> {
    const begun = await this.#settings.turns.take(message.run, () => this.#begin(message, mailbox, free));
    if (begun !== undefined) await this.#toItsEnd(begun, free);
  }

  /** @returns Nothing where it was withdrawn, has ended, or was set aside. */
  async #begin(
    { run, key, received }: Queued,
    mailbox: Mailbox,
    free: (() => void) | undefined,
  ): Promise<HaltedOrNot<unknown> | undefined> {
    const { journal, runs, definitions, attempts } = this.#settings;
    if (!this.#waiting.delete(run)) return undefined;
    const active = runs.get(run);
    if (active !== undefined) return active.handle;
    const runnable = definitions.get(key.name);
    const onRest = (resting: boolean): void => {
      free?.();
      mailbox.rest(resting);
      this.#changed();
    };
    const launch = { id: run, runnable, key, watched: false, onRest, onYield: free };
    if (received !== undefined) {
      const { message: input } = received.data as MessageReceipt;
      return runs.launch({ ...launch, input, received });
    }
    const recovered = await RecoveredRun.read(journal.read(run));
    if (recovered === undefined || recovered.ending !== undefined || this.#closed) return undefined;
    const { crashes, beginnings, input } = recovered;
    if (crashes >= attempts || beginnings >= MOST_BEGINNINGS * attempts) {
      await this.#setAside(run, key, recovered);
      return undefined;
    }
    return runs.launch({ ...launch, input, recovered });
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

  async #setAside(run: string, key: MessageKey, { crashes, last, message }: RecoveredRun): Promise<void> {
    const { journal, clock, onSetAside } = this.#settings;
    const error = setAsideError(key, run, crashes);
    const data = { error: recordAdvised(error, "", ""), attempts: crashes };
    const about: RunAbout = { name: key.name, key, ...(message?.asked === true && { asked: true }) };
    const event = messageEvent(run, clock.now(), "message-set-aside", data);
    await journal.append([event], {
      expect: { [run]: last },
      heads: [{ stream: run, kind: "run", state: "set-aside", ended: true, about }],
    });
    onSetAside(event, key.name, error);
  }
}

/** One that calls both. */
function both(one: (() => void) | undefined, other: (() => void) | undefined): (() => void) | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return () => {
    one();
    other();
  };
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
