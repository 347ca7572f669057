import { wrapped } from "../journal/wrapped-journal.fixture.ts";
import { EmbeddedEngine, type Engine } from "../engine/index.ts";
import type { Head, HeadFilter, Journal } from "../journal/index.ts";
import { changing, engine, type EngineMutant, forgetting, mutant, waits, without } from "./engine-mutant.fixture.ts";
import type { Fault } from "./embedded-engine.fixture.ts";

/** Messages are sent otherwise. */
function sending(change: (...call: Parameters<Engine["send"]>) => Parameters<Engine["send"]>): Fault {
  return engine((good) => ({ send: (...call) => good.send(...change(...call)) }));
}

/** Heads are told otherwise after a death. */
function heading(change: (heads: Head[], filter: HeadFilter, journal: Journal) => readonly Head[]): Fault {
  return {
    journal: (journal, life) =>
      life === 1
        ? journal
        : wrapped(journal, {
            async *heads(filter = {}) {
              yield* change(await Array.fromAsync(journal.heads(filter)), filter, journal);
            },
          }),
  };
}

let numbers = 0;

export const messageMutants: readonly EngineMutant[] = [
  waits(
    mutant(
      "loses messages that wait",
      "a message: is there after a death",
      heading((heads) => heads.filter(({ state }) => state !== "queued")),
    ),
  ),
  mutant(
    "acknowledges a message before it is recorded",
    "a message: is there after a death",
    engine((good) => ({
      send: async (key, message, options) => {
        if (message !== "l") return good.send(key, message, options);
        setImmediate(() => void good.send(key, message, options).catch(() => {}));
        return { id: "l", run: "l", duplicate: false };
      },
    })),
  ),
  mutant(
    "handles two of a key at once",
    "a message: to a key is handled when",
    sending((key, message, options = {}) => [{ ...key, id: `${key.id}${++numbers}` }, message, options]),
  ),
  mutant(
    "handles messages in another order after a death",
    "a message: is there after a death",
    heading((heads) => heads.toReversed()),
  ),
  mutant(
    "handles messages in another order",
    "a message: to a key is handled when",
    sending((key, message, options = {}) => [key, message, message === "2" ? { ...options, delay: 1 } : options]),
  ),
  waits(
    mutant(
      "handles one message at a time, whatever its key",
      "a message: to another key",
      sending((key, message, options = {}) => [{ ...key, id: "one" }, message, options]),
    ),
  ),
  mutant(
    "handles a duplicate",
    "a message: is handled once, however often",
    sending((key, message, options = {}) => [key, message, without(options, "id")]),
  ),
  waits(
    mutant(
      "takes two messages of one id to two keys for one",
      "a message: is handled once, however often",
      engine((good) => {
        const sent = new Map<string, ReturnType<Engine["send"]>>();
        return {
          send: (key, message, options) => {
            const id = options?.id ?? `${++numbers}`;
            const before = sent.get(id);
            if (before !== undefined) return before.then((receipt) => ({ ...receipt, duplicate: true }));
            const sending = good.send(key, message, options);
            sent.set(id, sending);
            return sending;
          },
        };
      }),
    ),
  ),
  mutant("forgets at a death which messages it had", "a message: is handled once, though", {
    engine: (good, { life }) => ({
      send: (key, message, options = {}) =>
        good.send(
          key,
          message,
          options.id === undefined ? options : { ...options, id: `${options.id} in life ${life}` },
        ),
    }),
  }),
  mutant(
    "delays nothing",
    "a message: is not handled before its delay is over, and",
    sending((key, message, options = {}) => [key, message, without(options, "delay")]),
  ),
  mutant(
    "forgets delays at a death",
    "a message: is not handled before its delay is over, nor",
    heading((heads) => heads.map((head) => ({ ...head, about: without(head.about as { dueAt?: number }, "dueAt") }))),
  ),
  waits(
    mutant(
      "holds no place for what waits after a death",
      "a message: that waits for something",
      heading((heads) => heads.filter(({ state }) => state !== "suspended")),
    ),
  ),
  waits(mutant("never sets a message aside", "a message: that kills its process", { options: { attempts: 1_000 } })),
  waits(mutant("sets a message aside too early", "a message: that kills its process", { options: { attempts: 2 } })),
  waits(
    mutant(
      "sets a message aside for stops in good order",
      "a message: is not set aside for stops",
      forgetting("run-paused"),
    ),
  ),
  waits(
    mutant("sets a message aside though it gets further", "a message: is not set aside while", {
      journal: (journal, life) =>
        wrapped(journal, {
          read: async function* (stream, from) {
            for await (const event of journal.read(stream, from)) {
              const isFurther = life >= 4 && event.type === "step-finished";
              yield isFurther ? { ...event, type: "forgotten", key: "", data: {} } : event;
            }
          },
        }),
    }),
  ),
];

export const recoveryMutants: readonly EngineMutant[] = [
  waits(
    mutant(
      "loses a run that did not end",
      "recovery: goes on with what did not end",
      heading((heads) => heads.filter(({ stream }) => stream !== "c")),
    ),
  ),
  mutant(
    "goes on with the youngest first",
    "recovery: goes on with what did not end",
    heading((heads) => heads.toReversed()),
  ),
  mutant(
    "forgets what the object that began a run carries",
    "recovery: gives who goes on with a run what",
    changing("run-started", (data) => without(data, "carried")),
  ),
  mutant("runs again what has ended", "recovery: does not touch what has ended", {
    journal: (journal, life) =>
      life === 1
        ? journal
        : wrapped(journal, {
            heads: (filter = {}) => journal.heads(without(filter, "ended")),
            read: (stream, from) =>
              (async function* () {
                for await (const event of journal.read(stream, from)) if (event.type !== "run-finished") yield event;
              })(),
          }),
  }),
  mutant(
    "keeps silent about what it does not know",
    "recovery: leaves runs of definitions",
    engine((good) => ({ recover: async () => ({ ...(await good.recover()), unknown: [] }) })),
  ),
  mutant("cancels what it does not know", "recovery: leaves runs of definitions", {
    engine: (good) => ({
      recover: async () => {
        const found = await good.recover();
        for (const { id } of found.unknown) await good.cancel(id);
        return found;
      },
    }),
  }),
  mutant("recovers twice", "recovery: asked twice", {
    engine: (good, _, options) => {
      let asked = 0;
      return {
        recover: async () => {
          const found = await good.recover();
          if (++asked > 1) {
            const other = new EmbeddedEngine(options);
            for (const definition of options.definitions ?? [])
              other.start(definition, undefined as never, { id: "r " });
          }
          return found;
        },
      };
    },
  }),
  mutant("goes on for ever with what is stuck", "recovery: leaves a run that was begun", { options: { attempts: 9 } }),
  mutant("cancels what is under way when it is stopped", "a stop: halts what is under way", {
    engine: (good) => {
      const started: string[] = [];
      return {
        start: (...call) => {
          const handle = good.start(...call);
          started.push(handle.id);
          return handle;
        },
        [Symbol.asyncDispose]: async () => {
          for (const id of started) await good.cancel(id);
          await good[Symbol.asyncDispose]();
        },
      };
    },
  }),
  mutant(
    "does not wait for releases when it is stopped",
    "a stop: halts what is under way",
    engine((good) => ({
      [Symbol.asyncDispose]: async () => {
        void good[Symbol.asyncDispose]();
      },
    })),
  ),
  mutant(
    "takes messages when it is stopped",
    "a stop: takes nothing more",
    engine((good) => ({
      send: (key, message, options) =>
        good.send(key, message, options).catch(() => ({ id: "lost", run: "lost", duplicate: false })),
    })),
  ),
];
