import type { Mailbox } from "./mailbox.ts";
import type { MailStats } from "../figures/stats.ts";

/** @param delayed Messages that are not due. */
export function mailStats(mailboxes: Iterable<Mailbox>, delayed: number, now: number): MailStats {
  let queued = 0;
  let handling = 0;
  let suspended = 0;
  let halted = 0;
  let oldest = now;
  for (const mailbox of mailboxes) {
    const { underWay } = mailbox;
    queued += mailbox.length;
    oldest = Math.min(oldest, mailbox.oldest ?? now);
    if (underWay === undefined) continue;
    if (mailbox.halt !== undefined) halted++;
    else if (underWay.waitsFor.length > 0) suspended++;
    else if (underWay.queuedAt !== undefined) {
      queued++;
      oldest = Math.min(oldest, underWay.queuedAt);
    } else handling++;
  }
  return { queued, oldestMs: now - oldest, delayed, handling, suspended, halted };
}
