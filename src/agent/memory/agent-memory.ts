import {
  checkJson,
  type Clock,
  type EventEnvelope,
  type HeadChange,
  type MessageKey,
  recordError,
} from "../../base/index.ts";
import { expecting, type Journal, JournalFailure } from "../../journal/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { agentHead, agentStream, memoryEvent } from "../definition/agent-stream.ts";
import { DamagedMemory } from "./damaged-memory.ts";
import { loadDrafts } from "./drafts.ts";
import { FoldedMemory } from "./folded-memory.ts";
import type { MemoryEvent, MemoryEventData, MemorySnapshot } from "../definition/memory-events.ts";
import { lastGoodMemory } from "./last-good-memory.ts";
import { isReadable } from "./current-memory.ts";
import { type ReadingOptions, type ReadMemory, readMemory, sizeOf } from "./memory-reading.ts";
import { PatchedMemory } from "./patched-memory.ts";

/** What the memories of a host share. */
export interface MemoryPlace {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Milliseconds for which a message's id is known. */
  readonly dedupeMs: number;
  /** @default what was recorded stays */
  readonly history?: HistoryLimit;
  /** Told of each event of an agent's stream once it is durable. */
  readonly onEvent: (key: MessageKey, event: MemoryEvent) => void;
  /** Told of an event of a run that a fold could not take. */
  readonly onUnfoldable: (key: MessageKey, event: EventEnvelope, thrown: unknown) => void;
  /** Told of what could not be read of a memory that can be used without it. */
  readonly onLeftOut: (key: MessageKey, error: Error) => void;
}

/** How long the history of an agent may become. */
export interface HistoryLimit {
  readonly changes: number;
  /** Told of an agent that has come to it, and is to begin anew in its turn. */
  readonly onReached: (memory: AgentMemory) => void;
}

/** A snapshot is written when so many characters of events came since the last one, and as many as that one has. */
const SNAPSHOT_AFTER = 65_536;

/**
 * The memory of an agent that is awake, and what is on record of it. Snapshots grow rarer as memory grows, so that their
 * cost for each change stays the same.
 */
export class AgentMemory {
  readonly key: MessageKey;
  readonly stream: string;
  readonly content: PatchedMemory | FoldedMemory;
  readonly rules: MemoryRules;
  /** What was read when it woke. */
  readonly read: ReadMemory;
  readonly #place: MemoryPlace;
  #seq: number;
  #lastRun: string | undefined;
  #since: number;
  #snapshot: number;
  /** Of folded memory: runs that no snapshot covers yet. */
  #runs: string[];
  #changes: number;
  /** How many there were when they were told of as too many. */
  #told = 0;
  /** The snapshot that is being written. One of what is forgotten would outlive it. */
  #writing: Promise<void> | undefined;
  #isBeginning = false;

  /**
   * @param run A run of the agent that has not ended: memory is as it was before it.
   * @throws JournalFailure (rejects with) of what the journal says; what the agent's code throws. Memory that cannot be read is
   *   set aside.
   */
  static async wake(place: MemoryPlace, key: MessageKey, rules: MemoryRules, run?: string): Promise<AgentMemory> {
    const loading = loadDrafts();
    if (loading !== undefined) await loading;
    const { journal } = place;
    const failed = (event: EventEnvelope, thrown: unknown): void => place.onUnfoldable(key, event, thrown);
    const leftOut = (error: Error): void => place.onLeftOut(key, error);
    const options = { journal, stream: agentStream(key), rules, run, failed, leftOut };
    let read: ReadMemory;
    try {
      read = await readMemory(options);
    } catch (error) {
      if (!(error instanceof DamagedMemory)) throw error;
      await setAside(place, key, options, error.cause);
      read = await readMemory(options);
    }
    return new AgentMemory(place, key, rules, read);
  }

  private constructor(place: MemoryPlace, key: MessageKey, rules: MemoryRules, read: ReadMemory) {
    this.#place = place;
    this.key = key;
    this.rules = rules;
    this.read = read;
    this.stream = agentStream(key);
    this.#seq = read.seq;
    this.#lastRun = read.lastRun;
    this.#since = read.since;
    this.#snapshot = read.snapshot;
    this.#runs = [...read.runs];
    this.#changes = read.changes;
    if (rules.codec === undefined) checkJson(read.value, `the memory of agent "${rules.agent}"`, true);
    const failed = (event: EventEnvelope, thrown: unknown): void => place.onUnfoldable(key, event, thrown);
    this.content =
      rules.fold === undefined
        ? new PatchedMemory(rules, read.committed, read.value, read.rebase)
        : new FoldedMemory(rules, read, failed);
  }

  get journal(): Journal {
    return this.#place.journal;
  }

  /** Whose event is the last one of its stream. */
  get lastRun(): string | undefined {
    return this.#lastRun;
  }

  /** Nothing of the agent is on record yet. */
  get isNew(): boolean {
    return this.#seq === 0;
  }

  event<Type extends keyof MemoryEventData>(
    type: Type,
    data: MemoryEventData[Type],
    run?: string,
  ): EventEnvelope<Type, MemoryEventData[Type]> {
    return memoryEvent(this.stream, this.#place.clock.now(), run, type, data);
  }

  /** An event of the agent's stream is durable. */
  recorded(event: MemoryEvent, size: number): void {
    this.#seq = event.seq;
    this.#lastRun = event.run;
    this.#since += size;
    this.#changes++;
    if (event.type === "run-folded" && this.#runs.at(-1) !== event.run) this.#runs.push(event.run);
    this.#place.onEvent(this.key, event);
  }

  /**
   * Nobody uses it: writes a snapshot where it is time, or tells that its history is as long as it may be. What fails is told
   * to whoever appends next.
   */
  async settle(): Promise<void> {
    const { history } = this.#place;
    if (this.#isBeginning) return;
    if (history !== undefined && this.#isOutgrown && this.#told !== this.#changes) {
      this.#told = this.#changes;
      history.onReached(this);
      return;
    }
    if (this.#since < Math.max(SNAPSHOT_AFTER, this.#snapshot)) return;
    await (this.#writing = this.#writeSnapshot());
  }

  async #writeSnapshot(): Promise<void> {
    const { journal, clock, dedupeMs } = this.#place;
    if (this.#seq === 0 || this.#since === 0) return;
    const value = this.#encoded();
    const state: MemorySnapshot = { v: 1, version: this.rules.version, value, changes: this.#changes };
    const runs = this.#runs;
    const seq = this.#seq;
    const since = this.#since;
    this.#runs = [];
    this.#since = 0;
    let areCovered = false;
    try {
      // A run that goes on must find what memory was before it.
      if (!(await this.#hasEnded(this.#lastRun))) return void (this.#since += since);
      this.#snapshot = sizeOf(value);
      await journal.snapshots.put(this.stream, { seq, state });
      if (runs.length > 0) await journal.append([], { heads: await letGo(journal, runs, clock.now() + dedupeMs) });
      areCovered = true;
    } finally {
      if (!areCovered) this.#runs = [...runs, ...this.#runs];
    }
  }

  /**
   * Forgets what is on record before, in one step with what takes its place: memory as it is. To be called when it is the
   * agent's turn. Does nothing where the history may go on, or a run must find what memory was before it.
   *
   * @throws What the journal says. All is as it was then.
   */
  async beginAnew(): Promise<void> {
    this.#isBeginning = true;
    // Where it cannot be now, it is not asked for again before something has changed.
    this.#told = this.#changes;
    try {
      // Whoever waits for it is told what it fails with.
      await this.#writing?.catch(() => {});
      if (this.#isOutgrown && (await this.#hasEnded(this.#lastRun))) await this.#beginAnew();
    } finally {
      this.#isBeginning = false;
    }
  }

  async #beginAnew(): Promise<void> {
    const { journal, clock, dedupeMs } = this.#place;
    const value = this.#encoded();
    const event = this.event("history-begun", { version: this.rules.version, value });
    const heads = await letGo(journal, this.#runs, clock.now() + dedupeMs);
    await journal.append([event], { expect: expecting(this.stream, this.#seq), restart: [this.stream], heads });
    this.#runs = [];
    this.recorded(event, 0);
    this.#since = 0;
    this.#snapshot = sizeOf(value);
    this.#changes = 0;
    this.#told = 0;
  }

  get #isOutgrown(): boolean {
    return this.#changes >= (this.#place.history?.changes ?? Infinity);
  }

  #encoded(): unknown {
    const { codec } = this.rules;
    const { committed } = this.content;
    return codec === undefined ? committed : codec.encode(committed);
  }

  async #hasEnded(run: string | undefined): Promise<boolean> {
    for await (const { ended } of this.journal.heads({ stream: run ?? "", kind: "run" })) return ended;
    return true;
  }
}

/**
 * Records that memory goes on from its last good state; what could not be read stays where it is.
 *
 * @throws `cause` where that state could not be read either, be it that of a new agent. Nothing is recorded then.
 */
async function setAside(
  { journal, clock, onEvent }: MemoryPlace,
  key: MessageKey,
  options: ReadingOptions,
  cause: unknown,
): Promise<void> {
  const { codec, version, agent } = options.rules;
  const { good, value: last } = await lastGoodMemory(options);
  const value = codec === undefined ? last : codec.encode(last);
  checkJson(value, `the memory of agent "${agent}"`, false);
  // In place of what can be read by none there is nothing: codec or schema are to be corrected.
  if (!(await isReadable(options.rules, { value, version }))) throw cause;
  const why = { good, error: recordError(cause) };
  const event = memoryEvent(agentStream(key), clock.now(), undefined, "memory-set-aside", { version, value, ...why });
  const state: MemorySnapshot = { v: 1, version, value };
  await JournalFailure.of(async () => {
    await journal.append([event], { heads: [agentHead(key)] });
    // Whoever reads next need not come by what is damaged.
    await journal.snapshots.put(agentStream(key), { seq: event.seq, state });
  });
  onEvent(key, event);
}

/**
 * Retention may forget runs that a snapshot or a new history covers, once the ids of their messages need not be known any more.
 *
 * @returns What is then to be said of them.
 */
async function letGo(journal: Journal, runs: readonly string[], keepUntil: number): Promise<HeadChange[]> {
  const heads: HeadChange[] = [];
  for (const stream of runs) {
    for await (const { kind, state, ended } of journal.heads({ stream })) {
      heads.push({ stream, kind, state, ended, keepUntil });
    }
  }
  return heads;
}
