import { AitorError, type EventEnvelope } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { type JournalMutant, mutant, nothing, stored, tailing, waits } from "./journal-mutant.fixture.ts";
import { StoredJournal } from "./stored-journal.fixture.ts";

export const tailMutants: readonly JournalMutant[] = [
  waits(
    mutant("misses what comes", "a tail: gives what is there, then what comes", (journal) => {
      let last = 0;
      return {
        append: (events, options) => {
          void journal.append(events, options);
          last = events.at(-1)?.seq ?? last;
        },
        tail: (from, signal) => {
          const end = last;
          return (async function* () {
            for await (const event of journal.tail(from, signal)) if (event.seq <= end) yield event;
          })();
        },
      };
    }),
  ),
  waits(
    mutant("misses what is there", "a tail: gives what is there, then what comes", (journal) => {
      let last = 0;
      return {
        append: (events, options) => {
          void journal.append(events, options);
          last = events.at(-1)?.seq ?? last;
        },
        tail: (_, signal) => journal.tail(last + 1, signal),
      };
    }),
  ),
  mutant("ignores where a tail is to begin", "a tail: begins at a seq", (journal) => ({
    tail: (_, signal) => journal.tail(0, signal),
  })),
  mutant(
    "repeats an event in a tail",
    "a tail: gives each event once",
    tailing(async function* (tail) {
      for await (const event of tail) {
        yield event;
        if (event.seq % 50 === 0) yield event;
      }
    }),
  ),
  mutant(
    "gives a tail a stream after the other",
    "a tail: gives each event once",
    tailing(async function* (tail, _, signal) {
      let late: EventEnvelope | undefined;
      for await (const event of tail) {
        if (late === undefined && event.stream === "b" && event.seq % 7 === 0) late = event;
        else {
          yield event;
          if (late !== undefined && !signal.aborted) yield late;
          late = undefined;
        }
      }
    }),
  ),
  waits(
    mutant(
      "keeps the last hundred events alone for a slow tail",
      "a tail: goes at its reader's pace",
      tailing(keepingTheLast(100)),
    ),
  ),
  mutant(
    "keeps the last thousand events alone for a slow tail",
    "a tail: misses nothing when its reader is thousands",
    tailing(keepingTheLast(1_000)),
  ),
  waits(
    mutant(
      "goes on when the signal of a tail aborts while it waits",
      "a tail: ends when its signal aborts",
      (journal) => ({
        tail: async function* (from, signal) {
          for await (const event of journal.tail(from, new AbortController().signal)) {
            if (signal.aborted) return;
            yield event;
            if (signal.aborted) return;
          }
        },
      }),
    ),
  ),
  mutant(
    "gives one event more when its signal has aborted",
    "a tail: ends when its signal aborts",
    tailing(async function* (tail, from, signal, journal) {
      let next = from;
      for await (const event of tail) {
        next = event.seq + 1;
        yield event;
      }
      if (!signal.aborted || next === from) return;
      for await (const event of journal.tail(next, AbortSignal.timeout(5))) {
        yield event;
        return;
      }
    }),
  ),
  mutant("ends all tails when one is left", "a tail: is left with break", (journal) => {
    let left = new AbortController();
    return {
      tail: async function* (from, signal) {
        const { signal: others } = left;
        try {
          yield* journal.tail(from, AbortSignal.any([signal, others]));
        } finally {
          left.abort();
          left = new AbortController();
        }
      },
    };
  }),
  mutant("gives a tail the events of dropped streams", "a tail: does not give", (journal) => {
    const gone: EventEnvelope[] = [];
    return {
      drop: async (name) => {
        gone.push(...(await Array.fromAsync(journal.read(name))));
        await journal.drop(name);
      },
      tail: async function* (from, signal) {
        if (!signal.aborted) yield* gone.filter(({ seq }) => seq >= from);
        yield* journal.tail(from, signal);
      },
    };
  }),
  waits(
    mutant(
      "never ends a tail at close",
      "a tail: ends when the journal closes",
      tailing(async function* (tail, _, signal) {
        yield* tail;
        if (!signal.aborted) await new Promise(nothing);
      }),
    ),
  ),
  mutant("ends a tail at close with events left", "a tail: ends when the journal closes", (journal) => {
    const closed = new AbortController();
    return {
      close: () => {
        closed.abort();
        return journal.close();
      },
      tail: (from, signal) => journal.tail(from, AbortSignal.any([signal, closed.signal])),
    };
  }),
];

export const closeMutants: readonly JournalMutant[] = [
  mutant("accepts appends after close", "a closed journal: takes nothing more", () => ({ close: async () => {} })),
  mutant("accepts nothing but empty batches after close", "a closed journal: takes nothing more", (journal) => ({
    append: (events, options) =>
      events.length === 0 && options === undefined ? undefined : journal.append(events, options),
  })),
  mutant("accepts snapshots after close", "a closed journal: takes nothing more", (journal) => ({
    snapshots: {
      get: (...call) => journal.snapshots.get(...call),
      put: (...call) => Promise.try(() => journal.snapshots.put(...call)).catch(nothing),
    },
  })),
  mutant("accepts bytes after close", "a closed journal: takes nothing more", (journal) => ({
    blobs: {
      get: (...call) => journal.blobs.get(...call),
      put: (bytes) => journal.blobs.put(bytes).catch(() => memoryJournal().blobs.put(bytes)),
    },
  })),
  mutant("drops after close", "a closed journal: takes nothing more", (journal) => ({
    drop: (name) => Promise.try(() => journal.drop(name)).catch(nothing),
  })),
  mutant("fails when it is closed again", "a closed journal: is closed again", (journal) => {
    let closed = false;
    return {
      close: async () => {
        if (closed) throw new AitorError({ code: "journal-closed", message: "closed already" });
        closed = true;
        await journal.close();
      },
    };
  }),
  waits(mutant("never finishes closing", "events: come back", () => ({ close: () => new Promise(nothing) }))),
  stored(
    "loses at close what nobody awaits",
    "a closed journal: has recorded",
    class extends StoredJournal {
      override close(): Promise<void> {
        this.waiting = [];
        return super.close();
      }
    },
  ),
];

/** Reads on ahead of its reader, and forgets the oldest. */
function keepingTheLast(
  count: number,
): (tail: AsyncIterable<EventEnvelope>, from: number, signal: AbortSignal) => AsyncIterable<EventEnvelope> {
  return (tail, _, signal) => {
    const buffer: EventEnvelope[] = [];
    let ended = false;
    let wake = nothing;
    void (async () => {
      for await (const event of tail) {
        buffer.push(event);
        if (buffer.length > count) buffer.shift();
        wake();
      }
      ended = true;
      wake();
    })();
    return (async function* () {
      for (;;) {
        const next = buffer.shift();
        if (next !== undefined && !signal.aborted) yield next;
        else if (ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    })();
  };
}
