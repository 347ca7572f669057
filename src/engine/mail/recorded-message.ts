import {
  checkJson,
  type Clock,
  type MessageKey,
  milliseconds,
  nonEmpty,
  randomUuid,
  systemClock,
} from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { checkedKey } from "../record/mailbox-name.ts";
import { letterAgain } from "./dead-letters.ts";
import type { Receipt } from "../engine.ts";
import { DEFAULT_DEDUPE, type Letter, MessageReceipts } from "./message-receipt.ts";

/*
 * Records messages without an engine. They are handled when an engine opens the journal.
 */

const DEDUPE_MS = milliseconds(DEFAULT_DEDUPE, "dedupe of a message");

/** @throws AitorError (rejects with) `not-json`, `invalid-option`; what the journal says. */
export async function recordMessage(
  journal: Journal,
  key: MessageKey,
  message: unknown,
  { id = randomUuid(), delay = 0, by, origin }: Partial<Pick<Letter, "id" | "delay" | "by" | "origin">> = {},
  clock: Clock = systemClock,
): Promise<Receipt> {
  const to = checkedKey(key);
  nonEmpty(id, "the id of a message");
  checkJson(message, `the message to ${to.name} "${to.id}"`, false);
  const letter = { to, message, id, delay, by, origin, asked: false };
  const { run, duplicate } = await new MessageReceipts(journal, clock, DEDUPE_MS).record(letter);
  return { id, run, duplicate };
}

/** Records a dead letter again. @throws AitorError (rejects with) `not-a-dead-letter`. */
export async function recordAgain(journal: Journal, run: string, clock: Clock = systemClock): Promise<Receipt> {
  const { to, message, id, enclosure } = await letterAgain(journal, clock, run);
  const letter = { to, message, id, delay: 0, by: undefined, asked: false, with: enclosure };
  const recorded = await new MessageReceipts(journal, clock, DEDUPE_MS).record(letter);
  return { id, run: recorded.run, duplicate: false };
}
