import { type Clock, type MessageKey, randomUuid } from "../../base/index.ts";
import { expecting, type Head, type Journal } from "../../journal/index.ts";
import type { DeadLetter } from "../engine.ts";
import type { RunAbout } from "../record/events.ts";
import { notDeadLetterError } from "../record/message-errors.ts";
import type { Enclosure } from "./message-receipt.ts";
import { headOf } from "../record/run-head.ts";
import { RecoveredRun } from "../record/recovered-run.ts";
import { runEvent } from "../record/run-event.ts";

interface LetterAgain {
  readonly to: MessageKey;
  readonly message: unknown;
  /** The new message's. */
  readonly id: string;
  readonly enclosure: Enclosure;
}

/**
 * The dead letters of a journal, or those to one definition: those that were set aside, then those that failed, the oldest of each
 * first. Looks at all runs that have ended.
 */
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

/** A dead letter as a new message, and what is recorded along with it. @throws AitorError (rejects with) `not-a-dead-letter`. */
export async function letterAgain(journal: Journal, clock: Clock, run: string): Promise<LetterAgain> {
  const head = await headOf(journal, run);
  if (head === undefined || !isDead(head)) throw notDeadLetterError(run, head?.state);
  const recovered = await RecoveredRun.read(journal.read(run));
  if (recovered?.message === undefined) throw notDeadLetterError(run, head.state);
  const { to, message } = recovered.message;
  const id = randomUuid();
  const { kind, about, last } = head;
  const enclosure = {
    events: [runEvent(run, clock.now(), "", "message-sent-again", { message: id })],
    heads: [{ stream: run, kind, state: "sent-again", ended: true, about }],
    expect: expecting(run, last),
  };
  return { to, message, id, enclosure };
}

function isDead({ state, about }: Head): boolean {
  const { key, asked } = about as RunAbout;
  return key !== undefined && (state === "set-aside" || (state === "failed" && asked !== true));
}
