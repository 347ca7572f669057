import type { EventEnvelope } from "../base/index.ts";
import type { AppendOptions, Journal, Snapshot } from "../journal/index.ts";
import { afterwards, type Events, type JournalMutant, mutant, stored, without } from "./journal-mutant.fixture.ts";

const anew = (name: string): string => `a stream that begins anew: ${name}`;

type Restarting = AppendOptions & { readonly restart: readonly string[] };

/** Does what a batch asks for with `restart` by other means. */
function restarting(
  restart: (journal: Journal, events: Events, options: Restarting) => void | Promise<void>,
): (journal: Journal) => Partial<Journal> {
  return (journal) => ({
    append: (events, options = {}) => {
      const { restart: streams } = options;
      if (streams === undefined) return journal.append(events, options);
      return restart(journal, events, { ...options, restart: streams });
    },
  });
}

export const restartMutants: readonly JournalMutant[] = [
  mutant(
    "keeps the events of a stream that begins anew",
    anew("has what the batch records"),
    restarting((journal, events, options) => void journal.append(events, without(options, "restart"))),
  ),
  mutant(
    "drops a stream that begins anew, with its head",
    anew("has what the batch records"),
    restarting(
      (journal, events, { restart, ...options }) => void journal.append(events, { ...options, drop: restart }),
    ),
  ),
  mutant("loses the bytes of a stream that begins anew", anew("keeps its bytes"), (journal) => {
    const lost = new Set<string>();
    const owners = new Map<string, string | undefined>();
    return {
      ...restarting((_, events, options) => {
        for (const stream of options.restart) lost.add(stream);
        return journal.append(events, options);
      })(journal),
      blobs: {
        put: async (bytes, options = {}) => {
          const ref = await journal.blobs.put(bytes, options);
          owners.set(ref.blob, options.stream);
          return ref;
        },
        get: (ref) => journal.blobs.get(lost.has(owners.get(ref.blob) ?? "") ? { ...ref, blob: "lost" } : ref),
      },
    };
  }),
  mutant("keeps the bytes of a stream that began anew for ever", anew("keeps its bytes"), (journal) => {
    const kept = new Map<string, Uint8Array>();
    const put: Journal["blobs"]["put"] = async (bytes, options) => {
      const ref = await journal.blobs.put(bytes, options);
      kept.set(ref.blob, bytes);
      return ref;
    };
    return {
      ...restarting((_, events, options) => {
        for (const bytes of kept.values()) void journal.blobs.put(bytes);
        return journal.append(events, options);
      })(journal),
      blobs: { ...journal.blobs, put },
    };
  }),
  mutant(
    "begins a stream anew in a step of its own, before a batch that is refused",
    anew("is as it was where the batch is refused"),
    restarting((journal, events, { restart, ...options }) => {
      void journal.append([], { restart });
      return journal.append(events, options);
    }),
  ),
  mutant(
    "begins a stream anew behind what the batch records",
    anew("has what the batch records"),
    restarting((journal, events, { restart, ...options }) => {
      void journal.append(events, options);
      void journal.append([], { restart });
    }),
  ),
  mutant("keeps the snapshots of a stream that begins anew", anew("has what the batch records"), (journal) => {
    const kept = new Map<string, Snapshot>();
    return {
      snapshots: {
        put: (stream, snapshot) => (kept.set(stream, snapshot), journal.snapshots.put(stream, snapshot)),
        get: async (stream, atMost) => (await journal.snapshots.get(stream, atMost)) ?? kept.get(stream),
      },
    };
  }),
  mutant(
    "fails where there is no stream to begin anew",
    anew("does no harm"),
    restarting((journal, events, options) => {
      for (const stream of options.restart) if (options.expect?.[stream] === 0) throw new Error(`no "${stream}"`);
      return journal.append(events, options);
    }),
  ),
  mutant("shows a reader what a stream begins anew with", anew("ends its readers"), (journal) => ({
    read: async function* (stream, from = 0): AsyncGenerator<EventEnvelope> {
      for (let next = from; ;) {
        const { value, done } = await journal.read(stream, next)[Symbol.asyncIterator]().next();
        if (done === true) return;
        next = value.seq + 1;
        yield value;
      }
    },
  })),
  stored(
    "begins a stream anew in this process alone",
    "after a death: a stream that began anew",
    afterwards((records) => records.map((record) => without(record, "restarts"))),
  ),
  stored(
    "finds a stream that began anew without what it began with",
    "after a death: a stream that began anew",
    afterwards((records) => records.map((record) => (record.restarts?.length ? { ...record, events: [] } : record))),
  ),
  mutant(
    "forgets nothing that was appended a moment before",
    anew("takes with it"),
    restarting((journal, events, options) => journal.append(events, without(options, "restart"))),
  ),
];
