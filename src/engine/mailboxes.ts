import type { Clock, EventEnvelope, MessageKey } from "../base/index.ts";
import type { Head, Journal } from "../journal/index.ts";
import type { HaltedOrNot } from "./active-run.ts";
import type { ActiveRuns, Launch } from "./active-runs.ts";
import { Beginnings, type Following, type TakenTurn } from "./beginnings.ts";
import type { Definitions } from "./definitions.ts";
import type { MessageReceipt, RunAbout } from "./events.ts";
import { Mailbox, type Queued, type QueuedTurn, type UnderWay } from "./mailbox.ts";
import { mailboxName, messageKeyOf } from "./mailbox-name.ts";
import { headOf } from "./recorded-run.ts";
import { RecoveredRun } from "./recovery.ts";
import type { RunTurns } from "./run-turns.ts";
import type { Slots } from "./slots.ts";
import type { MailStats } from "./stats.ts";
import { Suspects } from "./suspects.ts";

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

/**
 * Keyed order. A queue is nothing but the runs of a key that have not ended, in the order of their receipts. Of each key
 * one runs at a time; a suspended run holds its key's place.
 */
export class Mailboxes {
  readonly #settings: MailboxSettings;
  readonly #beginnings: Beginnings;
  /** By key, those in use. */
  readonly #mailboxes = new Map<string, Mailbox>();
  /** By run, of messages that are not due. */
  readonly #timers = new Map<string, { cancel(): void }>();
  /** The runs of messages whose turn will come. */
  readonly #waiting = new Set<string>();
  /** By run: what waits for the end of one that stopped without it. Its key goes on then. */
  readonly #stopped = new Map<string, () => void>();
  readonly #suspects: Suspects;
  #paused = false;
  /** Something came to rest. */
  #changed: () => void = () => {};
  #closed = false;

  constructor(settings: MailboxSettings) {
    this.#settings = settings;
    this.#beginnings = new Beginnings(settings);
    this.#suspects = new Suspects(settings);
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
      {
        kind: "message",
        run: head.stream,
        key,
        at: head.firstAt,
        awaited: false,
        received: undefined,
        begun: undefined,
      },
      Math.max(0, left),
    );
  }

  /** @param ms Its turn does not come before they have passed. */
  later(queued: Queued, ms: number): void {
    this.#waiting.add(queued.run);
    if (ms === 0) return this.#enqueue(queued.key, queued);
    const timer = this.#settings.clock.timer(ms, () => {
      this.#timers.delete(queued.run);
      this.#enqueue(queued.key, queued);
    });
    this.#timers.set(queued.run, timer);
  }

  /** Takes the turn of a key that is idle for the message that is about to be recorded. */
  takeTurn(key: MessageKey): TakenTurn | undefined {
    const mailbox = this.open(key);
    const start = this.#paused || this.#closed || !mailbox.awaitsOne ? undefined : this.#beginnings.start(key.name);
    if (start === undefined) return undefined;
    mailbox.underWay = NOTHING_YET;
    let recording: string | undefined;
    const unless = (): void => void (recording !== undefined && this.#waiting.delete(recording));
    return {
      start,
      record: (run) => {
        unless();
        // One that waits already, such as one that is not due, keeps waiting where this turns out to be the same message.
        recording = this.#waiting.has(run) ? undefined : run;
        this.#waiting.add(run);
      },
      begin: (message) => void this.#work(key, mailbox, message),
      giveBack: () => {
        unless();
        void this.#work(key, mailbox);
      },
    };
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
    this.#timers.get(run)?.cancel();
    this.#timers.delete(run);
    if (this.#waiting.delete(run)) this.#mailboxOf(run)?.withdraw(run);
    this.ended(run);
  }

  /** A run waits for the reply to a message that came before. */
  expect(run: string): void {
    this.#mailboxOf(run)?.expect(run);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    for (const mailbox of this.#mailboxes.values()) {
      if (mailbox.first?.kind === "message") this.#beginnings.pause(mailbox.first);
      mailbox.close();
    }
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

  /** @param first What has its turn before all that waits. */
  async #work(key: MessageKey, mailbox: Mailbox, first?: Queued): Promise<void> {
    for (let next = first ?? this.#next(mailbox); next !== undefined; next = this.#next(mailbox)) {
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
    const { first } = mailbox;
    const isBegun = first?.kind === "message" && first.begun !== undefined;
    return this.#paused && !isBegun && !mailbox.awaited ? undefined : mailbox.next();
  }

  /** What can be recorded with the ending of what is under way: that the next message begins. */
  #following(mailbox: Mailbox): Following | undefined {
    const { first } = mailbox;
    if (this.#paused || this.#closed || first?.kind !== "message") return undefined;
    return this.#beginnings.following(first, () => this.#closed && this.#beginnings.pause(first));
  }

  async #handleInPlace(message: Queued, mailbox: Mailbox): Promise<void> {
    const { recovering, handling } = this.#settings;
    const isNew = message.received !== undefined;
    const slots = isNew ? handling : recovering;
    const taking = slots.bounded ? slots.take() : undefined;
    let free = taking instanceof Promise ? await taking : taking;
    try {
      if (!isNew) free = await this.#suspects.alone(message.run, free);
      if (this.#closed) {
        this.#beginnings.pause(message);
        return;
      }
      const beginning = this.#settings.turns.take(message.run, () => this.#begin(message, mailbox, free));
      const begun = beginning instanceof Promise ? await beginning : beginning;
      if (begun === undefined) return;
      await begun.result.then(ignore, ignore);
      free?.();
      if (begun.halted && !this.#closed) await this.#endingOf(begun.id);
    } catch {
      // Told by the run itself; a journal that fails is told to whoever appends next.
    } finally {
      free?.();
    }
  }

  /** @returns Nothing where it was withdrawn, has ended, or was set aside. */
  #begin(
    { run, key, received, begun }: Queued,
    mailbox: Mailbox,
    free: (() => void) | undefined,
  ): HaltedOrNot<unknown> | undefined | Promise<HaltedOrNot<unknown> | undefined> {
    const { runs, definitions } = this.#settings;
    if (!this.#waiting.delete(run)) return undefined;
    const active = runs.get(run);
    if (active !== undefined) return active.handle;
    const runnable = definitions.get(key.name);
    const onRest = (resting: boolean): void => {
      free?.();
      mailbox.rest(resting);
      this.#changed();
    };
    const following = (): Following | undefined => this.#following(mailbox);
    const input = (received?.data as MessageReceipt | undefined)?.message;
    const launch = { id: run, runnable, input, received, begun, key, watched: false, onRest, onYield: free, following };
    return received === undefined ? this.#goOn(launch) : runs.launch(launch);
  }

  async #goOn(launch: Launch<unknown, unknown> & { key: MessageKey }): Promise<HaltedOrNot<unknown> | undefined> {
    const { id, key } = launch;
    const { journal, runs } = this.#settings;
    const recovered = await RecoveredRun.read(journal.read(id));
    if (recovered === undefined || recovered.ending !== undefined || this.#closed) return undefined;
    if (await this.#suspects.setAside(id, key, recovered)) return undefined;
    return runs.launch({ ...launch, input: recovered.input, recovered });
  }

  /** One that stopped without an ending on record holds its key until it has one. */
  async #endingOf(run: string): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#stopped.set(run, resolve));
    if ((await headOf(this.#settings.journal, run))?.ended === false) await ended;
    this.#stopped.delete(run);
  }
}

function ignore(): void {}

/** A turn that was taken for what is not on record yet. */
const NOTHING_YET: UnderWay = { run: undefined, waitsFor: () => [] };
