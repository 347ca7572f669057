import { AitorError, type EventEnvelope } from "../base/index.ts";
import type { AppendOptions, Journal } from "../journal/index.ts";
import {
  appending,
  aTurnLater,
  changed,
  type Events,
  expecting,
  filtering,
  type JournalMutant,
  listing,
  mutant,
  nothing,
  reading,
  saying,
  set,
  stored,
  storing,
  without,
} from "./journal-mutant.fixture.ts";
import { StoredJournal } from "./stored-journal.fixture.ts";

export const eventMutants: readonly JournalMutant[] = [
  mutant(
    "drops the last event",
    "events: come back",
    reading((events) => events.slice(0, -1)),
  ),
  mutant(
    "drops an event in the middle",
    "events: come back",
    reading((events) => events.filter((_, n) => n !== 2)),
  ),
  mutant(
    "drops the hundredth event of a stream",
    "a batch: of 5,000",
    reading((events) => events.filter((_, n) => n !== 99)),
  ),
  mutant(
    "reads backwards",
    "events: come back",
    reading((events) => events.reverse()),
  ),
  mutant(
    "reads in order of time",
    "events: are in the order",
    reading((events) => events.sort((a, b) => a.at - b.at)),
  ),
  mutant(
    "gives an event twice",
    "events: come back",
    reading((events) => [...events, ...events.slice(-1)]),
  ),
  mutant("gives what comes while it reads twice", "events: are read from a seq on", (journal) => ({
    read: (stream, from) => {
      const before = journal.read(stream, from);
      return (async function* () {
        let next = from ?? 0;
        for await (const event of before) {
          next = event.seq + 1;
          yield event;
        }
        yield* journal.read(stream, next);
        yield* journal.read(stream, next);
      })();
    },
  })),
  mutant("reads on as long as more is appended", "events: are read to an end", (journal) => ({
    read: async function* (stream, from = 0) {
      let next = from;
      for (let found = true; found;) {
        found = false;
        for await (const event of journal.read(stream, next)) {
          found = true;
          next = event.seq + 1;
          yield event;
        }
      }
    },
  })),
  mutant("shares one place among its readers", "events: are read by several", (journal) => {
    const open = new Map<string, AsyncIterator<EventEnvelope>>();
    return {
      read: async function* (stream, from) {
        const reader = open.get(stream) ?? journal.read(stream, from)[Symbol.asyncIterator]();
        open.set(stream, reader);
        try {
          for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value;
        } finally {
          open.delete(stream);
        }
      },
    };
  }),
  mutant("reads from a seq exclusively", "events: are read from a seq on", (journal) => ({
    read: (stream, from) => journal.read(stream, from === undefined ? 0 : from + 1),
  })),
  mutant("counts seq per stream", "events: have a seq", (journal) => ({
    append: (events, options) => {
      void journal.append(events, options);
      for (const event of events) if (event.stream === "b") set(event, { seq: event.seq - 1 });
    },
  })),
  mutant("does not tell the appended objects their seq", "events: that were appended", (journal) => ({
    append: (events, options) =>
      journal.append(
        events.map((event) => ({ ...event })),
        options,
      ),
  })),
  mutant("folds the case of names", "events: may be in a stream of any name", (journal) => ({
    read: (stream, from) => journal.read(stream === "A" ? "a" : stream, from),
  })),
  mutant("normalises names", "events: may be in a stream of any name", (journal) => ({
    read: (stream, from) => journal.read(stream.normalize(), from),
  })),
  mutant("keeps last events in a plain object", "events: may be in a stream of any name", (journal) => {
    const last: Record<string, number> = {};
    return {
      append: (events, options) => {
        for (const [name, seq] of Object.entries(options?.expect ?? {})) {
          if ((last[name] ?? 0) !== seq)
            throw new AitorError({ code: "journal-conflict", message: `"${name}" was written` });
        }
        void journal.append(events, options);
        for (const { stream, seq } of events) last[stream] = seq;
      },
    };
  }),
  mutant(
    "forgets who emitted an event",
    "events: come back",
    reading((events) => events.map((event) => ({ ...event, run: event.stream }))),
  ),
  mutant("reads an empty key as none", "events: come back", (journal) => ({
    read: (...call) =>
      changed(journal.read(...call), (events) => events.map((event) => ({ ...event, key: event.key || "none" }))),
  })),
  mutant(
    "keeps times in 32 bits",
    "events: come back",
    reading((events) => events.map((event) => ({ ...event, at: event.at | 0 }))),
  ),
  mutant("shows what was appended a turn later", "events: are seen", (journal) => {
    let last = Promise.resolve();
    const append: Journal["append"] = (events, options) => {
      const done = last.then(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await journal.append(events, options);
      });
      last = done.catch(nothing);
      return done;
    };
    return {
      append,
      close: () => last.then(() => journal.close()),
      drop: (name) => last.then(() => journal.drop(name)),
    };
  }),
];

export const dataMutants: readonly JournalMutant[] = [
  mutant(
    "keeps null as nothing",
    "data: of every JSON kind",
    storing((data) => data ?? undefined),
  ),
  mutant(
    "makes dates of texts that look so",
    "data: of every JSON kind",
    storing((data) => (typeof data === "string" && /^\d{4}-/.test(data) ? new Date(data) : data)),
  ),
  mutant(
    "keeps numbers in 32 bits",
    "data: of every JSON kind",
    storing((data) => (typeof data === "number" ? Math.fround(data) : data)),
  ),
  mutant(
    "makes lone surrogates well-formed",
    "data: keeps text",
    storing((data) =>
      JSON.parse(JSON.stringify(data), (_, part: unknown) => (typeof part === "string" ? part.toWellFormed() : part)),
    ),
  ),
  mutant(
    "ends texts at a zero character",
    "data: keeps text",
    storing((data) =>
      JSON.parse(JSON.stringify(data), (_, part: unknown) => (typeof part === "string" ? part.split("\0")[0] : part)),
    ),
  ),
  mutant(
    "assigns keys one by one",
    "data: keeps a key named __proto__",
    storing((data) => {
      if (typeof data !== "object" || data === null || Array.isArray(data)) return data;
      const copy: Record<string, unknown> = {};
      for (const [key, part] of Object.entries(data)) copy[key] = part;
      return copy;
    }),
  ),
  mutant(
    "reads an undefined property as null",
    "data: reads -0 as 0",
    storing((data) => JSON.parse(JSON.stringify(data, (_, part: unknown) => part ?? null))),
  ),
  mutant(
    "cuts long texts",
    "data: may be nested",
    storing((data) => (typeof data === "string" ? data.slice(0, 65_535) : data)),
  ),
];

export const batchMutants: readonly JournalMutant[] = [
  mutant(
    "reorders a batch by stream",
    "a batch: is recorded over several",
    appending((events, options) => [[...events].sort((a, b) => (a.stream < b.stream ? -1 : 1)), options]),
  ),
  mutant(
    "records an event twice",
    "a batch: is recorded over several",
    appending((events, options) => [
      events.length < 2 ? events : [...events, { ...(events[1] as EventEnvelope) }],
      options,
    ]),
  ),
  mutant(
    "cuts long batches",
    "a batch: of 5,000",
    appending((events, options) => [events.slice(0, 1_000), options]),
  ),
  mutant("splits a batch at a conflict", "a batch: leaves nothing behind where one of several", (journal) => ({
    append: (events, options = {}) => {
      try {
        return journal.append(events, options);
      } catch (error) {
        const { expect = {} } = options;
        const good = events.filter(({ stream }) => expect[stream] === 0 && stream === "c");
        if (good.length > 0) void journal.append(good);
        throw error;
      }
    },
  })),
  mutant(
    "records heads before it finds the conflict",
    "a batch: leaves nothing behind where one of several",
    (journal) => ({
      append: (events, options = {}) => {
        if (options.heads !== undefined) void journal.append([], { heads: options.heads });
        return journal.append(events, options);
      },
    }),
  ),
  mutant(
    "ignores what is expected",
    "a batch: leaves nothing behind where the one",
    appending((events, options) => [events, expecting(options, undefined)]),
  ),
  mutant(
    "looks at the first stream that is expected alone",
    "a batch: leaves nothing behind where one of several",
    appending((events, options) => [
      events,
      expecting(options, options.expect && Object.fromEntries(Object.entries(options.expect).slice(0, 1))),
    ]),
  ),
  mutant(
    "looks at expected streams that it writes alone",
    "a batch: may be empty",
    appending((events, options) => [
      events,
      expecting(
        options,
        options.expect &&
          Object.fromEntries(
            Object.entries(options.expect).filter(([name]) => events.some(({ stream }) => stream === name)),
          ),
      ),
    ]),
  ),
  mutant("takes nothing more after a conflict", "a batch: that conflicts among others", (journal) => {
    let broken: Error | undefined;
    return {
      append: (events, options) => {
        if (broken !== undefined) throw broken;
        try {
          return journal.append(events, options);
        } catch (error) {
          broken = error as Error;
          throw error;
        }
      },
    };
  }),
  mutant("refuses an empty batch", "a batch: may be empty", (journal) => ({
    append: (events, options) => {
      if (events.length === 0) throw new AitorError({ code: "invalid-value", message: "nothing to append" });
      return journal.append(events, options);
    },
  })),
  mutant("skips an empty batch, with its heads", "a batch: may change heads alone", (journal) => ({
    append: (events, options) => (events.length === 0 ? undefined : journal.append(events, options)),
  })),
  mutant("reports a conflict as another error", "a batch: leaves nothing behind where the one", (journal) => ({
    append: (events, options) => {
      try {
        return journal.append(events, options);
      } catch (cause) {
        throw new Error("constraint failed", { cause });
      }
    },
  })),
  stored(
    "looks at the caller's list of events when it writes",
    "a batch: is what it was",
    class extends StoredJournal {
      override append(events: Events, options: AppendOptions = {}): Promise<void> {
        const then = structuredClone(options);
        return aTurnLater(() => super.append(events, then));
      }
    },
  ),
  stored(
    "looks at what the caller expects when it writes",
    "a batch: is what it was",
    class extends StoredJournal {
      override append(events: Events, { expect, ...options }: AppendOptions = {}): Promise<void> {
        const [sameEvents, then] = [[...events], structuredClone(options)];
        return aTurnLater(() => super.append(sameEvents, expecting(then, expect)));
      }
    },
  ),
  stored(
    "looks at the caller's heads when it writes",
    "a batch: is what it was",
    class extends StoredJournal {
      override append(events: Events, options: AppendOptions = {}): Promise<void> {
        const sameEvents = [...events];
        const { heads = [], ...then } = { ...options, ...structuredClone(expecting(options, options.expect)) };
        return aTurnLater(() =>
          super.append(sameEvents, { ...then, heads: options.heads === undefined ? heads : options.heads }),
        );
      }
    },
  ),
];

export const headMutants: readonly JournalMutant[] = [
  mutant("tells the unfinished one kind after the other", "heads: of the unfinished", (journal) => ({
    heads: (filter = {}) =>
      changed(journal.heads(filter), (heads) =>
        filter.ended === false && heads.length > 500
          ? heads.toSorted((a, b) => (a.kind < b.kind ? -1 : Number(a.kind > b.kind)))
          : heads,
      ),
  })),
  mutant("tells a page of heads", "heads: of the unfinished", (journal) => ({
    heads: (filter) => changed(journal.heads(filter), (heads) => heads.slice(0, 500)),
  })),
  mutant("keeps the first head of a stream", "a batch: may change heads alone", (journal) => {
    const told = new Set<string>();
    return {
      append: (events, options = {}) => {
        const heads = (options.heads ?? []).filter(({ stream }) => !told.has(stream));
        for (const { stream } of heads) told.add(stream);
        return journal.append(events, { ...options, heads });
      },
    };
  }),
  mutant(
    "forgets what a head is about",
    "heads: are about any JSON",
    listing((heads) => heads.map((head) => ({ ...head, about: undefined }))),
  ),
  mutant(
    "forgets what a head is about at the next change",
    "heads: keep what else",
    saying((change) => ({ about: null, ...change })),
  ),
  mutant(
    "forgets until when to keep a stream",
    "heads: keep what else",
    listing((heads) => heads.map((head) => ({ ...head, keepUntil: undefined }))),
  ),
  mutant(
    "takes null for nothing said",
    "heads: keep what else",
    saying(({ about, ...change }) => (about === null ? change : { ...change, about })),
  ),
  mutant(
    "takes 0 for nothing said",
    "heads: keep what else",
    saying(({ keepUntil, ...change }) => (keepUntil ? { ...change, keepUntil } : change)),
  ),
  mutant("keeps an ended stream ended", "heads: say that a stream has ended", (journal) => {
    const ended = new Set<string>();
    return saying((change) => {
      if (change.ended === true) ended.add(change.stream);
      return { ...change, ended: ended.has(change.stream) };
    })(journal);
  }),
  mutant(
    "lists the newest head first",
    "heads: come in the order",
    listing((heads) => heads.reverse()),
  ),
  mutant(
    "lists heads in order of their last event",
    "heads: come in the order",
    listing((heads) => heads.sort((a, b) => a.last - b.last)),
  ),
  mutant(
    "lists heads by name",
    "heads: come in the order",
    listing((heads) => heads.sort((a, b) => (a.stream < b.stream ? -1 : 1))),
  ),
  mutant("lists a stream of which nothing was said", "heads: tell what was last said", (journal) => ({
    append: (events, options = {}) => {
      const unsaid = events
        .filter(({ stream }) => stream === "untold")
        .map(({ stream }) => ({ stream, kind: "", state: "" }));
      return journal.append(events, { ...options, heads: [...(options.heads ?? []), ...unsaid] });
    },
  })),
  mutant(
    "filters heads by the last filter given alone",
    "heads: are filtered",
    filtering((filter) => Object.fromEntries(Object.entries(filter).slice(-1))),
  ),
  mutant(
    "filters heads by true only",
    "heads: are filtered",
    filtering(({ ended, ...filter }) => (ended === true ? { ...filter, ended } : filter)),
  ),
  mutant(
    "ignores a stream that it is asked for alone",
    "heads: are filtered",
    filtering((filter) => without(filter, "stream")),
  ),
  mutant(
    "tells the first event for the last",
    "heads: tell the first and the last",
    listing((heads) => heads.map((head) => ({ ...head, last: head.first }))),
  ),
  mutant(
    "tells the latest time for that of the last event",
    "heads: tell the first and the last",
    listing((heads) => heads.map((head) => ({ ...head, lastAt: Math.max(head.firstAt, head.lastAt) }))),
  ),
  mutant("tells the first of two changes in a batch", "heads: tell the last of several", (journal) => ({
    append: (events, options = {}) => {
      const heads = [...new Map((options.heads ?? []).toReversed().map((change) => [change.stream, change])).values()];
      return journal.append(events, { ...options, heads });
    },
  })),
];
