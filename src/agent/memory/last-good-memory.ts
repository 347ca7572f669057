import { isAitorError } from "../../base/index.ts";
import { JournalFailure, type Snapshot } from "../../journal/index.ts";
import type { MemoryEvent } from "../definition/memory-events.ts";
import { DamagedMemory, eventsOf } from "./damaged-memory.ts";
import { MemoryReading, type ReadingOptions } from "./memory-reading.ts";

/** A state that memory was in, and the `seq` of the event that made it. */
export interface GoodMemory {
  readonly good: number;
  readonly value: unknown;
}

/** The last state of memory that can be read. @throws JournalFailure of what the journal says beside that it is damaged. */
export async function lastGoodMemory(options: ReadingOptions): Promise<GoodMemory> {
  // Of folded memory, what is older than a snapshot may be gone.
  for (let atMost = Number.MAX_SAFE_INTEGER; atMost > 0;) {
    const found = await snapshotBelow(options, atMost);
    const good = await lastGoodSince(options, found);
    if (good !== undefined) return good;
    atMost = (found?.seq ?? 0) - 1;
  }
  return { good: 0, value: options.rules.initial() };
}

/** The latest snapshot that the journal can give. */
async function snapshotBelow({ journal, stream }: ReadingOptions, atMost: number): Promise<Snapshot | undefined> {
  for (let below = atMost; ;) {
    try {
      return await journal.snapshots.get(stream, below);
    } catch (error) {
      if (!isAitorError(error, "journal-corrupt")) throw new JournalFailure(error);
      const { seq } = (error.data ?? {}) as { readonly seq?: number };
      if (seq === undefined || seq > below) return undefined;
      below = seq - 1;
    }
  }
}

/** From a snapshot on, or from the beginning where there is none. */
async function lastGoodSince(options: ReadingOptions, found: Snapshot | undefined): Promise<GoodMemory | undefined> {
  const { journal, stream } = options;
  const reading = new MemoryReading(options);
  let good: GoodMemory | undefined;
  const look = async (): Promise<void> => {
    const { value, seq } = await reading.result();
    good = { good: seq, value };
  };
  try {
    // What follows on something that cannot be read was never a state of its own, up to what replaces the whole.
    let isWell = found === undefined || (await succeeds(() => reading.take(found)));
    if (found !== undefined && isWell) await succeeds(look);
    await succeeds(async () => {
      for await (const event of eventsOf(journal, stream, (found?.seq ?? 0) + 1)) {
        if (!isWell && !isWhole(event as MemoryEvent)) continue;
        isWell = await succeeds(() => reading.apply(event as MemoryEvent));
        if (isWell) await succeeds(look);
      }
      if (!isWell) return;
      await reading.finish(Number.MAX_SAFE_INTEGER);
      await look();
    });
    return good;
  } finally {
    await reading.close();
  }
}

/** Whether memory from here on does not depend on what it was before. */
function isWhole(event: MemoryEvent): boolean {
  if (event.type === "memory-set-aside" || event.type === "history-begun") return true;
  return event.type === "memory-changed" && event.data.patches.some(({ path }) => path.length === 0);
}

async function succeeds(act: () => Promise<void> | void): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof DamagedMemory) return false;
    throw error;
  }
}
