import { checkJson, type Clock, type MessageKey, milliseconds, nonEmpty, randomUuid } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { AskGraph } from "./ask-graph.ts";
import type { TakenTurn } from "./beginnings.ts";
import type { Definitions } from "../run/definitions.ts";
import type { Receipt, SendOptions } from "../engine.ts";
import type { EngineEvent } from "../record/events.ts";
import type { AwaitedPlace, Mailbox, Queued } from "./mailbox.ts";
import { checkedKey } from "../record/mailbox-name.ts";
import type { Mailboxes } from "./mailboxes.ts";
import { agentHaltedError } from "../record/halt.ts";
import { type Enclosure, type Letter, MessageReceipts, type Recorded } from "./message-receipt.ts";
import type { Sending } from "../steps/run-context.ts";
import type { RunObservers } from "../run/run-observers.ts";
import { engineClosedError } from "../record/run-errors.ts";

export interface MailSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly mailboxes: Mailboxes;
  readonly graph: AskGraph;
  readonly observers: RunObservers;
  /** Milliseconds for which a message's id is known. */
  readonly dedupeMs: number;
  /** What messages to a definition wait for: those before them, which the journal holds, come first. */
  readonly ready: (name: string) => Promise<unknown> | undefined;
  /** Told of a message that is not handled yet, and that was there before and is told again, or is asked in another process. */
  readonly onWantedElsewhere: (run: string) => void;
}

/** Messages to keys: each is given a place, recorded, and has its turn. */
export class Mail {
  readonly #settings: MailSettings;
  readonly #receipts: MessageReceipts;
  #closed = false;

  constructor(settings: MailSettings) {
    this.#settings = settings;
    this.#receipts = new MessageReceipts(settings.journal, settings.clock, settings.dedupeMs);
  }

  /** @returns When it is durable. */
  send(
    key: MessageKey,
    message: unknown,
    { id: named, delay, origin }: SendOptions = {},
    sending: Sending = {},
    enclosure?: Enclosure,
  ): Promise<Receipt> {
    const { definitions, ready } = this.#settings;
    try {
      const id = named ?? randomUuid();
      const to = checkedKey(key);
      nonEmpty(id, "the id of a message");
      const ms = delay === undefined ? 0 : milliseconds(delay, "the delay of a message");
      const { asked = false, sender, replyBy, by, again } = sending;
      const isUnknown = again === true && !asked && !definitions.has(to.name);
      if (!isUnknown) definitions.get(to.name);
      checkJson(message, `the message to ${to.name} "${to.id}"`, false);
      const letter: Letter = { to, message, id, delay: ms, asked, sender, replyBy, by, origin, again, with: enclosure };
      if (isUnknown) return this.#sendIfKnown(letter, sending);
      const before = ready(to.name);
      const send = (): Promise<Receipt> => this.#send(letter, sending, named !== undefined);
      return before === undefined ? send() : before.then(send);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @param named Its sender gave its id: it may have come before. */
  #send(letter: Letter, sending: Sending, named: boolean): Promise<Receipt> {
    const { to, delay, asked } = letter;
    if (delay > 0) return this.#record(letter, sending);
    if (named && !this.#settings.mailboxes.admits(to, asked)) return this.#sendUnlessKnown(letter, sending);
    return this.#sendInPlace(letter, sending);
  }

  /** What is there already needs no place, and is not refused: its sender is answered the same. */
  async #sendUnlessKnown(letter: Letter, sending: Sending): Promise<Receipt> {
    const { to, id, again } = letter;
    if (await this.#receipts.knows(to, id, again)) return this.#record(letter, sending);
    return this.#sendInPlace(letter, sending);
  }

  /** Of a definition that is not there (yet): what was sent is for that to handle, and its sender's work is done. */
  async #sendIfKnown(letter: Letter, sending: Sending): Promise<Receipt> {
    const { to, id } = letter;
    if (!(await this.isOnRecord(to, id))) this.#settings.definitions.get(to.name);
    return this.#record(letter, sending);
  }

  #sendInPlace(letter: Letter, sending: Sending): Promise<Receipt> {
    const { to, asked } = letter;
    if (asked) this.#checkGoesOn(to);
    const mailbox = this.#settings.mailboxes.open(to);
    const place = mailbox.admit(to, asked);
    if (place === undefined) return this.#record(letter, sending, mailbox);
    return this.#waitFor(sending.from, to, place, sending.onWait).then(
      () => this.#record(letter, sending, mailbox),
      (error: unknown) => {
        this.#leave(to, mailbox);
        throw error;
      },
    );
  }

  /**
   * Where it is not recorded, or was before, the turn that was taken for it is given back.
   *
   * @param mailbox In which it has a place.
   */
  #record(letter: Letter, sending: Sending, mailbox?: Mailbox): Promise<Receipt> {
    let turn: TakenTurn | undefined;
    let isOver = false;
    const over = (recorded?: Recorded): void => {
      if (isOver) return;
      isOver = true;
      try {
        if (recorded?.begun === undefined) turn?.giveBack();
        if (recorded !== undefined) this.#recorded(letter, recorded, sending, turn);
      } finally {
        if (mailbox !== undefined) this.#leave(letter.to, mailbox);
      }
    };
    const failed = (error: unknown): never => {
      over();
      throw error;
    };
    try {
      if (mailbox !== undefined && this.#closed) throw engineClosedError();
      turn = mailbox && this.#settings.mailboxes.takeTurn(letter.to);
      sending.begin?.();
      const receiptOf = ({ run, duplicate }: Recorded): Receipt => ({ id: letter.id, run, duplicate });
      return this.#receipts.record(letter, turn, over).then(receiptOf, failed);
    } catch (error) {
      over();
      return Promise.reject(error);
    }
  }

  #recorded(
    { to, delay, asked, by, with: enclosure }: Letter,
    { run, received, begun, duplicate, told }: Recorded,
    { from, onRun }: Sending,
    turn: TakenTurn | undefined,
  ): void {
    const { clock, mailboxes, observers, onWantedElsewhere } = this.#settings;
    onRun?.(run, told);
    // A run sends it, and waits for its reply.
    const awaited = asked && from !== undefined;
    if (duplicate && awaited) mailboxes.expect(run);
    if (received !== undefined) {
      observers.tell(received, to.name);
      const queued: Queued = { kind: "message", run, key: to, at: clock.now(), awaited, received, begun };
      if (begun === undefined) mailboxes.later(queued, delay);
      else turn?.begin(queued);
    }
    const isWantedElsewhere = asked ? by !== undefined : duplicate;
    if (isWantedElsewhere && mailboxes.isOpen(run)) onWantedElsewhere(run);
    for (const event of enclosure?.events ?? []) observers.tell(event as EngineEvent, to.name);
  }

  /** Whether a message of that id, which a run has sent, is on record. */
  isOnRecord(to: MessageKey, id: string): Promise<boolean> {
    return this.#receipts.knows(to, id, true);
  }

  /** Does something when it is the key's turn, as if it were a message; nothing of it is on record. */
  async turn<Out>(key: MessageKey, work: () => Promise<Out>): Promise<Out> {
    const { clock, mailboxes, ready } = this.#settings;
    const before = ready(key.name);
    if (before !== undefined) await before;
    this.#checkGoesOn(key);
    const mailbox = mailboxes.open(key);
    const place = mailbox.admit(key, true);
    let done: Promise<Out>;
    try {
      if (place !== undefined) await this.#waitFor(undefined, key, place);
      if (this.#closed) throw engineClosedError();
      const { promise, resolve, reject } = Promise.withResolvers<Out>();
      const inTurn = async (): Promise<void> => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      mailboxes.enqueue(key, { kind: "turn", at: clock.now(), work: inTurn, refuse: reject });
      done = promise;
    } finally {
      this.#leave(key, mailbox);
    }
    return done;
  }

  close(): void {
    this.#closed = true;
  }

  /** @throws AitorError `agent-halted`. */
  #checkGoesOn(key: MessageKey): void {
    const halt = this.#settings.mailboxes.haltOf(key);
    if (halt !== undefined) throw agentHaltedError(key, halt, false);
  }

  /** What had a place in it has come, or does not. */
  #leave(to: MessageKey, mailbox: Mailbox): void {
    mailbox.giveBack();
    this.#settings.mailboxes.closeIfIdle(to, mailbox);
  }

  /** Waits for a place; who sends from a run may not wait for its own agent that way. */
  async #waitFor(
    from: MessageKey | undefined,
    to: MessageKey,
    { free, leave }: AwaitedPlace,
    onWait?: Sending["onWait"],
  ): Promise<void> {
    onWait?.(leave);
    let arrived: (() => void) | undefined;
    try {
      if (from !== undefined) arrived = this.#settings.graph.wait(from, to);
      await free;
    } catch (error) {
      free.catch(ignore);
      leave(error as Error);
      throw error;
    } finally {
      arrived?.();
    }
  }
}

function ignore(): undefined {}
