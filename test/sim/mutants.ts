// What the simulation is to find: parts that are bad on purpose.
import type { Clock, EventEnvelope, Journal } from "aitor";

import { wrapped } from "../../src/journal/wrapped-journal.fixture.ts";
import type { Flaws } from "./flaws.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import type { Fault } from "./verdict.ts";

export interface Mutant {
  readonly name: string;
  /** Of this kind one of the faults is that are found. */
  readonly found: Fault;
  readonly flaws: Flaws;
  /** Found by forced replay. @default by chance */
  readonly forced?: boolean;
}

export const mutants: readonly Mutant[] = [
  {
    name: "a store that acknowledges before it has recorded",
    found: "lost",
    flaws: { store: "forgets acknowledged records" },
  },
  {
    name: "a store that records a later call and not the one before",
    found: "wrong",
    flaws: { store: "leaves holes" },
  },
  { name: "a store that takes a torn record for a whole one", found: "wrong", flaws: { store: "keeps torn records" } },
  {
    name: "a store that acknowledges what it could not record",
    found: "lost",
    flaws: { store: "acknowledges failures" },
  },
  { name: "a clock whose timers fire early", found: "early", flaws: { clock: hasty } },
  {
    name: "an engine that does not record the ends of steps",
    found: "repeated",
    flaws: {
      journal: (journal) => without(journal, ({ type, key }) => type === "step-finished" && key.endsWith("/s")),
    },
  },
  {
    name: "an engine that does not record the starts of what must run once",
    found: "twice",
    flaws: { journal: (journal) => without(journal, isOnceStart) },
  },
  {
    name: "a journal that lists what is unfinished in another order",
    found: "reordered",
    flaws: { journal: (journal) => wrapped(journal, { heads: (filter) => backwards(journal.heads(filter)) }) },
  },
  {
    name: "prompts that lack the last result",
    found: "illegal",
    flaws: { prompt: (prompt) => prompt.filter(({ role }, index) => role !== "tool" || index < prompt.length - 1) },
  },
  { name: "a model that writes more than it may", found: "overspent", flaws: { writesTooMuch: true } },
  {
    name: "steps whose results are others in each process",
    found: "different",
    forced: true,
    flaws: { salt: (life) => ` of process ${life}` },
  },
];

/** Every timer is set for half its time. */
function hasty(clock: SimulatedClock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    timer: (ms, fire) => clock.timer(ms / 2, fire),
  };
}

function isOnceStart({ type, data }: EventEnvelope): boolean {
  return type === "step-started" && (data as { readonly effect?: unknown }).effect === "once";
}

/** What it is not to record it acknowledges. */
function without(journal: Journal, isLeftOut: (event: EventEnvelope) => boolean): Journal {
  return wrapped(journal, {
    append: (events, options) =>
      journal.append(
        events.filter((event) => !isLeftOut(event)),
        options,
      ),
  });
}

async function* backwards<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* (await Array.fromAsync(items)).toReversed();
}
