import type { MessageKey } from "../../base/index.ts";
import type { Head } from "../../journal/index.ts";
import type { HaltedOrNot } from "../run/active-run.ts";
import type { Launch } from "../run/active-runs.ts";
import { Beginnings, type TakenTurn, takenTurn } from "./beginnings.ts";
import type { Following } from "../run/following.ts";
import { haltData } from "../record/conclusion.ts";
import { DelayedMessages } from "./delayed-messages.ts";
import type { RunAbout } from "../record/events.ts";
import type { Halt } from "../record/halt.ts";
import { Mailbox, NO_RUN, type Queued, type QueuedTurn, recoveredMessage } from "./mailbox.ts";
import type { MailboxSettings } from "./mailbox-settings.ts";
import { mailboxName, messageKeyOf } from "../record/mailbox-name.ts";
import { mailStats } from "./mail-stats.ts";
import { RecoveredRun } from "../record/recovered-run.ts";
import { engineClosedError } from "../record/run-errors.ts";
import { runEvent } from "../record/run-event.ts";
import type { MailStats } from "../figures/stats.ts";
import { StoppedRuns } from "../run/stopped-runs.ts";
import { type KnownRuns, RunUnderWay } from "./run-under-way.ts";
import { Suspects } from "./suspects.ts";
import { timeLeft } from "../record/time-left.ts";

/**
 * Keyed order. A queue is nothing but the runs of a key that have not ended, in the order of their receipts. Of each key
 * one runs at a time; a suspended run holds its key's place.
 */
export class Mailboxes {
  readonly #settings: MailboxSettings;
  readonly #beginnings: Beginnings;
  /** By key, those in use. */
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #delayed: DelayedMessages;
  /** The runs of messages whose turn will come. */
  readonly #waiting = new Set<string>();
  /** By run, what those waited for that rested when their process ended, until they are under way again. */
  readonly #rested = new Map<string, readonly string[]>();
  /** Runs whose turn it is, and that are being read to go on. */
  readonly #reading = new Set<string>();
  readonly #known: KnownRuns;
  readonly #stopped: StoppedRuns;
  readonly #suspects: Suspects;
  #paused = false;
  /** Resolves when something comes to rest, where somebody waits for that. */
  #changed: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(settings: MailboxSettings) {
    this.#settings = settings;
    this.#known = { runs: settings.runs, waiting: this.#waiting, rested: this.#rested };
    this.#beginnings = new Beginnings(settings);
    this.#suspects = new Suspects(settings);
    this.#delayed = new DelayedMessages(settings.clock);
    this.#stopped = new StoppedRuns(settings.journal);
  }

  /** @throws AitorError `definition-unknown`. */
  open(key: MessageKey): Mailbox {
    const rules = this.#settings.definitions.mailboxOf(key.name);
    const name = mailboxName(key);
    let mailbox = this.#mailboxes.get(name);
    if (mailbox === undefined) this.#mailboxes.set(name, (mailbox = new Mailbox(rules)));
    return mailbox;
  }

  /** Whether a message to that key would be given a place at once. @param asked Somebody waits for its reply. */
  admits(key: MessageKey, asked: boolean): boolean {
    return this.open(key).admits && !(asked && this.haltOf(key) !== undefined);
  }

  closeIfIdle(key: MessageKey, mailbox: Mailbox): void {
    if (mailbox.idle) this.#mailboxes.delete(mailboxName(key));
  }

  /** Takes over a message that is on record. */
  recover(head: Head): void {
    const { dueAt, key, waitsFor } = head.about as RunAbout;
    if (key === undefined || this.#waiting.has(head.stream)) return;
    if (head.state === "suspended" && waitsFor !== undefined) this.#rested.set(head.stream, waitsFor);
    const delayed = dueAt !== undefined && head.state === "queued";
    const left = delayed ? timeLeft({ at: dueAt, ms: dueAt - head.firstAt }, this.#settings.clock.now()) : 0;
    this.later(recoveredMessage(head.stream, key, head.firstAt), left);
  }

  /** @param ms Its turn does not come before they have passed. */
  later(queued: Queued, ms: number): void {
    if (this.#closed) return;
    this.#waiting.add(queued.run);
    if (ms === 0) this.enqueue(queued.key, queued);
    else this.#delayed.add(queued.run, ms, () => this.enqueue(queued.key, queued));
  }

  enqueue(key: MessageKey, item: Queued | QueuedTurn): void {
    const mailbox = this.open(key);
    mailbox.push(item);
    if (mailbox.underWay === undefined) void this.#work(key, mailbox);
  }

  /** Takes the turn of a key that is idle for the message that is about to be recorded. */
  takeTurn(key: MessageKey): TakenTurn | undefined {
    const mailbox = this.open(key);
    const start = this.#paused || this.#closed || !mailbox.awaitsOne ? undefined : this.#beginnings.start(key.name);
    if (start === undefined) return undefined;
    mailbox.underWay = NO_RUN;
    return takenTurn(start, this.#waiting, (message) => void this.#work(key, mailbox, message));
  }

  /** Nothing comes after a run that stopped in its key's turn. @returns The runs of the messages that wait behind it. */
  halted(key: MessageKey, halt: Halt, error: Error): string[] {
    const mailbox = this.#mailboxes.get(mailboxName(key));
    return mailbox?.underWay?.run === halt.run ? mailbox.halted(halt, error) : [];
  }

  /** What keeps a key from going on. */
  haltOf(key: MessageKey): Halt | undefined {
    const halt = this.#mailboxes.get(mailboxName(key))?.halt;
    return halt === undefined || this.#settings.runs.get(halt.run) !== undefined ? undefined : halt;
  }

  /** A run has ended; its key may have waited for that. */
  ended(run: string): void {
    this.#rested.delete(run);
    this.#stopped.ended(run);
  }

  /** A run that was not under way was cancelled. */
  withdraw(run: string): void {
    this.#delayed.withdraw(run);
    if (this.#waiting.delete(run)) this.#mailboxOf(run)?.withdraw(run);
    this.ended(run);
  }

  /** Whether its turn will come, or it is under way. */
  isOpen(run: string): boolean {
    return this.#waiting.has(run) || this.#reading.has(run) || this.#settings.runs.get(run) !== undefined;
  }

  /** A run waits for the reply to a message that came before. */
  expect(run: string): void {
    this.#mailboxOf(run)?.expect(run);
  }

  close(): void {
    this.#closed = true;
    this.#delayed.close();
    for (const mailbox of this.#mailboxes.values()) {
      if (mailbox.first?.kind === "message") void this.#beginnings.pause(mailbox.first);
      mailbox.close(engineClosedError());
    }
    this.#mailboxes.clear();
    this.#change();
  }

  /** Resolves when nothing goes on by itself any more. @param drain What waits is handled first; else only what a run waits for. */
  async quiet(drain: boolean): Promise<void> {
    this.#paused = !drain;
    while (!this.#closed && [...this.#mailboxes.values()].some((mailbox) => !mailbox.quiet)) {
      await (this.#changed ??= Promise.withResolvers()).promise;
    }
  }

  stats(now: number): MailStats {
    return mailStats(this.#mailboxes.values(), this.#delayed.size, now);
  }

  /** Something came to rest. */
  #change(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }

  /** @param first What has its turn before all that waits. */
  async #work(key: MessageKey, mailbox: Mailbox, first?: Queued): Promise<void> {
    for (let next = first ?? this.#next(mailbox); next !== undefined; next = this.#next(mailbox)) {
      mailbox.underWay = next.kind === "turn" ? NO_RUN : new RunUnderWay(next, this.#known);
      if (next.kind === "turn") await next.work();
      else await this.#handle(next, mailbox);
      mailbox.rest(false);
      if (this.#closed) return;
    }
    mailbox.underWay = undefined;
    this.closeIfIdle(key, mailbox);
    this.#change();
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
    return this.#beginnings.following(first, () => this.#closed);
  }

  #handle(message: Queued, mailbox: Mailbox): undefined | Promise<void> {
    const { handling } = this.#settings;
    if (message.received === undefined || !handling.available || this.#closed) return this.#inPlace(message, mailbox);
    return this.#handleWith(message, mailbox, handling.bounded ? (handling.take() as () => void) : undefined);
  }

  async #inPlace(message: Queued, mailbox: Mailbox): Promise<void> {
    const { recovering, handling } = this.#settings;
    const isNew = message.received !== undefined;
    const slots = isNew ? handling : recovering;
    let free = slots.bounded ? await slots.take() : undefined;
    try {
      if (!isNew) free = await this.#suspects.alone(message.run, free);
    } catch (error) {
      free?.();
      return this.#unreadable(message, mailbox, error as Error);
    }
    if (!this.#closed) return this.#handleWith(message, mailbox, free);
    free?.();
    void this.#beginnings.pause(message);
  }

  /** No function waits here: what many hold that wait for the disk is copied by the collector. */
  #handleWith(message: Queued, mailbox: Mailbox, free: (() => void) | undefined): undefined | Promise<void> {
    const failed = (error: unknown): Promise<void> => {
      free?.();
      return this.#unreadable(message, mailbox, error as Error);
    };
    const untilEnded = (begun: HaltedOrNot<unknown> | undefined): undefined | Promise<void> => {
      const ended = (): undefined | Promise<void> => {
        free?.();
        return begun?.halted === true && !this.#closed ? this.#endingOf(begun.id, mailbox) : undefined;
      };
      return begun === undefined ? ended() : begun.result.then(ended, ended);
    };
    try {
      const begun = this.#settings.locks.hold(message.run, () => this.#begin(message, mailbox, free));
      return begun instanceof Promise ? begun.then(untilEnded).catch(failed) : untilEnded(begun);
    } catch (error) {
      return failed(error);
    }
  }

  /** What cannot be begun is not passed over: it holds its key, too. */
  async #unreadable({ run, key }: Queued, mailbox: Mailbox, error: Error): Promise<void> {
    this.#rested.delete(run);
    if (this.#closed) return;
    const { observers, clock, onHalted } = this.#settings;
    observers.tell(runEvent(run, clock.now(), "", "run-halted", haltData(error)), key.name);
    onHalted(key, { run, error });
    await this.#endingOf(run, mailbox);
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
      this.#change();
    };
    const following = (): Following | undefined => this.#following(mailbox);
    const input = received?.data.message;
    const launch = { id: run, runnable, input, received, begun, key, watched: false, onRest, onYield: free, following };
    return received === undefined ? this.#goOn(launch) : runs.launch(launch);
  }

  async #goOn(launch: Launch<unknown, unknown> & { key: MessageKey }): Promise<HaltedOrNot<unknown> | undefined> {
    const { id, key } = launch;
    this.#reading.add(id);
    try {
      const recovered = await RecoveredRun.read(this.#settings.journal.read(id));
      if (recovered === undefined || recovered.ending !== undefined || this.#closed) return undefined;
      if (await this.#suspects.setAside(id, key, recovered)) return undefined;
      return this.#settings.runs.launch({ ...launch, input: recovered.input, recovered });
    } finally {
      this.#reading.delete(id);
      this.#rested.delete(id);
    }
  }

  /** One that stopped without an ending on record holds its key until it has one. */
  async #endingOf(run: string, mailbox: Mailbox): Promise<void> {
    mailbox.rest(true);
    this.#change();
    await this.#stopped.endingOf(run);
    mailbox.halt = undefined;
  }
}
