import type { Clock } from "../base/index.ts";
import type { Head, Journal } from "../journal/index.ts";
import type { DeadLetter, Receipt } from "./engine.ts";
import type { RunAbout } from "./events.ts";
import type { Mail } from "./mail.ts";
import { notDeadLetterError } from "./message-errors.ts";
import { messageEvent } from "./message-receipt.ts";
import { headOf } from "./recorded-run.ts";
import { RecoveredRun } from "./recovery.ts";

/** The dead letters of a journal, or those to one definition, the oldest first. Looks at all runs that have ended. */
export async function* deadLetters(journal: Journal, name?: string): AsyncGenerator<DeadLetter, void, undefined> {
  for (const state of ["set-aside", "failed"] as const) {
    for await (const head of journal.heads({ kind: "run", state, ended: true })) {
      if (!isDead(head) || (name !== undefined && (head.about as RunAbout).name !== name)) continue;
      const recovered = await RecoveredRun.read(journal.read(head.stream));
      const ending = recovered?.ending;
      if (recovered?.message === undefined || ending === undefined || !("error" in ending)) continue;
      const { to, message } = recovered.message;
      const { stream: run, firstAt: receivedAt, lastAt: endedAt } = head;
      yield { run, to, message, why: state, error: ending.error, receivedAt, endedAt };
    }
  }
}

/**
 * Sends a dead letter again: as a new message, at the end of its key's queue. The old one is no dead letter any more.
 *
 * @throws AitorError (rejects with) `not-a-dead-letter`.
 */
export async function sendAgain(journal: Journal, clock: Clock, mail: Mail, run: string): Promise<Receipt> {
  const head = await headOf(journal, run);
  if (head === undefined || !isDead(head)) throw notDeadLetterError(run, head?.state);
  const recovered = await RecoveredRun.read(journal.read(run));
  if (recovered?.message === undefined) throw notDeadLetterError(run, head.state);
  const { to, message } = recovered.message;
  const id = crypto.randomUUID();
  const { kind, about } = head;
  return mail.send(
    to,
    message,
    { id },
    {},
    {
      events: [messageEvent(run, clock.now(), "message-sent-again", { message: id })],
      heads: [{ stream: run, kind, state: "sent-again", ended: true, about }],
      expect: { [run]: head.last },
    },
  );
}

function isDead({ state, about }: Head): boolean {
  const { key, asked } = about as RunAbout;
  return key !== undefined && (state === "set-aside" || (state === "failed" && asked !== true));
}
