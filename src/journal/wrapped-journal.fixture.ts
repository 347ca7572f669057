import type { Journal } from "./journal.ts";

/** A journal that does as another one, but for what is changed. */
export function wrapped(journal: Journal, change: Partial<Journal>): Journal {
  const changed: Journal = {
    durable: journal.durable,
    ...(journal.inbox !== undefined && { inbox: journal.inbox }),
    append: (...call) => journal.append(...call),
    read: (...call) => journal.read(...call),
    restore: (...call) => journal.restore(...call),
    tail: (...call) => journal.tail(...call),
    heads: (...call) => journal.heads(...call),
    snapshots: journal.snapshots,
    blobs: journal.blobs,
    drop: (stream) => journal.drop(stream),
    close: () => journal.close(),
    [Symbol.asyncDispose]: () => changed.close(),
    ...change,
  };
  return changed;
}
