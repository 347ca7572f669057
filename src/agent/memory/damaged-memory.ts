import { type EventEnvelope, isAitorError } from "../../base/index.ts";
import { type Journal, JournalFailure } from "../../journal/index.ts";

/** What is on record of a memory cannot be read, for this cause; the journal may be well. */
export class DamagedMemory extends Error {
  constructor(cause: unknown) {
    super("the memory on record is damaged", { cause });
  }
}

/** @throws DamagedMemory where the journal's record is damaged; JournalFailure of what else it says. */
export async function* eventsOf(
  journal: Journal,
  stream: string,
  from?: number,
): AsyncGenerator<EventEnvelope, void, undefined> {
  const events = journal.read(stream, from)[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<EventEnvelope, unknown>;
      try {
        next = await events.next();
      } catch (error) {
        throw damagedOrFailed(error);
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await events.return?.();
  }
}

/** What the journal said: DamagedMemory where its record is damaged, else JournalFailure. */
export function damagedOrFailed(error: unknown): DamagedMemory | JournalFailure {
  if (error instanceof DamagedMemory || error instanceof JournalFailure) return error;
  return isAitorError(error, "journal-corrupt") ? new DamagedMemory(error) : new JournalFailure(error);
}

/** For those to whom it is all the same why memory cannot be read. */
export function throwCause(error: unknown): never {
  throw error instanceof DamagedMemory || error instanceof JournalFailure ? error.cause : error;
}

/** @throws DamagedMemory for whatever it throws. */
export function orDamaged<Out>(act: () => Out): Out {
  try {
    return act();
  } catch (error) {
    throw new DamagedMemory(error);
  }
}
