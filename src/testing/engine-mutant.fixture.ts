import type { Branch, EventEnvelope, Run, StepOptions } from "../base/index.ts";
import type { Engine } from "../engine/index.ts";
import { wrapped } from "../journal/wrapped-journal.fixture.ts";
import { embeddedInMemory, type Fault, type Parts } from "./embedded-engine.fixture.ts";
import type { EngineUnderTest } from "./engine-place.ts";

/** An engine with one fault, and the case that must tell it. */
export interface EngineMutant {
  readonly fault: string;
  /** The beginning of the case's name. */
  readonly caughtBy: string;
  readonly subject: EngineUnderTest;
  /** What must come never comes: only patience tells. */
  readonly waits?: true;
}

export function mutant(fault: string, caughtBy: string, change: Fault): EngineMutant {
  return { fault, caughtBy, subject: embeddedInMemory(change) };
}

export function waits(found: EngineMutant): EngineMutant {
  return { ...found, waits: true };
}

/** What one process reads of a stream is not what is there. */
function remembering(change: (events: EventEnvelope[]) => readonly EventEnvelope[]): Fault {
  return {
    journal: (journal, life) =>
      life === 1
        ? journal
        : wrapped(journal, {
            async *read(stream, from) {
              yield* change(await Array.fromAsync(journal.read(stream, from)));
            },
          }),
  };
}

/** Events are forgotten at a death, and nobody else seems to have written. */
export function forgettingThose(
  forgotten: (event: EventEnvelope, index: number, events: readonly EventEnvelope[]) => boolean,
): Fault {
  return remembering((events) =>
    events.map((event, index) =>
      forgotten(event, index, events) ? { ...event, type: "forgotten", key: "", data: {} } : event,
    ),
  );
}

/** Events of these types are forgotten at a death. */
export function forgetting(...types: readonly string[]): Fault {
  return forgettingThose(({ type }) => types.includes(type));
}

/** The last event of a type is forgotten at a death. */
export function forgettingLast(type: string): Fault {
  return forgettingThose((_, index, events) => index === events.findLastIndex((event) => event.type === type));
}

/** The data of events of one type is not what it was. */
export function changing(type: string, change: (data: Readonly<Record<string, unknown>>) => unknown): Fault {
  return remembering((events) =>
    events.map((event) =>
      event.type === type ? { ...event, data: change(event.data as Readonly<Record<string, unknown>>) } : event,
    ),
  );
}

/** Bodies are given a run of which something is changed, and so are all scopes of it. */
export function running(change: (run: Run, parts: Parts) => Partial<Run>): Fault {
  return {
    definition: (definition, parts) => ({
      ...definition,
      execute: (run, input) =>
        definition.execute(
          altered(run, (inner) => change(inner, parts)),
          input,
        ),
    }),
  };
}

/** The options of each step are others. */
export function stepping(change: (options: StepOptions) => StepOptions): Fault {
  return running((run) => ({ step: (name, fn, options) => run.step(name, fn, change(options ?? {})) }));
}

export function engine(change: (engine: Engine, parts: Parts) => Partial<Engine>): Fault {
  return { engine: change };
}

export function without<Thing extends object, Key extends keyof Thing>(thing: Thing, key: Key): Omit<Thing, Key> {
  const { [key]: _omitted, ...rest } = thing;
  return rest;
}

function altered(run: Run, change: (run: Run) => Partial<Run>): Run {
  const inner = (scope: Run): Run => altered(scope, change);
  const branches = <Branches extends readonly Branch<unknown>[]>(given: Branches): Branches =>
    given.map((branch) => ({ name: branch.name, run: (scope: Run) => branch.run(inner(scope)) })) as never;
  const same: Run = {
    id: run.id,
    abortSignal: run.abortSignal,
    key: run.key,
    carried: run.carried,
    step: (...call) => run.step(...call),
    scope: (name, body) => run.scope(name, (scope) => body(inner(scope))),
    all: (given) => run.all(branches(given)),
    race: (given) => run.race(branches(given)),
    settle: (given) => run.settle(branches(given)),
    loop: (name, initial, turn) => run.loop(name, initial, (state, scope) => turn(state, inner(scope))),
    sleep: (...call) => run.sleep(...call),
    waitFor: (...call) => run.waitFor(...call),
    child: (...call) => run.child(...call),
    ask: (...call) => run.ask(...call),
    tell: (...call) => run.tell(...call),
    now: () => run.now(),
    uuid: () => run.uuid(),
    keep: (keeper) => run.keep(keeper),
  };
  return { ...same, ...change(same) };
}

/** What mutants are made from, with nothing changed. */
export const unchanged: EngineUnderTest = embeddedInMemory({
  ...remembering((events) => events),
  ...stepping((options) => options),
  ...engine(() => ({})),
});
