import { type Aitor, AitorHost, type Clock, promptFaults, type ReactAgent, type StepContext } from "aitor";

import { diamond, flowing, keeper, worker } from "./agents.ts";
import type { Ledger } from "./ledger.ts";
import type { Flaws } from "./flaws.ts";
import type { Outside } from "./outside.ts";
import { type Job, WORKERS } from "./program.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import type { SimulatedJournal } from "./simulated-journal.ts";
import { helper, solver } from "./solvers.ts";

export const SOLVERS = 2;

/** What a process stands on. */
export interface LifeParts {
  readonly seed: number;
  /** 1 for the first process. */
  readonly number: number;
  readonly time: SimulatedClock;
  readonly journal: SimulatedJournal;
  readonly disk: SimulatedDisk;
  readonly ledger: Ledger;
  /** Nothing goes wrong but what goes wrong each time. */
  readonly calm: boolean;
  readonly flaws: Flaws;
}

type Prompt = Parameters<typeof promptFaults>[0];

/** One process, from its beginning to its death: its host, and what its agents do outside of the journal. */
export class Life implements Outside {
  readonly seed: number;
  readonly number: number;
  readonly calm: boolean;
  readonly time: SimulatedClock;
  readonly clock: Clock;
  readonly journal: SimulatedJournal;
  readonly ledger: Ledger;
  readonly flow: ReturnType<typeof diamond>;
  readonly host: AitorHost;
  workers: readonly Aitor<string[], Job, string>[] = [];
  solvers: readonly ReactAgent[] = [];
  keeper!: Aitor<readonly string[], string, string>;
  flowing!: Aitor<string[], string, string>;
  /** Resolves when its agents are open. */
  readonly opened: Promise<void>;
  ready = false;
  dead = false;
  readonly #disk: SimulatedDisk;
  readonly #flaws: Flaws;
  #pauses: { readonly label: string; readonly go: () => void }[] = [];

  constructor({ seed, number, time, journal, disk, ledger, calm, flaws }: LifeParts) {
    this.seed = seed;
    this.number = number;
    this.calm = calm;
    this.time = time;
    this.clock = flaws.clock?.(time) ?? time;
    this.journal = journal;
    this.ledger = ledger;
    this.#disk = disk;
    this.#flaws = flaws;
    this.flow = diamond(this);
    this.host = new AitorHost({
      journal: flaws.journal?.(journal) ?? journal,
      clock: this.clock,
      agents: [],
      onFailure: () => {},
      awake: 4,
      attempts: 100_000,
      history: historyOf(seed),
    });
    this.opened = this.#open();
  }

  async #open(): Promise<void> {
    const { host } = this;
    const working = worker(this);
    this.workers = await Promise.all(Array.from({ length: WORKERS }, (_, id) => host.open(working, String(id))));
    this.keeper = await host.open(keeper(this), "0");
    this.flowing = await host.open(flowing(this), "0");
    const help = await host.open(helper(this), "0");
    const asTool = help.asTool({ description: "Helps.", agent: this.calm ? "each-call" : "own" });
    const solving = solver(this, asTool);
    this.solvers = await Promise.all(Array.from({ length: SOLVERS }, (_, id) => host.open(solving, String(id))));
    this.ready = true;
  }

  /** It dies with all that is in flight. */
  die(lines: number): void {
    this.dead = true;
    this.#pauses = [];
    this.journal.die(lines);
  }

  // What agents do.

  async alive(): Promise<void> {
    if (this.dead) await new Promise(() => {});
  }

  pause(label: string): Promise<void> {
    if (this.dead) return new Promise(() => {});
    return new Promise((go) => this.#pauses.push({ label, go }));
  }

  async effect(step: StepContext, once = false, fails = false): Promise<string> {
    await this.alive();
    const { key, idempotencyKey, attempt } = step;
    const place = placeOf(idempotencyKey, key);
    const durable = this.#disk
      .stream(place.slice(0, -key.length - 1))
      .some((event) => event.key === key && (event.type === "step-finished" || event.type === "step-failed"));
    const told = this.ledger.told.has(place);
    this.ledger.calls.push({ life: this.number, step: place, once, attempt, durable: durable || told });
    await this.pause("step");
    step.abortSignal.throwIfAborted();
    this.ledger.effect(place);
    await this.pause("effect");
    if (fails) throw new Error(`cannot ${key}`);
    return `result of ${key}${this.#flaws.salt?.(this.number) ?? ""}`;
  }

  told({ idempotencyKey, key }: StepContext): void {
    if (!this.dead) this.ledger.told.add(placeOf(idempotencyKey, key));
  }

  reply(id: string): string {
    return `reply to ${id}`;
  }

  sleeps(place: string): void {
    if (!this.dead) this.ledger.sleeps(place, this.time.monotonic());
  }

  slept(place: string, ms: number): void {
    if (!this.dead) this.ledger.awoke(place, ms, this.time.monotonic());
  }

  // What models see.

  shown(prompt: Prompt, family: Parameters<typeof promptFaults>[1]): readonly string[] {
    return promptFaults(this.#flaws.prompt?.(prompt) ?? prompt, family);
  }

  written(wanted: number, most: number): number {
    return this.#flaws.writesTooMuch === true ? wanted : Math.min(wanted, most);
  }

  // What the simulation does.

  get pauses(): number {
    return this.#pauses.length;
  }

  /** Lets the nth of those that wait go on. @returns What it is. */
  go(nth: number): string {
    const [pause] = this.#pauses.splice(nth, 1);
    pause?.go();
    return pause?.label ?? "nobody";
  }

  /** A person looks at what waits for an answer, and answers all of it. Who knows what happened tells of what is in doubt. */
  async look(): Promise<void> {
    const { ledger } = this;
    for (const { run, key, kind } of await this.host.pending()) {
      const happened = ledger.effects.has(`${run} ${key}`);
      const value = kind === "signal" ? `${run} ${key}` : `result of ${key}`;
      const answer = kind === "signal" || happened ? { value } : { again: true as const };
      // It may have been answered before, or have ended.
      await this.host.answer(run, key, answer).catch(() => {});
    }
  }
}

/** A step's run and its key, as the journal has them. */
function placeOf(idempotencyKey: string, key: string): string {
  return `${decodeURIComponent(idempotencyKey.slice(0, -key.length - 1))} ${key}`;
}

/** What the host keeps of its agents' histories, by the seed: all, or so few changes that they begin anew again and again. */
function historyOf(seed: number): number {
  return [Infinity, 1, Infinity, 3][seed % 4] ?? Infinity;
}
