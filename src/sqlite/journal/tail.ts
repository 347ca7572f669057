import type { EventEnvelope } from "../../base/index.ts";
import type { TailPage } from "../worker/protocol.ts";
import { eventsOf } from "../worker/record-text.ts";
import type { SharedJournal } from "./shared-journal.ts";

/**
 * All events from a `seq` on, and then each new one. What was recorded before the journal is closed is given afterwards
 * too, by another reader of the file where this one is far behind.
 */
export async function* tail(
  shared: SharedJournal,
  isClosed: () => boolean,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<EventEnvelope, void, undefined> {
  let next = from;
  let closed = false;
  let reader: SharedJournal | undefined;
  shared.recent.tailBegins();
  try {
    while (!signal.aborted) {
      const { revision: here } = shared;
      let file = 0;
      if (!closed && isClosed()) {
        closed = true;
        await shared.queue.settled();
      }
      let page = shared.recent.since(next);
      if (page === undefined) {
        if (closed) reader ??= shared.reader();
        const read: TailPage = await (reader ?? shared).call("tail", { from: next });
        page = read;
        file = read.revision;
      }
      for (const event of eventsOf(page.cells)) {
        if (signal.aborted) return;
        if (event.seq >= next) yield event;
      }
      next = page.next;
      if (page.more) continue;
      if (closed) return;
      await shared.change({ here, file }, signal);
    }
  } finally {
    shared.recent.tailEnds();
    await reader?.release();
  }
}
