import { AitorError, type EventEnvelope } from "../base/index.ts";
import { type AppendOptions, type Head, type HeadFilter, type Journal, memoryJournal } from "../journal/index.ts";
import {
  afterwards,
  changed,
  type Events,
  expecting,
  type JournalMutant,
  mutant,
  nothing,
  set,
  saying,
  stored,
  waits,
  without,
} from "./journal-mutant.fixture.ts";
import { StoredJournal, type StoredRecord } from "./stored-journal.fixture.ts";

export const lazyMutants: readonly JournalMutant[] = [
  waits(
    stored(
      "never writes a lazy append by itself",
      "a lazy append: reaches a tail",
      class extends StoredJournal {
        protected override delay(): number {
          return 1_000_000;
        }
      },
    ),
  ),
  stored(
    "lets others overtake a lazy append",
    "a lazy append: keeps its place",
    class extends StoredJournal {
      protected override write(): void {
        this.waiting.sort((a, b) => Number(a.lazy) - Number(b.lazy));
        super.write();
      }
    },
  ),
  stored(
    "shows a lazy append when it is written, not before",
    "a lazy append: is seen by what is read",
    class extends StoredJournal {
      override read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
        return this.memory.read(stream, from);
      }
    },
  ),
  stored(
    "closes without its lazy appends",
    "a lazy append: is not lost",
    class extends StoredJournal {
      override close(): Promise<void> {
        this.waiting = this.waiting.filter(({ lazy }) => !lazy);
        return super.close();
      }
    },
  ),
  stored(
    "ignores what a lazy append expects",
    "a lazy append: is seen by what later",
    class extends StoredJournal {
      override append(events: Events, options: AppendOptions = {}): Promise<void> {
        return super.append(events, options.lazy === true ? expecting(options, undefined) : options);
      }
    },
  ),
];

export const dropMutants: readonly JournalMutant[] = [
  mutant("does not drop", "a dropped stream: is gone", () => ({ drop: nothing })),
  mutant("does not drop what a batch names", "a dropped stream: is forgotten in one step", (journal) => ({
    append: (events, options = {}) => journal.append(events, without(options, "drop")),
  })),
  mutant("drops what a batch names that is refused", "a dropped stream: is forgotten in one step", (journal) => ({
    append: (events, options = {}) => {
      for (const stream of options.drop ?? []) void journal.drop(stream);
      return journal.append(events, without(options, "drop"));
    },
  })),
  mutant("drops what a batch records, too", "a dropped stream: is forgotten in one step", (journal) => ({
    append: (events, options = {}) => {
      void journal.append(events, without(options, "drop"));
      for (const stream of options.drop ?? []) void journal.drop(stream);
    },
  })),
  stored(
    "keeps the head of a dropped stream",
    "a dropped stream: is gone",
    class extends StoredJournal {
      override async *heads(filter: HeadFilter = {}): AsyncGenerator<Head> {
        const found = await Array.fromAsync(super.heads(filter));
        const { stream } = filter;
        const records = this.texts.map((text) => JSON.parse(text) as StoredRecord);
        const dropped = records.some(({ drop }) => drop === stream && stream !== undefined);
        const said = records.flatMap(({ heads = [] }) => heads).find((change) => change.stream === stream);
        if (found.length > 0 || !dropped || said === undefined) yield* found;
        else
          yield {
            ended: false,
            about: undefined,
            keepUntil: undefined,
            first: 0,
            last: 0,
            firstAt: 0,
            lastAt: 0,
            ...said,
          };
      }
    },
  ),
  mutant("gives the seq of dropped events again", "a dropped stream: does not give its seq", (journal) => {
    let free: number | undefined;
    return {
      append: (events, options) => {
        void journal.append(events, options);
        if (free !== undefined) set(events[0], { seq: free });
        free = undefined;
      },
      drop: async (name) => {
        for await (const { seq } of journal.read(name)) free = seq;
        await journal.drop(name);
      },
    };
  }),
  mutant("keeps the snapshots of a dropped stream", "a dropped stream: is gone", (journal) => {
    const kept = new Map<string, unknown>();
    return {
      snapshots: {
        put: (stream, snapshot) => {
          kept.set(stream, snapshot);
          return journal.snapshots.put(stream, snapshot);
        },
        get: async (stream, atMost) => (await journal.snapshots.get(stream, atMost)) ?? (kept.get(stream) as undefined),
      },
    };
  }),
  mutant("remembers what a dropped stream was about", "heads: forget what else", (journal) => {
    const about = new Map<string, unknown>();
    return saying((change) => {
      about.set(change.stream, change.about ?? about.get(change.stream));
      return { ...change, about: about.get(change.stream) };
    })(journal);
  }),
  mutant("drops streams whose names begin so", "a dropped stream: leaves streams", (journal) => ({
    drop: async (name) => {
      for (const { stream } of await Array.fromAsync(journal.tail(0, AbortSignal.timeout(20)))) {
        if (stream.startsWith(name)) await journal.drop(stream);
      }
    },
  })),
  mutant("remembers the last event of a dropped stream", "a dropped stream: does not exist", (journal) => {
    const last = new Map<string, number>();
    const dropped = new Map<string, number>();
    return {
      append: (events, options = {}) => {
        const { expect = {} } = options;
        const now = Object.entries(expect).map(([name, seq]) => [name, dropped.get(name) === seq ? 0 : seq] as const);
        void journal.append(events, expecting(options, Object.fromEntries(now)));
        for (const { stream, seq } of events) last.set(stream, seq);
        for (const { stream } of events) dropped.delete(stream);
      },
      drop: (name) => {
        dropped.set(name, last.get(name) ?? 0);
        return journal.drop(name);
      },
    };
  }),
  mutant("fails where there is no stream to drop", "a dropped stream: does no harm", (journal) => ({
    drop: async (name) => {
      if ((await Array.fromAsync(journal.read(name))).length === 0)
        throw new AitorError({ code: "missing", message: "no such stream" });
      await journal.drop(name);
    },
  })),
  mutant("shows a reader the second life of its stream", "a dropped stream: ends its readers", (journal) => ({
    read: async function* (stream, from = 0) {
      let next = from;
      for (;;) {
        const { value, done } = await journal.read(stream, next)[Symbol.asyncIterator]().next();
        if (done === true) return;
        next = value.seq + 1;
        yield value;
      }
    },
  })),
  mutant("gives a tail nothing more after a drop", "a dropped stream: leaves a tail", (journal) => {
    let dropped = new AbortController();
    return {
      drop: (name) => {
        dropped.abort();
        dropped = new AbortController();
        return journal.drop(name);
      },
      tail: (from, signal) => journal.tail(from, AbortSignal.any([signal, dropped.signal])),
    };
  }),
];

export const snapshotMutants: readonly JournalMutant[] = [
  mutant("forgets snapshots", "a snapshot: is the latest", (journal) => ({
    snapshots: { ...journal.snapshots, put: nothing },
  })),
  mutant("gives a snapshot above the event asked for", "a snapshot: is the latest", (journal) => ({
    snapshots: { put: (...call) => journal.snapshots.put(...call), get: (stream) => journal.snapshots.get(stream) },
  })),
  mutant("gives the snapshot below the event asked for alone", "a snapshot: is the latest", (journal) => ({
    snapshots: {
      put: (...call) => journal.snapshots.put(...call),
      get: (stream, atMost = Infinity) => journal.snapshots.get(stream, atMost - 1),
    },
  })),
  mutant(
    "restores the latest snapshot, whatever is asked for",
    "a snapshot: is restored with the events behind",
    (journal) => ({
      restore: async (stream, atMost) => ({
        snapshot: await journal.snapshots.get(stream),
        events: (await journal.restore(stream, atMost)).events,
      }),
    }),
  ),
  mutant("restores all events", "a snapshot: is restored with the events behind", (journal) => ({
    restore: async (stream, atMost) => ({ ...(await journal.restore(stream, atMost)), events: journal.read(stream) }),
  })),
  mutant("restores events beyond the one asked for", "a snapshot: is restored with the events behind", (journal) => ({
    restore: async (stream, atMost) => {
      const { snapshot } = await journal.restore(stream, atMost);
      return { snapshot, events: journal.read(stream, (snapshot?.seq ?? 0) + 1) };
    },
  })),
  mutant("restores a page of events", "a snapshot: is restored with many", (journal) => ({
    restore: async (...call) => {
      const { snapshot, events } = await journal.restore(...call);
      return { snapshot, events: changed(events, (found) => found.slice(0, 500)) };
    },
  })),
  stored(
    "restores what is written, and not what was appended",
    "a snapshot: is restored with what was appended",
    class extends StoredJournal {
      override restore(...call: Parameters<Journal["restore"]>): ReturnType<Journal["restore"]> {
        return this.memory.restore(...call);
      }
    },
  ),
  mutant("gives the snapshot that was put last", "a snapshot: is the latest", (journal) => {
    const last = new Map<string, { seq: number; state: unknown }>();
    return {
      snapshots: {
        put: (stream, snapshot) => void last.set(stream, snapshot),
        get: async (stream, atMost = Infinity) => {
          const found = last.get(stream);
          return found !== undefined && found.seq <= atMost ? found : journal.snapshots.get(stream, atMost);
        },
      },
    };
  }),
  mutant("keeps the first snapshot of an event", "a snapshot: replaces", (journal) => {
    const put = new Set<string>();
    return {
      snapshots: {
        get: (...call) => journal.snapshots.get(...call),
        put: (stream, snapshot) => {
          const name = `${snapshot.seq} ${stream}`;
          if (put.has(name)) return;
          put.add(name);
          return journal.snapshots.put(stream, snapshot);
        },
      },
    };
  }),
  mutant("keeps the snapshots of all streams together", "a snapshot: belongs to one stream", (journal) => ({
    snapshots: {
      put: (_, snapshot) => journal.snapshots.put("all", snapshot),
      get: (_, atMost) => journal.snapshots.get("all", atMost),
    },
  })),
];

export const blobMutants: readonly JournalMutant[] = [
  mutant("keeps bytes of dropped streams", "bytes: of a stream go", (journal) => {
    return { blobs: { ...journal.blobs, put: (bytes) => journal.blobs.put(bytes) } };
  }),
  mutant("lets bytes belong to one stream", "bytes: of several streams", (journal) => {
    const owners = new Map<string, string>();
    const put: Journal["blobs"]["put"] = async (bytes, options = {}) => {
      const ref = await journal.blobs.put(bytes, options);
      if (options.stream !== undefined && !owners.has(ref.blob)) owners.set(ref.blob, options.stream);
      return ref;
    };
    const dropped = new Set<string>();
    const get: Journal["blobs"]["get"] = async (ref) => {
      if (dropped.has(owners.get(ref.blob) ?? "")) return journal.blobs.get({ blob: "gone", size: 0 });
      return journal.blobs.get(ref);
    };
    const drop = (stream: string): void => {
      dropped.add(stream);
      void journal.drop(stream);
    };
    return { blobs: { put, get }, drop };
  }),
  mutant("counts a stream that has bytes twice as two", "bytes: of several streams", (journal) => {
    let puts = 0;
    const put: Journal["blobs"]["put"] = (bytes, options) => {
      puts++;
      if (puts === 3) void journal.blobs.put(bytes, { stream: "the same once more" });
      return journal.blobs.put(bytes, options);
    };
    return { blobs: { ...journal.blobs, put } };
  }),
  mutant("keeps the bytes of a stream that a batch drops", "bytes: go with a stream that a batch drops", (journal) => {
    const kept: Uint8Array[] = [];
    const put: Journal["blobs"]["put"] = (bytes, options) => (kept.push(bytes), journal.blobs.put(bytes, options));
    return {
      append: (events, options = {}) => {
        if (options.drop !== undefined) for (const bytes of kept) void journal.blobs.put(bytes);
        return journal.append(events, options);
      },
      blobs: { ...journal.blobs, put },
    };
  }),
  mutant("loses bytes to a batch that is refused", "bytes: go with a stream that a batch drops", (journal) => {
    let refused = false;
    return {
      append: (events, options) => {
        refused = true;
        void journal.append(events, options);
        refused = false;
      },
      blobs: {
        ...journal.blobs,
        get: (ref) => journal.blobs.get(refused ? { ...ref, blob: "lost" } : ref),
      },
    };
  }),
  mutant("takes bytes for a stream's once a stream has them", "bytes: that were put without a stream", (journal) => {
    const put: Journal["blobs"]["put"] = (bytes, options = { stream: "nobody" }) => journal.blobs.put(bytes, options);
    return {
      blobs: { ...journal.blobs, put },
      drop: (stream) => (void journal.drop(stream), void journal.drop("nobody")),
    };
  }),
  mutant("leaves bytes to the second life of a stream", "bytes: belong to a stream that begins", (journal) => {
    let drops = 0;
    const drop = (stream: string): void => {
      if (++drops > 1) void journal.drop("b");
      void journal.drop(stream);
    };
    return { drop };
  }),
  mutant("forgets bytes", "bytes: come back equal", (journal) => {
    const put = (bytes: Uint8Array): ReturnType<Journal["blobs"]["put"]> => memoryJournal().blobs.put(bytes);
    return { blobs: { ...journal.blobs, put } };
  }),
  mutant("gives other bytes of the same length", "bytes: of equal length", (journal) => {
    const kept = new Map<number, Uint8Array>();
    return {
      blobs: {
        put: (bytes) => {
          if (!kept.has(bytes.length)) kept.set(bytes.length, bytes.slice());
          return journal.blobs.put(bytes);
        },
        get: async (ref) => kept.get(ref.size)?.slice() ?? journal.blobs.get(ref),
      },
    };
  }),
  mutant("gives the larger buffer that bytes are a part of", "bytes: do not change", (journal) => {
    const whole = new Map<string, Uint8Array>();
    return {
      blobs: {
        put: async (bytes) => {
          const { buffer } = bytes;
          const ref = await journal.blobs.put(bytes);
          whole.set(ref.blob, new Uint8Array(buffer as ArrayBuffer));
          return ref;
        },
        get: async (ref) => whole.get(ref.blob)?.slice() ?? journal.blobs.get(ref),
      },
    };
  }),
  mutant("keeps the caller's own bytes", "bytes: do not change", (journal) => {
    const kept = new Map<string, Uint8Array>();
    return {
      blobs: {
        put: async (bytes) => {
          const ref = await journal.blobs.put(bytes);
          kept.set(ref.blob, bytes);
          return ref;
        },
        get: async (ref) => kept.get(ref.blob)?.slice() ?? journal.blobs.get(ref),
      },
    };
  }),
  mutant("hashes bytes a turn after the call", "bytes: do not change", (journal) => ({
    blobs: {
      get: (...call) => journal.blobs.get(...call),
      put: async (bytes) => {
        await undefined;
        return journal.blobs.put(bytes);
      },
    },
  })),
  mutant("gives its own bytes", "bytes: do not change", (journal) => {
    const given = new Map<string, Uint8Array>();
    return {
      blobs: {
        put: (...call) => journal.blobs.put(...call),
        get: async (ref) => {
          const bytes = given.get(ref.blob) ?? (await journal.blobs.get(ref));
          given.set(ref.blob, bytes);
          return bytes;
        },
      },
    };
  }),
  mutant("gives no bytes where there are none", "bytes: that were never put", (journal) => ({
    blobs: {
      put: (...call) => journal.blobs.put(...call),
      get: (ref) => journal.blobs.get(ref).catch(() => new Uint8Array()),
    },
  })),
  mutant("names bytes by a number", "bytes: come back equal", (journal) => {
    const refs: Parameters<Journal["blobs"]["get"]>[0][] = [];
    return {
      blobs: {
        put: async (bytes) => ({ blob: String(refs.push(await journal.blobs.put(bytes))), size: bytes.length }),
        get: async (ref) => journal.blobs.get(refs[Number(ref.blob) - 1] ?? ref),
      },
    };
  }),
];

export const deathMutants: readonly JournalMutant[] = [
  stored(
    "says that nothing outlives the process",
    "after a death: it says",
    class extends StoredJournal {
      override readonly durable = false;
    },
  ),
  stored(
    "acknowledges before it is stored",
    "after a death: an event is there as soon",
    class extends StoredJournal {
      protected override store(record: StoredRecord): void {
        setTimeout(() => super.store(record), 30);
      }
    },
  ),
  stored(
    "acknowledges a lazy append before it is stored",
    "after a death: an event is there as soon",
    class extends StoredJournal {
      override async append(events: Events, options: AppendOptions = {}): Promise<void> {
        const appended = super.append(events, options);
        appended.catch(nothing);
        if (options.lazy !== true) await appended;
      }
    },
  ),
  stored(
    "splits a batch",
    "after a death: a batch that nobody awaited",
    class extends StoredJournal {
      protected override store({ events = [], heads, ...record }: StoredRecord): void {
        const half = Math.ceil(events.length / 2);
        if (half < 2) super.store({ events, ...(heads && { heads }), ...record });
        else {
          super.store({ events: events.slice(0, half) });
          setTimeout(() => super.store({ events: events.slice(half), ...(heads && { heads }) }), 30);
        }
      }
    },
  ),
  stored(
    "stores heads after their events",
    "after a death: a batch that nobody awaited",
    class extends StoredJournal {
      protected override store({ heads, ...record }: StoredRecord): void {
        super.store(record);
        if (heads !== undefined) setTimeout(() => super.store({ events: [], heads }), 30);
      }
    },
  ),
  stored(
    "stores lazy appends after the others",
    "after a death: what was appended before",
    class extends StoredJournal {
      protected override write(): void {
        const lazy = this.waiting.filter((job) => job.lazy);
        this.waiting = this.waiting.filter((job) => !job.lazy);
        if (this.waiting.length === 0) this.waiting = lazy;
        else setTimeout(() => this.#late(lazy), 30);
        super.write();
      }
      #late(lazy: StoredJournal["waiting"]): void {
        this.waiting.unshift(...lazy);
        super.write();
      }
    },
  ),
  stored(
    "stores the newest first",
    "after a death: no event is there without",
    class extends StoredJournal {
      readonly #behind: StoredRecord[] = [];
      protected override store(record: StoredRecord): void {
        this.#behind.push(record);
        if (this.#behind.length === 1) setImmediate(() => this.#next());
      }
      #next(): void {
        const record = this.#behind.pop();
        if (record === undefined) return;
        super.store(record);
        setImmediate(() => this.#next());
      }
    },
  ),
  stored(
    "writes appends side by side, short ones sooner",
    "after a death: appends that were under way side by side",
    class extends StoredJournal {
      protected override store(record: StoredRecord): void {
        if (JSON.stringify(record).length < 50_000) super.store(record);
        else this.#late.push(record);
      }
      protected override write(): void {
        super.write();
        for (const record of this.#late.splice(0)) super.store(record);
      }
      readonly #late: StoredRecord[] = [];
    },
  ),
  stored(
    "forgets the last record",
    "after a death: every acknowledged",
    afterwards((records) => records.slice(0, -1)),
  ),
  stored(
    "forgets heads",
    "after a death: heads are there",
    afterwards((records) => records.map((record) => without(record, "heads"))),
  ),
  stored(
    "forgets what heads are about",
    "after a death: heads are there",
    afterwards((records) =>
      records.map(({ heads = [], ...record }) => ({
        ...record,
        heads: heads.map((change) => without(change, "about")),
      })),
    ),
  ),
  stored(
    "forgets snapshots",
    "after a death: snapshots",
    afterwards((records) => records.filter(({ snapshot }) => snapshot === undefined)),
  ),
  stored(
    "forgets bytes",
    "after a death: bytes are there",
    afterwards((records) => records.filter(({ blob }) => blob === undefined)),
  ),
  stored(
    "remembers the last stream alone that bytes belong to",
    "after a death: bytes are kept as long as",
    afterwards((records) => records.filter((record, n) => !records.slice(n + 1).some(sameBytes(record)))),
  ),
  stored(
    "remembers the first stream alone that bytes belong to",
    "after a death: bytes are kept as long as",
    afterwards((records) => records.filter((record, n) => !records.slice(0, n).some(sameBytes(record)))),
  ),
  stored(
    "forgets that bytes of a stream were put without one, too",
    "after a death: bytes are kept as long as",
    afterwards((records) =>
      records.filter(
        (record) =>
          record.owner !== undefined || !records.filter(({ owner }) => owner !== undefined).some(sameBytes(record)),
      ),
    ),
  ),
  stored(
    "keeps bytes for ever that outlived a death",
    "after a death: bytes are kept as long as",
    afterwards((records) => records.map((record) => without(record, "owner"))),
  ),
  stored(
    "finds the bytes of dropped streams",
    "after a death: bytes of a stream that was dropped",
    afterwards((records) => [
      ...records.filter(({ blob }) => blob === undefined),
      ...records.filter(({ blob }) => blob !== undefined),
    ]),
  ),
  stored(
    "finds the bytes of streams that batches dropped",
    "after a death: bytes of a stream that was dropped",
    afterwards((records) => {
      const dropped = records.flatMap(({ drops = [] }) => drops);
      const isKept = ({ owner = "" }: StoredRecord): boolean => dropped.includes(owner);
      return [...records.filter((record) => !isKept(record)), ...records.filter(isKept)];
    }),
  ),
  stored(
    "forgets drops",
    "after a death: a dropped stream",
    afterwards((records) => records.filter(({ drop }) => drop === undefined)),
  ),
  stored(
    "stores drops later",
    "after a death: a dropped stream",
    class extends StoredJournal {
      protected override store(record: StoredRecord): void {
        if (record.drop === undefined) super.store(record);
        else setTimeout(() => super.store(record), 30);
      }
    },
  ),
  stored(
    "counts seq on from the last event that is left",
    "after a death: seq goes on rising",
    afterwards((records) => {
      const left = records.map((record, n) => {
        const gone = new Set(records.slice(n).flatMap(({ drop }) => drop ?? []));
        return { ...record, ...(record.events && { events: record.events.filter(({ stream }) => !gone.has(stream)) }) };
      });
      return left;
    }),
  ),
  stored(
    "alters data",
    "after a death: every acknowledged",
    afterwards((records) => JSON.parse(JSON.stringify(records).replaceAll("2026-", "2025-")) as StoredRecord[]),
  ),
];

function sameBytes({ blob }: StoredRecord): (other: StoredRecord) => boolean {
  return (other) => blob !== undefined && String(other.blob) === String(blob);
}
