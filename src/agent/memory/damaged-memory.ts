import { type EventEnvelope, isAitorError } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";

/** What is on record of a memory cannot be read, for this cause; the journal may be well. */
export class DamagedMemory extends Error {
  constructor(cause: unknown) {
    super("the memory on record is damaged", { cause });
  }
}

/** @throws DamagedMemory where the journal's record is damaged; what else the journal says. */
export function eventsOf(
  journal: Journal,
  stream: string,
  from?: number,
): AsyncGenerator<EventEnvelope, void, undefined> {
  return undamagedEvents(journal.read(stream, from));
}

async function* undamagedEvents(of: AsyncIterable<EventEnvelope>): AsyncGenerator<EventEnvelope, void, undefined> {
  const events = of[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<EventEnvelope, unknown>;
      try {
        next = await events.next();
      } catch (error) {
        throw unlessCorrupt(error);
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await events.return?.();
  }
}

/** What the journal says, or DamagedMemory where that is that its record is damaged. */
export function unlessCorrupt(error: unknown): unknown {
  return isAitorError(error, "journal-corrupt") ? new DamagedMemory(error) : error;
}

/** @throws DamagedMemory for whatever it throws. */
export function orDamaged<Out>(act: () => Out): Out {
  try {
    return act();
  } catch (error) {
    throw new DamagedMemory(error);
  }
}
