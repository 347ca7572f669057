import { setImmediate as turn } from "node:timers/promises";
import { isAitorError, type MailboxOptions, type Run, type Runnable } from "../base/index.ts";
import type { Answer, Engine, RunHandle, StartOptions } from "../engine/index.ts";
import { failure } from "./conformance.ts";
import type { EnginePlace } from "./engine-place.ts";

/** What a definition does. It is given the life in which it does so. */
export type Body = (run: Run, life: Life, input: never) => Promise<unknown>;

/** The bodies by the names of their definitions. */
export type Bodies = Readonly<Record<string, Body>>;

/** Waits for a promise while there is patience, and then fails with `late()`. */
type Within = <Value>(awaited: Promise<Value>, late: () => Error) => Promise<Value>;

export interface LifeSettings {
  /** 1 for the first process of a place. */
  readonly number: number;
  readonly bodies: Bodies;
  readonly version: string;
  /** The mailbox of all its definitions. */
  readonly mailbox: MailboxOptions | undefined;
  /** What the bodies of all lives noted, in order. */
  readonly notes: string[];
  /** Milliseconds. */
  readonly tick: number;
  readonly within: Within;
}

interface Gate {
  readonly reached: PromiseWithResolvers<void>;
  readonly open: PromiseWithResolvers<void>;
}

/** One process of a place, from its beginning to its death: what its bodies do, and what the case asks of it. */
export class Life {
  readonly number: number;
  readonly bodies: Bodies;
  readonly version: string;
  readonly mailbox: MailboxOptions | undefined;
  /** Milliseconds. */
  readonly tick: number;
  readonly definitions: readonly Runnable<never, unknown>[];
  readonly #notes: string[];
  readonly #within: Within;
  readonly #gates = new Map<string, Gate>();
  #place: EnginePlace | undefined;
  #over = false;

  constructor({ number, bodies, version, mailbox, notes, tick, within }: LifeSettings) {
    this.number = number;
    this.bodies = bodies;
    this.version = version;
    this.mailbox = mailbox;
    this.tick = tick;
    this.#notes = notes;
    this.#within = within;
    this.definitions = Object.entries(bodies).map(([name, body]) => ({
      name,
      version,
      ...(mailbox && { mailbox }),
      execute: (run: Run, input: never) => body(run, this, input),
    }));
  }

  get isFirst(): boolean {
    return this.number === 1;
  }

  get place(): EnginePlace {
    if (this.#place === undefined) throw new Error("the place is not open yet");
    return this.#place;
  }

  get engine(): Engine {
    return this.place.engine;
  }

  begin(place: EnginePlace): void {
    this.#place = place;
  }

  /** From now on nothing that its bodies do counts, and bodies that are held stay held. */
  end(): void {
    this.#over = true;
  }

  // What bodies do.

  note(what: string): void {
    if (!this.#over) this.#notes.push(what);
  }

  /** Waits until the case releases the gate, or for ever. */
  async hold(gate: string): Promise<void> {
    const { reached, open } = this.#gate(gate);
    if (!this.#over) reached.resolve();
    await open.promise;
  }

  /** Milliseconds. */
  now(): number {
    return this.place.now();
  }

  // What the case asks.

  definition(name = "flow"): Runnable {
    const found = this.definitions.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no body is named "${name}"`);
    return found as Runnable;
  }

  /** Starts "flow" as the run "r", unless told otherwise. */
  start(input?: unknown, { of, ...options }: StartOptions & { readonly of?: string } = {}): RunHandle<unknown> {
    return watched(this.engine.start(this.definition(of), input, { id: "r", ...options }));
  }

  async resume(id = "r", of?: string): Promise<RunHandle<unknown>> {
    return watched(await this.engine.resume(this.definition(of), id));
  }

  /** Answers as soon as the run waits for it. */
  async answer(key: string, answer: Answer, id = "r"): Promise<void> {
    const answering = async (): Promise<void> => {
      for (;;) {
        try {
          await this.engine.answer(id, key, answer);
          return;
        } catch (error) {
          if (this.#over || !isAitorError(error, "not-waiting")) throw error;
          await turn();
        }
      }
    };
    const late = (): Error => failure("a run waits for an answer", `run "${id}" to wait for "${key}"`, "it does not");
    await this.#within(answering(), late);
  }

  /** Resolves when a body is held there. */
  async reached(gate: string): Promise<void> {
    const late = (): Error => failure("a run goes on", `its body to come to "${gate}"`, this.#sofar());
    await this.#within(this.#gate(gate).reached.promise, late);
  }

  go(gate: string): void {
    this.#gate(gate).open.resolve();
  }

  /** Resolves when the bodies have noted it. */
  async noted(what: string, times = 1): Promise<void> {
    const noting = async (): Promise<void> => {
      while (!this.#over && this.#notes.filter((note) => note === what).length < times) await turn();
    };
    await this.#within(noting(), () => failure("a run goes on", `the note "${what}"`, this.#sofar()));
  }

  async pass(ticks: number): Promise<void> {
    await this.place.pass(ticks * this.tick);
  }

  /** Lets everything happen that can happen without time passing. */
  async settle(): Promise<void> {
    await this.place.pass(0);
  }

  /** Lets time pass until the promise settles. */
  async timeFor<Value>(awaited: Promise<Value>): Promise<Value> {
    let settled = false;
    const stop = (): void => void (settled = true);
    awaited.then(stop, stop);
    while (!settled && !this.#over) await this.pass(1);
    return awaited;
  }

  #gate(name: string): Gate {
    const found = this.#gates.get(name);
    if (found !== undefined) return found;
    const gate = { reached: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() };
    this.#gates.set(name, gate);
    return gate;
  }

  #sofar(): string {
    return this.#notes.length === 0 ? "nothing" : `the notes ${this.#notes.map((note) => `"${note}"`).join(", ")}`;
  }
}

/** A run that is halted at the end of its case is not an unhandled rejection. */
function watched(handle: RunHandle<unknown>): RunHandle<unknown> {
  handle.result.catch(() => {});
  return handle;
}
