import type { EventEnvelope } from "../base/index.ts";
import type { Journal, Restored } from "./journal.ts";

/** What `restore` gives, by two calls: for a journal that has no shorter way, or that stands before another one. */
export async function restored(
  journal: Pick<Journal, "read" | "snapshots">,
  stream: string,
  atMost: number = Number.MAX_SAFE_INTEGER,
): Promise<Restored> {
  const snapshot = await journal.snapshots.get(stream, atMost);
  return { snapshot, events: upTo(journal.read(stream, (snapshot?.seq ?? 0) + 1), atMost) };
}

async function* upTo(events: AsyncIterable<EventEnvelope>, atMost: number): AsyncGenerator<EventEnvelope> {
  for await (const event of events) {
    if (event.seq > atMost) return;
    yield event;
  }
}
