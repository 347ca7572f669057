import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, Runnable } from "../base/index.ts";
import { EmbeddedEngine, type EmbeddedEngineOptions, type Engine } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { crashingJournal } from "./crash-points.ts";
import type { EnginePlace, EngineUnderTest } from "./engine-place.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

/** What one process of a place stands on. */
export interface Parts {
  /** 1 for the first process of a place. */
  readonly life: number;
  readonly journal: Journal;
  readonly clock: Clock;
}

/** What is wrong with an engine: any of its parts, exchanged for another. */
export interface Fault {
  readonly options?: EmbeddedEngineOptions;
  readonly journal?: (journal: Journal, life: number) => Journal;
  readonly clock?: (clock: VirtualClock, life: number) => Clock;
  readonly definition?: (definition: Runnable<never, unknown>, parts: Parts) => Runnable<never, unknown>;
  readonly engine?: (engine: EmbeddedEngine, parts: Parts, options: EmbeddedEngineOptions) => Partial<Engine>;
}

/** What becomes of a place's journal at its end. */
type Free = (journal: Journal) => Promise<void>;

/** The embedded engine on a journal that dies, and on a clock that stands still. */
class EmbeddedPlace implements EnginePlace {
  readonly engine: Engine;
  readonly #journal: Journal;
  readonly #clock: VirtualClock;
  readonly #fault: Fault;
  readonly #free: Free;
  readonly #life: number;
  readonly #crash: { append: number; readonly when: "before" };
  readonly #mortal: ReturnType<typeof crashingJournal>;

  constructor(
    journal: Journal,
    definitions: readonly Runnable<never, unknown>[],
    fault: Fault,
    free: Free,
    life = 1,
    clock: VirtualClock = virtualClock(1_000_000),
  ) {
    this.#journal = journal;
    this.#clock = clock;
    this.#fault = fault;
    this.#free = free;
    this.#life = life;
    this.#crash = { append: Infinity, when: "before" };
    this.#mortal = crashingJournal(journal, this.#crash);
    const parts: Parts = {
      life,
      journal: fault.journal?.(this.#mortal, life) ?? this.#mortal,
      clock: fault.clock?.(clock, life) ?? clock,
    };
    const given = definitions.map((each) => fault.definition?.(each, parts) ?? each);
    const options: EmbeddedEngineOptions = {
      inDoubt: "ask",
      journal: parts.journal,
      clock: parts.clock,
      definitions: given,
      ...fault.options,
    };
    const engine = new EmbeddedEngine(options);
    this.engine = changed(engine, { ...replaced(engine, given), ...fault.engine?.(engine, parts, options) });
  }

  now(): number {
    return this.#clock.now();
  }

  async pass(ms: number): Promise<void> {
    await this.#clock.advance(ms);
    for (let round = 0; round < 3; round++) {
      await this.#journal.append([]);
      await this.#clock.advance(0);
    }
  }

  async kill(definitions: readonly Runnable<never, unknown>[]): Promise<EnginePlace> {
    this.#crash.append = this.#mortal.appends + 1;
    void this.#mortal.append([]);
    // What was appended before is on record when the next process reads it.
    await this.#journal.append([]);
    const clock = virtualClock(this.now());
    return new EmbeddedPlace(this.#journal, definitions, this.#fault, this.#free, this.#life + 1, clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await this.#free(this.#journal);
  }
}

/** Faulty definitions stand in for those that cases give themselves. */
function replaced(engine: Engine, definitions: readonly Runnable<never, unknown>[]): Partial<Engine> {
  const found = <Found extends Pick<Runnable, "name" | "carries">>(asked: Found): Found => {
    const given = definitions.find(({ name }) => name === asked.name) as Found | undefined;
    return asked.carries === undefined ? (given ?? asked) : { ...(given ?? asked), carries: asked.carries };
  };
  return {
    start: (runnable, ...rest) => engine.start(found(runnable), ...rest),
    run: (runnable, ...rest) => engine.run(found(runnable), ...rest),
    resume: (runnable, id) => engine.resume(found(runnable), id),
    fork: (runnable, ...rest) => engine.fork(found(runnable), ...rest),
  };
}

function changed(engine: Engine, change: Partial<Engine>): Engine {
  return {
    start: (...call) => engine.start(...call),
    run: (...call) => engine.run(...call),
    resume: (...call) => engine.resume(...call),
    fork: (...call) => engine.fork(...call),
    recover: () => engine.recover(),
    cancel: (...call) => engine.cancel(...call),
    answer: (...call) => engine.answer(...call),
    note: (...call) => engine.note(...call),
    send: (...call) => engine.send(...call),
    ask: (...call) => engine.ask(...call),
    turn: (...call) => engine.turn(...call),
    register: (definition) => engine.register(definition),
    deadLetters: (name) => engine.deadLetters(name),
    sendAgain: (run) => engine.sendAgain(run),
    stats: () => engine.stats(),
    observe: (...call) => engine.observe(...call),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    ...change,
  };
}

export function embeddedInMemory(fault: Fault = {}): EngineUnderTest {
  return {
    open: (definitions) => new EmbeddedPlace(memoryJournal(), definitions, fault, (journal) => journal.close()),
  };
}

/** Opening files takes far longer than a case: a journal is used again when all in it is dropped. Dispose it at the end. */
export function embeddedOnDisk(): EngineUnderTest & AsyncDisposable {
  const folder = mkdtempSync(join(tmpdir(), "aitor-engine-"));
  const opened: Journal[] = [];
  const free: Journal[] = [];
  const open = (): Journal => {
    const journal = sqliteJournal(join(folder, `${opened.length}.db`));
    opened.push(journal);
    return journal;
  };
  const emptied = async (journal: Journal): Promise<void> => {
    for (const { stream } of await Array.fromAsync(journal.heads())) await journal.drop(stream);
    free.push(journal);
  };
  return {
    open: (definitions) => new EmbeddedPlace(free.pop() ?? open(), definitions, {}, emptied),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((journal) => journal.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
