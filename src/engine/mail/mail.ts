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
}

/** Messages to keys: each is given a place, recorded, and has its turn. */
export class Mail {
  readonly #settings: MailSettings;
  readonly #receipts: MessageReceipts;
  /** What rejects the turns that did not come yet. */
  readonly #turns = new Set<(error: Error) => void>();
  #closed = false;

  constructor(settings: MailSettings) {
    this.#settings = settings;
    this.#receipts = new MessageReceipts(settings.journal, settings.clock, settings.dedupeMs);
  }

  /** @returns When it is durable. */
  async send(
    key: MessageKey,
    message: unknown,
    { id: known, delay, origin }: SendOptions = {},
    sending: Sending = {},
    enclosure?: Enclosure,
  ): Promise<Receipt> {
    const { definitions, mailboxes, ready } = this.#settings;
    const id = known ?? randomUuid();
    const to = checkedKey(key);
    nonEmpty(id, "the id of a message");
    const ms = delay === undefined ? 0 : milliseconds(delay, "the delay of a message");
    definitions.get(to.name);
    checkJson(message, `the message to ${to.name} "${to.id}"`, false);
    const before = ready(to.name);
    if (before !== undefined) await before;
    const { asked = false, sender, by, from, again } = sending;
    const letter: Letter = { to, message, id, delay: ms, asked, sender, by, origin, again, with: enclosure };
    if (ms > 0) return this.#record(letter, sending);
    // What is there already needs no place, and is not refused: its sender is answered the same.
    if (known !== undefined && !mailboxes.admits(to, asked) && (await this.#receipts.knows(to, known, again))) {
      return this.#record(letter, sending);
    }
    if (asked) this.#checkGoesOn(to);
    const mailbox = mailboxes.open(to);
    const place = mailbox.admit(to, asked);
    try {
      if (place !== undefined) await this.#waitFor(from, to, place, sending.onWait);
      if (this.#closed) throw engineClosedError();
      return await this.#record(letter, sending, mailboxes.takeTurn(to));
    } finally {
      this.#leave(to, mailbox);
    }
  }

  /** Where it is not recorded, or was before, the turn that was taken for it is given back. */
  async #record(letter: Letter, { begin, onRun, from }: Sending, turn?: TakenTurn): Promise<Receipt> {
    let recorded: Recorded | undefined;
    try {
      begin?.();
      recorded = await this.#receipts.record(letter, turn);
    } finally {
      if (recorded?.begun === undefined) turn?.giveBack();
    }
    onRun?.(recorded.run);
    this.#recorded(letter, recorded, from !== undefined, turn);
    return { id: letter.id, run: recorded.run, duplicate: recorded.duplicate };
  }

  /** @param awaits A run sends it, and waits for its reply where it asks. */
  #recorded(
    { to, delay, asked, with: enclosure }: Letter,
    recorded: Recorded,
    awaits: boolean,
    turn?: TakenTurn,
  ): void {
    const { clock, mailboxes, observers } = this.#settings;
    const { run, received, begun, duplicate } = recorded;
    const awaited = asked && awaits;
    if (duplicate && awaited) mailboxes.expect(run);
    if (received !== undefined) {
      observers.tell(received, to.name);
      const queued: Queued = { kind: "message", run, key: to, at: clock.now(), awaited, received, begun };
      if (begun === undefined) mailboxes.later(queued, delay);
      else turn?.begin(queued);
    }
    for (const event of enclosure?.events ?? []) observers.tell(event as EngineEvent, to.name);
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
      this.#turns.add(reject);
      const inTurn = async (): Promise<void> => {
        this.#turns.delete(reject);
        await work().then(resolve, reject);
      };
      const refuse = (error: Error): void => {
        this.#turns.delete(reject);
        reject(error);
      };
      mailboxes.turn(key, { kind: "turn", at: clock.now(), work: inTurn, refuse });
      done = promise;
    } finally {
      this.#leave(key, mailbox);
    }
    return done;
  }

  close(): void {
    this.#closed = true;
    for (const reject of this.#turns) reject(engineClosedError());
    this.#turns.clear();
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
