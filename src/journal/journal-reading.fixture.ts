import type { EventEnvelope } from "../base/index.ts";
import type { Journal } from "./journal.ts";

export function event(stream: string, n: number): EventEnvelope {
  return { v: 1, stream, seq: 0, at: 1, run: "run", key: "key", type: "happened", data: { n } };
}

/** The numbers that events were made with. */
export function numbers(events: readonly EventEnvelope[]): number[] {
  return events.map(({ data }) => (data as { n: number }).n);
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The first events that the journal's tail gives, over all streams. */
export async function first(count: number, journal: Journal, from = 0): Promise<EventEnvelope[]> {
  const found: EventEnvelope[] = [];
  const stop = new AbortController();
  for await (const item of journal.tail(from, stop.signal)) {
    found.push(item);
    if (found.length === count) stop.abort();
  }
  return found;
}
