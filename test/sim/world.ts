import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import type { EventEnvelope } from "aitor";

import { Client } from "./client.ts";
import type { Flaws } from "./flaws.ts";
import { Ledger } from "./ledger.ts";
import { Life } from "./life.ts";
import { type Plan, randomPlan } from "./plan.ts";
import { Random } from "./random.ts";
import { SimulatedClock } from "./simulated-clock.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { SimulatedJournal } from "./simulated-journal.ts";

/**
 * - `random`: anything may go wrong at any moment, until everybody was told of everything.
 * - `calm`: nothing goes wrong.
 * - `forced`: the process dies after each commit with which something got further, and the next one goes on by the record.
 */
export type Mode = "random" | "calm" | "forced";

/** How much went wrong. */
export interface Troubles {
  crashes: number;
  torn: number;
  failed: number;
  delayed: number;
  commits: number;
}

/** What comes of a run's parts, and of the run. */
export const OUTCOMES: ReadonlySet<string> = new Set([
  "step-finished",
  "step-failed",
  "timer-fired",
  "signal-received",
  "branch-decided",
  "turn-finished",
  "loop-finished",
  "run-finished",
  "run-failed",
]);

/** Events with which a run gets further; the others tell of processes and of what goes on. */
const FURTHER: ReadonlySet<string> = OUTCOMES.union(new Set(["message-received", "step-answered"]));

/** After so many happenings it does not come to its end. */
const MOST = 30_000;
/** And so many turns of the event loop later an answer does not come. */
const MOST_ASKED = 3_000;

type Happening = readonly [weight: number, name: string, happen: () => string | void | Promise<string | void>];

/**
 * One simulation: a disk, processes on it one after the other, and the only source of chance. All that takes time (a commit, its
 * acknowledgement, a model's answer, an effect, a client's next message, a timer) waits until it is drawn.
 */
export class World {
  readonly disk: SimulatedDisk = new SimulatedDisk();
  readonly ledger: Ledger = new Ledger();
  readonly clients: readonly Client[];
  readonly plan: Plan;
  readonly troubles: Troubles = { crashes: 0, torn: 0, failed: 0, delayed: 0, commits: 0 };
  life: Life;
  readonly #seed: number;
  readonly #mode: Mode;
  readonly #flaws: Flaws;
  readonly #random: Random;
  readonly #trace = createHash("sha256");
  /** What may still go wrong. */
  #left: number;
  #lives = 0;
  #looked = false;
  #looking = false;
  #unwell = false;

  constructor(seed: number, mode: Mode = "random", flaws: Flaws = {}) {
    this.#seed = seed;
    this.#mode = mode;
    this.#flaws = flaws;
    this.#random = new Random(`${mode} ${seed}`);
    this.plan = randomPlan(seed, mode !== "random");
    this.clients = this.plan.map((sendings) => new Client(sendings, this.ledger));
    this.#left = mode === "random" ? this.#random.between(1, 12) : 0;
    this.life = this.#begin(1_000);
  }

  /** Lets happen what can, until nothing is left to do. */
  async run(): Promise<void> {
    for (let count = 0; count < MOST; count++) {
      await settled();
      const happenings = this.#possible();
      if (happenings.length === 0) {
        if (this.#over) return;
        if (!this.#unwell) {
          this.ledger.faults.push("it does not go on, and has not come to its end");
          return;
        }
        this.#restart();
        continue;
      }
      const [, name, happen] = this.#random.weighted(happenings.map((each) => [each[0], each] as const));
      const what = await happen();
      this.#trace.update(`${name} ${what ?? ""}\n`);
    }
    this.ledger.faults.push(`it has not come to its end after ${MOST} happenings`);
  }

  /** Of all that happened, and all that is on record. */
  hash(): string {
    const seen = new Map<string, string>();
    const text = this.disk.events.map((event) => JSON.stringify(event)).join("\n");
    const named = text.replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, (uuid) => {
      const known = seen.get(uuid) ?? `uuid ${seen.size + 1}`;
      seen.set(uuid, known);
      return known;
    });
    return this.#trace.copy().update(named).digest("hex");
  }

  /** Waits for something that is asked at the end, with everything answered at once. */
  async asked<Value>(asking: Promise<Value>): Promise<Value> {
    let over = false;
    const end = (): void => void (over = true);
    asking.then(end, end);
    for (let count = 0; !over && count < MOST_ASKED; count++) {
      await settled();
      const { journal, time } = this.life;
      journal.commit(journal.waiting);
      journal.answer(journal.unanswered);
      if (over || journal.waiting > 0 || journal.unanswered > 0) continue;
      if (time.due > 0) time.fire(0);
      else if (this.life.pauses > 0) this.life.go(0);
      else if (count > 50) time.moveTo(time.next ?? 0);
    }
    if (!over) throw new Error("it is not answered");
    return asking;
  }

  /** The next process, which finds on the disk what there is. */
  async reopened(): Promise<Life> {
    this.life.die(0);
    this.life = this.#begin(this.life.time.monotonic());
    await this.asked(this.life.opened);
    return this.life;
  }

  #possible(): Happening[] {
    const { life } = this;
    const { journal, time } = life;
    const random = this.#random;
    const all: Happening[] = [];
    if (journal.wanted) all.push([4, "commit", () => this.#commit(random.between(1, journal.waiting))]);
    else if (journal.waiting > 0) all.push([0.2, "commit", () => this.#commit(journal.waiting)]);
    if (journal.unanswered > 0) all.push([4, "answer", () => journal.answer(random.between(1, journal.unanswered))]);
    if (life.pauses > 0) all.push([4, "go", () => life.go(random.between(0, life.pauses - 1))]);
    if (time.due > 0) all.push([2, "fire", () => time.fire(random.between(0, time.due - 1))]);
    if (this.#left > 0 && life.number < 40) {
      all.push([0.15, "crash", () => this.#crash()]);
      if (journal.wanted && !this.#unwell) all.push([0.08, "fail", () => this.#fail()]);
    }
    if (this.#unwell) all.push([0.3, "restart", () => this.#restart()]);
    if (life.ready && !this.#looking && !this.#looked) all.push([0.2, "look", () => this.#look()]);
    const busy = journal.waiting > 0 || journal.unanswered > 0 || life.pauses > 0 || time.due > 0;
    const { next } = time;
    if (next !== undefined && time.due === 0 && !(busy && this.#mode !== "random") && !this.#over) {
      // Late, at times.
      const until = next + (random.chance(0.2) ? random.between(1, 50) : 0);
      all.push([busy ? 0.1 : 1, "time", () => this.#pass(until)]);
    }
    return all;
  }

  /** Nothing is under way, and everybody was told of everything. */
  get #over(): boolean {
    const { life } = this;
    if (!life.ready || this.#unwell || !this.clients.every(({ done }) => done)) return false;
    if (life.pauses > 0 || life.journal.waiting > 0 || life.journal.unanswered > 0 || this.#looking) return false;
    const { handling, suspended, queued, delayed } = life.host.stats();
    return handling + suspended + queued + delayed === 0;
  }

  #begin(now: number): Life {
    const { disk, ledger } = this;
    const number = ++this.#lives;
    const time = new SimulatedClock(now);
    const journal = new SimulatedJournal(disk, this.#flaws.store);
    const calm = this.#mode !== "random";
    const life = new Life({ seed: this.#seed, number, time, journal, disk, ledger, calm, flaws: this.#flaws });
    this.#unwell = false;
    this.#looked = false;
    this.#looking = false;
    const begun = async (): Promise<void> => {
      await life.opened;
      await Promise.all(this.clients.map((client) => client.live(life)));
    };
    begun().catch((error: unknown) => {
      if (!journal.failed) ledger.faults.push(`process ${number}: ${String(error)}`);
    });
    return life;
  }

  #commit(calls: number): string {
    const { journal } = this.life;
    const events = journal.commit(calls);
    if (events.length > 0) this.#looked = false;
    this.troubles.commits++;
    if (this.#mode === "forced" && events.some(({ type }) => FURTHER.has(type))) return this.#die(0);
    if (this.#random.chance(0.6)) journal.answer(journal.unanswered);
    else this.troubles.delayed++;
    return told(events);
  }

  #crash(): string {
    this.#left--;
    const { lines } = this.life.journal;
    return this.#die(this.#random.chance(0.4) ? 0 : this.#random.between(0, lines));
  }

  #die(lines: number): string {
    this.troubles.crashes++;
    this.life.die(lines);
    // It takes its time until the next one is there.
    const downtime = this.#mode === "random" && this.#random.chance(0.3) ? this.#random.between(1, 200) : 0;
    const now = this.life.time.monotonic() + downtime;
    if (this.disk.torn) this.troubles.torn++;
    this.life = this.#begin(now);
    return `${lines} lines, ${downtime} ms`;
  }

  #fail(): string {
    this.#left--;
    this.troubles.failed++;
    this.#unwell = true;
    const { journal } = this.life;
    const reached = this.#random.chance(0.5) ? 0 : this.#random.between(0, journal.lines);
    journal.fail(reached);
    return `${reached} lines`;
  }

  #restart(): string {
    return this.#die(0);
  }

  #look(): void {
    this.#looking = true;
    this.#looked = true;
    const { life } = this;
    const over = (): void => {
      if (life === this.life) this.#looking = false;
    };
    life.look().then(over, over);
  }

  #pass(until: number): string {
    this.life.time.moveTo(until);
    this.#looked = false;
    return String(until);
  }
}

function told(events: readonly EventEnvelope[]): string {
  return events.map(({ stream, type, key }) => `${stream} ${type} ${key}`).join(", ");
}

/** All that can go on by itself has gone on. */
async function settled(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
