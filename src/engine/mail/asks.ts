import { cancelledError, isAitorError, type MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { AskGraph } from "./ask-graph.ts";
import { AskedMessage, type EndAsked } from "./asked-message.ts";
import type { SendOptions } from "../engine.ts";
import type { RunOrigin } from "../record/events.ts";
import { agentHaltedError, type Halt } from "../record/halt.ts";
import type { Mail } from "./mail.ts";
import { checkedKey, messageRun } from "../record/mailbox-name.ts";
import type { Mailboxes } from "./mailboxes.ts";
import { type Outcome, Outcomes } from "./outcomes.ts";
import type { Ending } from "../record/recovered-run.ts";
import type { Asked, AskOfRun, Leave } from "../steps/run-context.ts";
import { engineClosedError } from "../record/run-errors.ts";

export interface AskSettings {
  readonly journal: Journal;
  readonly mail: Mail;
  readonly mailboxes: Mailboxes;
  readonly graph: AskGraph;
  readonly cancel: (run: string, reason: unknown) => Promise<void>;
}

/** Messages whose replies are awaited. */
export class Asks {
  readonly #settings: AskSettings;
  readonly #outcomes: Outcomes;
  #closed = false;

  constructor(settings: AskSettings) {
    this.#settings = settings;
    this.#outcomes = new Outcomes(settings.journal);
  }

  /** Sends a message, and waits until its run has an ending on record. */
  ask(key: MessageKey, message: unknown, options: AskOfRun = {}): Asked {
    // A run's message is that of its step alone.
    const asked = new AskedMessage(key, options.sender === undefined ? this.#leave : this.#settings.cancel);
    this.#outcomeOf(asked, checkedKey(key), message, options).then(
      (outcome) => asked.settle(outcome),
      (error: unknown) => asked.fail(error),
    );
    return asked;
  }

  /** A message was told, too, or asked in another process. */
  told(run: string): void {
    this.#outcomes.told(run);
  }

  /** Whether somebody waits for what a run gives. */
  awaits(run: string): boolean {
    return this.#outcomes.isAwaited(run);
  }

  /** A run has an ending on record. */
  ended(run: string, ending: Ending): void {
    this.#outcomes.settle(run, ending);
  }

  /** A run that was not under way was cancelled. */
  withdrawn(run: string, reason: unknown): void {
    this.#outcomes.settle(run, { error: cancelledError(`run "${run}"`, reason) });
  }

  /** A run stopped without an ending on record: who waits for it, or behind it, is told. */
  halted(key: MessageKey, halt: Halt): void {
    if (this.#closed) return;
    const error = agentHaltedError(key, halt, true);
    const behind = this.#settings.mailboxes.halted(key, halt, agentHaltedError(key, halt, false));
    for (const run of [halt.run, ...behind]) this.#outcomes.settle(run, { halted: error });
  }

  close(): void {
    this.#closed = true;
    this.#outcomes.failAll(engineClosedError());
  }

  readonly #leave: EndAsked = (run, reason, asked) => {
    const { name, id } = asked.to;
    const error = cancelledError(`the wait for the reply of ${name} "${id}"`, reason);
    return this.#outcomes.leave(run, asked, error) ? this.#settings.cancel(run, reason) : undefined;
  };

  async #outcomeOf(
    asked: AskedMessage,
    to: MessageKey,
    message: unknown,
    { id, origin, from, sender, replyBy, again, onRest, onLooked }: AskOfRun,
  ): Promise<Outcome> {
    const { mail, mailboxes, graph } = this.#settings;
    let outcome: Promise<Outcome> | undefined;
    const cleanUp: (() => void)[] = [];
    try {
      if (from !== undefined) cleanUp.push(graph.wait(from, to));
      const begin = (): void => asked.begin();
      const onWait = (leave: Leave): void => {
        onLooked?.();
        asked.waits(leave);
      };
      const onRun = (run: string, told: boolean): void => {
        outcome = this.#outcomes.of(run, asked, told);
        asked.sent(run);
        if (onRest !== undefined) cleanUp.push(this.#watch(to, onRest));
      };
      const sending = { asked: true, from, sender, replyBy, again, begin, onRun, onWait };
      const { run, duplicate } = await mail.send(to, message, optionsOf(id, origin), sending);
      if (duplicate) await this.#outcomes.settleAsRecorded(run);
      onLooked?.();
      const halt = mailboxes.haltOf(to);
      if (halt !== undefined) this.#outcomes.settle(run, { halted: agentHaltedError(to, halt, true) });
      return await (outcome as Promise<Outcome>);
    } catch (error) {
      asked.notSent(error);
      if (isAitorError(error, "agent-halted")) return { halted: error };
      if (again && id !== undefined && isAitorError(error, "definition-unknown") && (await mail.isOnRecord(to, id))) {
        return { halted: agentHaltedError(to, { run: messageRun(to, id, 1), error }, true) };
      }
      throw error;
    } finally {
      for (const end of cleanUp) end();
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
}

function optionsOf(id: string | undefined, origin: RunOrigin | undefined): SendOptions {
  return { ...(id !== undefined && { id }), ...(origin && { origin }) };
}
