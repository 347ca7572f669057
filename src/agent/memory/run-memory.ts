import {
  checkJson,
  type Clock,
  type CommitPoint,
  type EventEnvelope,
  type Keeper,
  type KeptChange,
  type KeptRun,
  logFailure,
  type Run,
} from "../../base/index.ts";
import { type Journal, JournalFailure } from "../../journal/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { memoryEvent } from "../definition/agent-stream.ts";
import { receiptOf } from "../definition/delegated-message.ts";
import { loadDrafts } from "./drafts.ts";
import { FoldedMemory } from "./folded-memory.ts";
import type { MemoryEventData } from "../definition/memory-events.ts";
import type { OwnChange } from "./memory-reading.ts";
import { PatchKeeper } from "./patch-keeper.ts";
import { PatchedMemory } from "./patched-memory.ts";

/*
 * The memory of an agent that was delegated to. It lasts as long as its run's record and is computed from that record alone.
 * Folded memory is the fold of the run's events. The changes of patched memory are recorded among those events.
 */

/** A memory, and the run that it is kept along with. */
export interface RunMemory {
  readonly content: PatchedMemory | FoldedMemory;
  readonly kept: KeptRun;
}

/**
 * Of a run that begins, or goes on.
 *
 * @throws JournalFailure of what the journal says; what makes a new memory, and what a run that has ended says.
 */
export async function memoryOfRun(rules: MemoryRules, run: Run, journal: Journal, clock: Clock): Promise<RunMemory> {
  await loadDrafts();
  const initial = rules.initial();
  if (rules.codec === undefined) checkJson(initial, `the memory of agent "${rules.agent}"`, true);
  if (rules.fold === undefined) {
    const content = new PatchedMemory(rules, initial, initial, true);
    const own = ownChanges(await recordedOf(journal, run.id));
    return { content, kept: run.keep(new ChangesKeeper(rules, content, run.id, clock, own)) };
  }
  const failed = (event: EventEnvelope, thrown: unknown): void => leftOut(rules, event, thrown, clock);
  const content = new FoldedMemory(asOfMessages(rules), { committed: initial, value: initial, ownSeq: 0 }, failed);
  // What is recorded while the record is being read is told to who keeps it by then.
  const kept = run.keep(new FoldKeeper(content));
  content.begin(await recordedOf(journal, run.id));
  if (!kept.alone) run.abortSignal.throwIfAborted();
  return { content, kept };
}

/** What is on record of a run. @throws JournalFailure. */
export function recordedOf(journal: Journal, run: string): Promise<EventEnvelope[]> {
  return JournalFailure.of(async () => {
    const recorded: EventEnvelope[] = [];
    for await (const event of journal.read(run)) recorded.push(event);
    return recorded;
  });
}

function ownChanges(recorded: readonly EventEnvelope[]): OwnChange[] {
  return recorded
    .filter(({ type, key }) => type === "memory-changed" && key === "")
    .map(({ seq, data }) => ({ seq, ...(data as MemoryEventData["memory-changed"]) }));
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
class ChangesKeeper extends PatchKeeper {
  readonly #version: string;
  readonly #run: string;
  readonly #clock: Clock;

  constructor(rules: MemoryRules, content: PatchedMemory, run: string, clock: Clock, own: readonly OwnChange[]) {
    super(content, rules, undefined, own);
    this.#version = rules.version;
    this.#run = run;
    this.#clock = clock;
  }

  override commit({ type }: CommitPoint): KeptChange | undefined {
    const patches = this.take(type);
    if (patches === undefined) return undefined;
    const data: MemoryEventData["memory-changed"] = { version: this.#version, patches };
    return { events: [memoryEvent(this.#run, this.#clock.now(), this.#run, "memory-changed", data)], heads: [] };
  }

  override committed(): void {
    this.content.commit();
  }
}

function leftOut({ agent }: MemoryRules, { run, seq }: EventEnvelope, thrown: unknown, clock: Clock): void {
  const what = `${agent}: an event of "${run}" was left out of memory`;
  logFailure("agent", clock.now(), what, thrown, { run, seq });
}
