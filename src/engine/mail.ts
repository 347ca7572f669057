import {
  type AitorError,
  cancelledError,
  checkJson,
  type Clock,
  type MessageKey,
  milliseconds,
  nonEmpty,
} from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { AskGraph } from "./ask-graph.ts";
import type { TakenTurn } from "./beginnings.ts";
import type { Definitions } from "./definitions.ts";
import type { Receipt, SendOptions } from "./engine.ts";
import type { EngineEvent, RunOrigin } from "./events.ts";
import type { Mailboxes } from "./mailboxes.ts";
import { type Enclosure, type Letter, MessageReceipts, type Recorded } from "./message-receipt.ts";
import { Outcomes } from "./outcomes.ts";
import type { Ending } from "./recovery.ts";
import type { Asked, AskOfRun, Sending } from "./run-context.ts";
import { engineClosedError } from "./run-errors.ts";

export interface MailSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly mailboxes: Mailboxes;
  /** Milliseconds for which a message's id is known. */
  readonly dedupeMs: number;
  /** What messages to a definition wait for: those before them, which the journal holds, come first. */
  readonly ready: (name: string) => Promise<unknown> | undefined;
  readonly cancel: (run: string, reason: unknown) => Promise<void>;
  /** Told of each event of a message that was recorded. */
  readonly onEvent: (event: EngineEvent, name: string) => void;
}

/** Messages to keys and their replies. */
export class Mail {
  readonly #settings: MailSettings;
  readonly #receipts: MessageReceipts;
  readonly #outcomes: Outcomes;
  readonly #graph = new AskGraph();
  /** What rejects the turns that did not come yet. */
  readonly #turns = new Set<(error: Error) => void>();
  #closed = false;

  constructor(settings: MailSettings) {
    this.#settings = settings;
    this.#receipts = new MessageReceipts(settings.journal, settings.clock, settings.dedupeMs);
    this.#outcomes = new Outcomes(settings.journal);
  }

  /** @returns When it is durable. */
  async send(
    key: MessageKey,
    message: unknown,
    { id: known, delay, origin }: SendOptions = {},
    { from, by, asked = false, begin, onRun, onWait }: Sending = {},
    enclosure?: Enclosure,
  ): Promise<Receipt> {
    const { clock, definitions, mailboxes, ready } = this.#settings;
    const id = known ?? crypto.randomUUID();
    const to = checkedKey(key);
    nonEmpty(id, "the id of a message");
    const ms = delay === undefined ? 0 : milliseconds(delay, "the delay of a message");
    definitions.get(to.name);
    checkJson(message, `the message to ${to.name} "${to.id}"`, false);
    const before = ready(to.name);
    if (before !== undefined) await before;
    const letter = { to, message, id, delay: ms, asked, by, origin, ...(enclosure && { with: enclosure }) };
    const record = async (turn?: TakenTurn): Promise<Receipt> => {
      const { run, received, begun, duplicate } = await this.#record(letter, turn, begin);
      onRun?.(run);
      if (duplicate && asked && from !== undefined) mailboxes.expect(run);
      if (received !== undefined) {
        this.#settings.onEvent(received as EngineEvent, to.name);
        const awaited = asked && from !== undefined;
        const queued = { kind: "message", run, key: to, at: clock.now(), awaited, received, begun } as const;
        if (begun === undefined) mailboxes.later(queued, ms);
        else turn?.begin(queued);
      }
      for (const event of enclosure?.events ?? []) this.#settings.onEvent(event as EngineEvent, to.name);
      return { id, run, duplicate };
    };
    if (ms > 0) return record();
    // What is there already needs no place, and is not refused: its sender is answered the same.
    if (known !== undefined && !mailboxes.open(to).admits && (await this.#receipts.knows(to, known))) return record();
    return this.#inPlace(to, from, () => record(mailboxes.takeTurn(to)), onWait);
  }

  /** Sends a message, and waits until its run has an ending on record. */
  ask(key: MessageKey, message: unknown, options: AskOfRun = {}): Asked {
    const { promise: reply, resolve, reject } = Promise.withResolvers<unknown>();
    const sent = Promise.withResolvers<string>();
    sent.promise.catch(ignore);
    let begun = false;
    let withdrawn: AitorError | undefined;
    const begin = (): void => {
      if (withdrawn !== undefined) throw withdrawn;
      begun = true;
    };
    this.#ask(checkedKey(key), message, options, begin, sent).then(resolve, reject);
    const withdraw = async (reason: unknown): Promise<void> => {
      reply.catch(ignore);
      withdrawn = cancelledError(`the message to ${key.name} "${key.id}"`, reason);
      if (!begun) {
        sent.reject(withdrawn);
        reject(withdrawn);
        return;
      }
      const run = await sent.promise.catch(ignore);
      if (run !== undefined) await this.#settings.cancel(run, reason);
    };
    return { run: sent.promise, reply, withdraw };
  }

  /** Where it is not recorded, or was before, the turn that was taken for it is given back. */
  async #record(letter: Letter, turn: TakenTurn | undefined, begin?: () => void): Promise<Recorded> {
    let recorded: Recorded | undefined;
    try {
      begin?.();
      return (recorded = await this.#receipts.record(turn === undefined ? letter : { ...letter, turn }));
    } finally {
      if (recorded?.begun === undefined) turn?.giveBack();
    }
  }

  async #ask(
    to: MessageKey,
    message: unknown,
    { id, origin, from, onRest }: AskOfRun,
    begin: () => void,
    sent: PromiseWithResolvers<string>,
  ): Promise<unknown> {
    let outcome: Promise<unknown> | undefined;
    const cleanUp: (() => void)[] = [];
    try {
      if (from !== undefined) cleanUp.push(this.#graph.wait(from, to));
      const onRun = (run: string): void => {
        outcome = this.#outcomes.of(run);
        // It may come before the message's receipt does.
        outcome.catch(ignore);
        sent.resolve(run);
        if (onRest !== undefined) cleanUp.push(this.#watch(to, onRest));
      };
      const sending = { asked: true, from, begin, onRun };
      const { run, duplicate } = await this.send(to, message, optionsOf(id, origin), sending);
      if (duplicate) await this.#outcomes.settleAsRecorded(run);
      return await outcome;
    } catch (error) {
      sent.reject(error);
      throw error;
    } finally {
      for (const step of cleanUp) step();
    }
  }

  /** Does something when it is the key's turn, as if it were a message; nothing of it is on record. */
  async turn<Out>(key: MessageKey, work: () => Promise<Out>): Promise<Out> {
    const { clock, mailboxes, ready } = this.#settings;
    const before = ready(key.name);
    if (before !== undefined) await before;
    const { done } = await this.#inPlace(key, undefined, async () => {
      const { promise, resolve, reject } = Promise.withResolvers<Out>();
      this.#turns.add(reject);
      const inTurn = async (): Promise<void> => {
        this.#turns.delete(reject);
        await work().then(resolve, reject);
      };
      mailboxes.turn(key, { kind: "turn", at: clock.now(), work: inTurn });
      return { done: promise };
    });
    return done;
  }

  /** A run has an ending on record. */
  ended(run: string, ending: Ending): void {
    this.#outcomes.settle(run, ending);
  }

  /** A run that was not under way was cancelled. */
  withdrawn(run: string, reason: unknown): void {
    this.#outcomes.settle(run, { error: cancelledError(`run "${run}"`, reason) });
  }

  close(): void {
    this.#closed = true;
    this.#outcomes.rejectAll(engineClosedError());
    for (const reject of this.#turns) reject(engineClosedError());
    this.#turns.clear();
  }

  /** Does something once there is a place in the mailbox, which is free again when it is done. */
  async #inPlace<Out>(
    to: MessageKey,
    from: MessageKey | undefined,
    enter: () => Promise<Out>,
    onWait?: () => void,
  ): Promise<Out> {
    const { mailboxes } = this.#settings;
    const mailbox = mailboxes.open(to);
    const place = mailbox.admit(to);
    try {
      if (place !== undefined) {
        onWait?.();
        await this.#waitFor(from, to, place);
      }
      if (this.#closed) throw engineClosedError();
      return await enter();
    } finally {
      mailbox.giveBack();
      mailboxes.closeIfIdle(to, mailbox);
    }
  }

  #watch(to: MessageKey, onRest: (resting: boolean) => void): () => void {
    const { mailboxes } = this.#settings;
    const mailbox = mailboxes.open(to);
    const unwatch = mailbox.watch(onRest);
    return () => {
      unwatch();
      mailboxes.closeIfIdle(to, mailbox);
    };
  }

  /** Waits for a place; who sends from a run may not wait for its own agent that way. */
  async #waitFor(from: MessageKey | undefined, to: MessageKey, place: Promise<void>): Promise<void> {
    const arrived = from === undefined ? undefined : this.#graph.wait(from, to);
    try {
      await place;
    } finally {
      arrived?.();
    }
  }
}

function optionsOf(id: string | undefined, origin: RunOrigin | undefined): SendOptions {
  return { ...(id !== undefined && { id }), ...(origin && { origin }) };
}

/** @throws AitorError `invalid-option`. */
function checkedKey({ name, id }: MessageKey): MessageKey {
  return { name: nonEmpty(name, "the name in a message's key"), id: nonEmpty(id, "the id in a message's key") };
}

function ignore(): undefined {}
