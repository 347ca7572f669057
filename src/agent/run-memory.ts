import {
  activeLog,
  checkJson,
  type Clock,
  type CommitPoint,
  type EventEnvelope,
  type Keeper,
  type KeptChange,
  loggedError,
  messageOf,
  recordError,
} from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { MemoryRules } from "./agent-behaviour.ts";
import { receiptOf } from "./delegated-message.ts";
import { loadDrafts } from "./drafts.ts";
import { FoldedMemory } from "./folded-memory.ts";
import type { MemoryEventData } from "./memory-events.ts";
import { currentMemory, type OwnChange, type RawMemory, withChanges } from "./memory-reading.ts";
import { PatchedMemory } from "./patched-memory.ts";

/*
 * The memory of an agent that was delegated to: it lasts as long as its run's record, and is made of that alone. Folded memory
 * is the fold of the run's events; patched memory has its changes on record among them.
 */

/** A memory, and who keeps it along with its run. */
export interface RunMemory {
  readonly content: PatchedMemory | FoldedMemory;
  readonly keeper: Keeper;
}

/** Of a run that begins, or goes on. @throws What the journal says, and what makes a new memory. */
export async function memoryOfRun(rules: MemoryRules, run: string, journal: Journal, clock: Clock): Promise<RunMemory> {
  await loadDrafts();
  const recorded: EventEnvelope[] = [];
  for await (const event of journal.read(run)) recorded.push(event);
  const initial = rules.initial();
  if (rules.codec === undefined) checkJson(initial, `the memory of agent "${rules.agent}"`, true);
  if (rules.fold === undefined) {
    const content = new PatchedMemory(rules, initial, initial, true);
    return { content, keeper: new ChangesKeeper(rules, content, run, clock, recorded) };
  }
  const failed = (event: EventEnvelope, thrown: unknown): void => leftOut(rules, event, thrown, clock);
  const content = new FoldedMemory(asOfMessages(rules), { committed: initial, value: initial, ownSeq: 0 }, failed);
  content.begin(recorded);
  return { content, keeper: new FoldKeeper(content) };
}

function asOfMessages(rules: MemoryRules): MemoryRules {
  const { fold } = rules;
  if (fold === undefined) return rules;
  const apply: typeof fold.apply = (state, event) => {
    if (event.type !== "run-started") return fold.apply(state, event);
    return fold.apply(fold.apply(state, receiptOf(event, rules.agent)), event);
  };
  return { ...rules, fold: { ...fold, apply } };
}

/** The run's record is the memory's: nothing is recorded besides. */
class FoldKeeper implements Keeper {
  readonly #content: FoldedMemory;

  constructor(content: FoldedMemory) {
    this.#content = content;
  }

  commit(): undefined {}

  committed(): void {}

  resumedBehind(seq: number): void {
    this.#content.resumedBehind(seq);
  }

  replayed(key: string): void {
    this.#content.replayed(key);
  }

  recorded(event: EventEnvelope): void {
    this.#content.recorded(event);
  }

  halted(): void {}
}

/** Records what changed in the run's own stream, with its turns and its reply. */
class ChangesKeeper implements Keeper {
  readonly #rules: MemoryRules;
  readonly #content: PatchedMemory;
  readonly #run: string;
  readonly #clock: Clock;
  /** What is on record from before, and how many changes of that the code has come to. */
  readonly #own: readonly OwnChange[];
  #met = 0;
  #raw: RawMemory | undefined;

  constructor(
    rules: MemoryRules,
    content: PatchedMemory,
    run: string,
    clock: Clock,
    recorded: readonly EventEnvelope[],
  ) {
    this.#rules = rules;
    this.#content = content;
    this.#run = run;
    this.#clock = clock;
    this.#own = recorded
      .filter(({ type, key }) => type === "memory-changed" && key === "")
      .map(({ seq, data }) => ({ seq, ...(data as MemoryEventData["memory-changed"]) }));
  }

  check(): void | Promise<void> {
    return this.#content.check();
  }

  commit({ type }: CommitPoint): KeptChange | undefined {
    const isEnd = type.startsWith("run-");
    if (type === "run-failed" || type === "run-cancelled") this.#content.rollback();
    const isBehind = this.#met < this.#own.length && !isEnd;
    const patches = isBehind ? undefined : this.#content.take();
    if (patches === undefined) return undefined;
    const data: MemoryEventData["memory-changed"] = { version: this.#rules.version, patches };
    const [stream, at] = [this.#run, this.#clock.now()];
    return { events: [{ v: 1, stream, seq: 0, at, run: stream, key: "", type: "memory-changed", data }], heads: [] };
  }

  committed(): void {
    this.#content.commit();
  }

  resumedBehind(seq: number): void {
    const own = this.#own;
    let met = this.#met;
    while (met < own.length && (own[met] as OwnChange).seq < seq) met++;
    if (met === this.#met) return;
    this.#raw = withChanges(this.#raw, own.slice(this.#met, met));
    this.#met = met;
    this.#content.jump(currentMemory(this.#rules, this.#raw));
  }

  replayed(): void {}

  recorded(): void {}

  halted(): void {
    this.#content.rollback();
  }
}

function leftOut({ agent }: MemoryRules, { run, seq }: EventEnvelope, thrown: unknown, clock: Clock): void {
  const text = `${agent}: an event of "${run}" was left out of memory: ${messageOf(thrown)}`;
  activeLog()?.write("error", "agent", clock.now(), text, { run, seq, error: loggedError(recordError(thrown)) });
}
