import type { EventEnvelope } from "../base/index.ts";
import type { MemoryRules } from "./agent-behaviour.ts";
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
  /** The run's events on record behind that, in order, and those of them that are in the value. */
  #events: EventEnvelope[] = [];
  #applied = new Set<EventEnvelope>();
  #inOrder = true;
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

  /**
   * @param recorded What is on record of the run that is to be handled.
   * @param again It is executed from its beginning, and commits anew: what is on record counts when its code comes to it.
   */
  begin(recorded: readonly EventEnvelope[], again = false): void {
    this.#again = again;
    this.#upTo = 0;
    this.#events = [...recorded];
    this.#applied = new Set();
    this.#inOrder = true;
    this.#commits = [];
    this.#value = this.#base;
    this.#settled = again ? new Set(recorded.filter(({ type }) => OUTCOMES.has(type)).map(({ key }) => key)) : NONE;
    if (again) return this.#applyOwn();
    // What the run began with; steps give what is on record of them when they are asked for.
    for (const event of recorded) if (event.key === "" && !COMMITS.has(event.type)) this.#apply(event);
  }

  recorded(event: EventEnvelope): void {
    this.#events.push(event);
    this.#apply(event);
    if (!COMMITS.has(event.type)) return;
    this.#foldUpTo(event.seq);
    if (!this.#again) return;
    this.#commits.push(event);
    this.#applyOwn();
  }

  replayed(key: string): void {
    for (const event of this.#events) if (event.key === key && !this.#applied.has(event)) this.#apply(event);
    if (this.#again) this.#applyOwn();
  }

  resumedBehind(seq: number): void {
    if (seq <= this.#upTo) return;
    const commit = this.#events.findLast((event) => event.seq <= seq && COMMITS.has(event.type));
    if (commit !== undefined) this.#foldUpTo(commit.seq);
    for (const event of this.#events) if (event.seq <= seq && !this.#applied.has(event)) this.#apply(event);
  }

  /** Memory was replaced from outside. */
  replace(value: unknown): void {
    this.#base = value;
    this.#value = value;
  }

  /** The run left nothing more: what is folded stays. */
  end(): void {
    this.#events = [];
    this.#applied.clear();
    this.#beforeSeq = 0;
  }

  #foldUpTo(seq: number): void {
    const [folded, later] = this.#parted(seq);
    const isWhole = this.#inOrder && later.length === 0 && folded.length === this.#applied.size;
    this.#base = isWhole ? this.#value : folded.reduce((state, event) => this.#next(state, event), this.#base);
    const known = this.#applied;
    this.#upTo = seq;
    this.#events = later;
    this.#applied = new Set();
    this.#inOrder = true;
    this.#value = this.#base;
    for (const event of later) if (known.has(event)) this.#apply(event);
  }

  /** What is folded at a commit point, and what comes later. */
  #parted(seq: number): [folded: EventEnvelope[], later: EventEnvelope[]] {
    if (this.#again) {
      const met = this.#applied;
      return [this.#events.filter((event) => met.has(event)), this.#events.filter((event) => !met.has(event))];
    }
    const behind = this.#events.findIndex((event) => event.seq > seq);
    return behind === -1 ? [this.#events, []] : [this.#events.slice(0, behind), this.#events.slice(behind)];
  }

  /** What was put into the run counts where it was among what the code asks for. */
  #applyOwn(): void {
    for (const event of this.#events) {
      if (this.#applied.has(event)) continue;
      if (this.#settled.has(event.key) || (event.type === COMMITTED && !this.#isPast(event))) return;
      if (event.key === "" && !COMMITS.has(event.type)) this.#apply(event);
    }
  }

  #isPast({ data }: EventEnvelope): boolean {
    const { type, key } = data as Committed;
    const met = this.#commits.findIndex((commit) => commit.type === type && commit.key === key);
    if (met === -1) return false;
    this.#commits.splice(met, 1);
    return true;
  }

  #apply(event: EventEnvelope): void {
    this.#applied.add(event);
    if (this.#events[this.#applied.size - 1] !== event) this.#inOrder = false;
    this.#value = this.#next(this.#value, event);
  }

  #next(state: unknown, event: EventEnvelope): unknown {
    return fold(this.#rules, state, event, this.#failed);
  }
}
