import type { EventEnvelope } from "../../base/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { COMMITS, COMMITTED, type Committed, fold } from "./folding.ts";
import type { ReadMemory } from "./memory-reading.ts";

/** The events by which steps and waits have ended. */
const OUTCOMES: ReadonlySet<string> = new Set([
  "step-finished",
  "step-failed",
  "timer-fired",
  "signal-received",
  "signal-failed",
]);

const NONE: ReadonlySet<string> = new Set();

/**
 * Memory that is the fold of the events of the agent's runs, in the order of the journal. Between two commit points the
 * events come in the order in which the code meets them, which in a resumed run may be another one: at a commit point the
 * state is folded anew, from the last one on.
 */
export class FoldedMemory {
  readonly #rules: MemoryRules;
  /** Told of what the fold could not take. */
  readonly #failed: (event: EventEnvelope, thrown: unknown) => void;
  /** What others see until the run has come to the `seq` that this is of, where it goes on from before. */
  readonly #before: unknown;
  #beforeSeq: number;
  /** Folded up to the last commit point that the code has come to. */
  #base: unknown;
  #value: unknown;
  /** Up to which `seq` of the run's events the base is folded. */
  #upTo = 0;
  /** The run's events on record behind that, in order, and how many of them, from the first, are in the value. */
  #events: EventEnvelope[] = [];
  #met = 0;
  /** Those that are in it, too, though one before them is not: seldom any. */
  #ahead: Set<EventEnvelope> | undefined;
  /** What the run has on record was read, up to this `seq`; till then what is recorded waits among the events. */
  #isBegun = false;
  #readSeq = 0;
  #again = false;
  /** What is on record with an outcome, and so is asked for again. */
  #settled: ReadonlySet<string> = NONE;
  /** What the code that is executed again has committed, and the record is not past yet. */
  #commits: Committed[] = [];

  /** @param read What was read: a run that goes on has more on record than its code has come to. */
  constructor(
    rules: MemoryRules,
    { committed, value, ownSeq }: Pick<ReadMemory, "committed" | "value" | "ownSeq">,
    failed: (event: EventEnvelope, thrown: unknown) => void,
  ) {
    this.#rules = rules;
    this.#before = committed;
    this.#beforeSeq = ownSeq;
    this.#base = value;
    this.#value = value;
    this.#failed = failed;
  }

  get committed(): unknown {
    return this.#upTo < this.#beforeSeq ? this.#before : this.#base;
  }

  get value(): unknown {
    return this.#value;
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  /**
   * @param recorded What is on record of the run that is to be handled, read after the first that it was told of.
   * @param again It is executed from its beginning, and commits anew: what is on record counts when its code comes to it.
   */
  begin(recorded: readonly EventEnvelope[], again = false): void {
    const meanwhile = this.#events;
    this.#isBegun = true;
    this.#readSeq = recorded.at(-1)?.seq ?? 0;
    this.#again = again;
    this.#upTo = 0;
    this.#goOnWith([...recorded]);
    this.#commits = [];
    this.#value = this.#base;
    this.#settled = again ? new Set(recorded.filter(({ type }) => OUTCOMES.has(type)).map(({ key }) => key)) : NONE;
    if (again) this.#applyOwn();
    else this.#applyBegun();
    for (const event of meanwhile) this.recorded(event);
  }

  recorded(event: EventEnvelope): void {
    if (!this.#isBegun) return void this.#events.push(event);
    // A journal may give what is durable before it tells who recorded it.
    if (event.seq <= this.#readSeq) return;
    this.#apply(this.#events.push(event) - 1);
    if (!COMMITS.has(event.type)) return;
    this.#foldUpTo(event.seq);
    if (!this.#again) return;
    this.#commits.push(event);
    this.#applyOwn();
  }

  replayed(key: string): void {
    this.#applyAll((event) => event.key === key);
    if (this.#again) this.#applyOwn();
  }

  resumedBehind(seq: number): void {
    if (seq <= this.#upTo) return;
    const commit = this.#events.findLast((event) => event.seq <= seq && COMMITS.has(event.type));
    if (commit !== undefined) this.#foldUpTo(commit.seq);
    this.#applyAll((event) => event.seq <= seq);
  }

  /** Memory was replaced from outside. */
  replace(value: unknown): void {
    this.#base = value;
    this.#value = value;
  }

  /** The run left nothing more: what is folded stays. */
  end(): void {
    this.#isBegun = false;
    this.#goOnWith([]);
    this.#beforeSeq = 0;
  }

  #foldUpTo(seq: number): void {
    this.#upTo = seq;
    if (this.#isWhole(seq)) {
      this.#base = this.#value;
      return this.#goOnWith([]);
    }
    const isFolded = (event: EventEnvelope, index: number): boolean =>
      this.#again ? this.#isApplied(index) : event.seq <= seq;
    const events = this.#events;
    const later = events.filter((event, index) => !isFolded(event, index));
    const known = new Set(events.filter((_, index) => this.#isApplied(index)));
    this.#base = events.filter(isFolded).reduce((state, event) => this.#next(state, event), this.#base);
    this.#value = this.#base;
    this.#goOnWith(later);
    this.#applyAll((event) => known.has(event));
  }

  /** The value is what is folded at that commit point, and nothing comes later. */
  #isWhole(seq: number): boolean {
    if (this.#ahead !== undefined || this.#met !== this.#events.length) return false;
    return this.#again || (this.#events.at(-1)?.seq ?? 0) <= seq;
  }

  /** From now on these are on record behind the base, and none of them is in the value. */
  #goOnWith(events: EventEnvelope[]): void {
    this.#events = events;
    this.#met = 0;
    this.#ahead = undefined;
  }

  /** What the run began with; steps give what is on record of them when they are asked for. */
  #applyBegun(): void {
    for (const [index, { key, type }] of this.#events.entries())
      if (key === "" && !COMMITS.has(type)) this.#apply(index);
  }

  /** What was put into the run counts where it was among what the code asks for. */
  #applyOwn(): void {
    for (const [index, event] of this.#events.entries()) {
      if (this.#isApplied(index)) continue;
      if (this.#settled.has(event.key) || (event.type === COMMITTED && !this.#isPast(event))) return;
      if (event.key === "" && !COMMITS.has(event.type)) this.#apply(index);
    }
  }

  #isPast({ data }: EventEnvelope): boolean {
    const { type, key } = data as Committed;
    const met = this.#commits.findIndex((commit) => commit.type === type && commit.key === key);
    if (met === -1) return false;
    this.#commits.splice(met, 1);
    return true;
  }

  /** Puts those into the value that are not in it. */
  #applyAll(are: (event: EventEnvelope) => boolean): void {
    for (const [index, event] of this.#events.entries()) if (are(event) && !this.#isApplied(index)) this.#apply(index);
  }

  #isApplied(index: number): boolean {
    return index < this.#met || this.#ahead?.has(this.#events[index] as EventEnvelope) === true;
  }

  #apply(index: number): void {
    const event = this.#events[index] as EventEnvelope;
    if (index === this.#met && this.#ahead === undefined) this.#met++;
    else (this.#ahead ??= new Set()).add(event);
    this.#value = this.#next(this.#value, event);
  }

  #next(state: unknown, event: EventEnvelope): unknown {
    return fold(this.#rules, state, event, this.#failed);
  }
}
