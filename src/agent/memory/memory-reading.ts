import { type EventEnvelope, isPromiseLike } from "../../base/index.ts";
import type { Journal, Snapshot } from "../../journal/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { checked, currentMemory, type LeftOut, type RawMemory } from "./current-memory.ts";
import { DamagedMemory, damagedOrFailed, orDamaged, throwCause } from "./damaged-memory.ts";
import { patched } from "./drafts.ts";
import type { MemoryEvent, MemoryPatch, MemorySnapshot } from "../definition/memory-events.ts";
import { noFoldError } from "../definition/errors.ts";
import { RunFolding } from "./run-folding.ts";
import { isSameMemory } from "./same-memory.ts";

/** A change that a run which has not ended has on record. */
export interface OwnChange {
  readonly seq: number;
  readonly patches: readonly MemoryPatch[];
  readonly version: string;
}

/** What was read of an agent's stream. */
export interface ReadMemory {
  /** As code sees it: without the changes of the run that has not ended. */
  readonly value: unknown;
  /** With them. */
  readonly committed: unknown;
  /** Of patched memory, what the run that has not ended began with; nothing of a new agent. */
  readonly raw: RawMemory | undefined;
  /** That run, and its changes. */
  readonly run: string | undefined;
  readonly own: readonly OwnChange[];
  /** The `seq` of the last of them, of folded memory too; 0 where there is none. */
  readonly ownSeq: number;
  /** What is on record has another shape than `value`. */
  readonly rebase: boolean;
  /** The `seq` of the last event; 0 for a new agent. */
  readonly seq: number;
  /** Whose event that is. */
  readonly lastRun: string | undefined;
  /** About so many characters of events since the last snapshot, and how long that is. */
  readonly since: number;
  readonly snapshot: number;
  /** Of folded memory: the runs since the last snapshot. */
  readonly runs: readonly string[];
  /** Of folded memory: its last run, another one than `run`, had not ended. Once that has, more is on record than is in it. */
  readonly isBehind: boolean;
  /** Events since the history began. */
  readonly changes: number;
}

export interface ReadingOptions {
  readonly journal: Journal;
  readonly stream: string;
  readonly rules: MemoryRules;
  /** A run that has not ended: memory as it was before it. */
  readonly run?: string | undefined;
  /** The agent's code is not there: what only a fold can make memory of is passed over. @default false */
  readonly withoutCode?: boolean;
  /** Up to this `seq`. @default the end */
  readonly upTo?: number;
  /** Told of what a fold could not take. */
  readonly failed?: (event: EventEnvelope, thrown: unknown) => void;
  /** Told of what could not be read of a memory that can be used without it. */
  readonly leftOut?: LeftOut;
}

/**
 * @throws DamagedMemory where what is on record cannot be read, decoded, migrated, or is not what the schema says;
 *   JournalFailure of what else the journal says; what the memory of a new agent throws.
 */
export async function readMemory(options: ReadingOptions): Promise<ReadMemory> {
  const { journal, stream, upTo = Number.MAX_SAFE_INTEGER } = options;
  const reading = new MemoryReading(options);
  try {
    try {
      const { snapshot, events } = await journal.restore(stream, upTo);
      if (snapshot !== undefined) reading.take(snapshot);
      for await (const event of events) await reading.apply(event as MemoryEvent);
      await reading.finish(upTo);
    } catch (error) {
      throw damagedOrFailed(error);
    }
    const result = reading.result();
    return isPromiseLike(result) ? await result : result;
  } finally {
    if (reading.isFolding) await reading.close();
  }
}

/** As `readMemory`, for those who leave it as it is. @throws Why it cannot be read. */
export async function readUndamaged(options: ReadingOptions): Promise<ReadMemory> {
  try {
    return await readMemory(options);
  } catch (error) {
    throwCause(error);
  }
}

/** What recorded memory is after some changes. @throws Error where one does not fit. */
export function withChanges(raw: RawMemory | undefined, changes: readonly OwnChange[]): RawMemory {
  let value = raw?.value;
  let version = raw?.version ?? "";
  for (const change of changes) {
    value = patched(value, change.patches);
    ({ version } = change);
  }
  return { value, version };
}

/** What an event of a run counts for, toward the next snapshot: it is read again when memory is. */
export const EVENT_SIZE = 100;

/** Makes memory of what is on record of it. */
export class MemoryReading {
  readonly #options: ReadingOptions;
  #raw: RawMemory | undefined;
  /** Of folded memory, without and with what the run that has not ended has committed. */
  #folded: unknown;
  #foldedOwn: { readonly state: unknown } | undefined;
  /** The run whose events are being folded. */
  #folding: RunFolding | undefined;
  #own: OwnChange[] = [];
  #ownSeq = 0;
  #seq = 0;
  #lastRun: string | undefined;
  #since = 0;
  #snapshot = 0;
  #runs: string[] = [];
  #isBehind = false;
  #changes = 0;

  constructor(options: ReadingOptions) {
    this.#options = options;
    if (options.rules.fold !== undefined) this.#folded = options.rules.initial();
  }

  /** @throws DamagedMemory. */
  take({ seq, state }: Snapshot): void {
    const { version, value, changes = 0 } = state as MemorySnapshot;
    this.#changes = changes;
    this.#seq = seq;
    this.#snapshot = sizeOf(value);
    this.#set({ version, value });
  }

  /** @throws DamagedMemory, JournalFailure. */
  async apply(event: MemoryEvent): Promise<void> {
    const { rules, run } = this.#options;
    if (this.#folding !== undefined && this.#folding.run !== event.run) await this.finish(event.seq);
    this.#seq = event.seq;
    this.#lastRun = event.run;
    this.#changes++;
    switch (event.type) {
      case "memory-changed": {
        const { patches, version } = event.data;
        this.#since += sizeOf(patches);
        if (run !== undefined && event.run === run) {
          this.#own.push({ seq: event.seq, patches, version });
          this.#ownSeq = event.seq;
        } else this.#set(orDamaged(() => ({ version, value: patched(this.#raw?.value, patches) })));
        return;
      }
      case "memory-set-aside":
        this.#own = [];
        this.#ownSeq = 0;
        this.#set(event.data);
        return;
      case "history-begun":
        this.#changes = 0;
        this.#since = 0;
        this.#snapshot = sizeOf(event.data.value);
        this.#runs = [];
        this.#set(event.data);
        return;
      case "run-folded": {
        if (this.#runs.at(-1) !== event.run) this.#runs.push(event.run);
        if (rules.fold === undefined) {
          if (this.#options.withoutCode === true) return;
          throw new DamagedMemory(noFoldError(rules.agent));
        }
        const isOwn = event.run === run;
        const state = await this.#foldRun(event, isOwn ? (this.#foldedOwn?.state ?? this.#folded) : this.#folded);
        if (!isOwn) this.#folded = state;
        else {
          this.#foldedOwn = { state };
          this.#ownSeq = event.seq;
        }
      }
    }
  }

  /** All up to this `seq` was given. @throws DamagedMemory, JournalFailure. */
  async finish(upTo: number): Promise<void> {
    const folding = this.#folding;
    if (folding === undefined || folding.run === this.#options.run) return;
    const rest = await folding.rest(upTo, this.#folded);
    this.#isBehind = rest === undefined;
    if (rest !== undefined) {
      this.#folded = rest.state;
      this.#since += rest.events * EVENT_SIZE;
    }
    await this.close();
  }

  /** @throws DamagedMemory; what the memory of a new agent throws. */
  result(): ReadMemory | PromiseLike<ReadMemory> {
    const { rules, leftOut } = this.#options;
    const isFolded = rules.fold !== undefined;
    if (this.#ownSeq !== 0 || (!isFolded && this.#raw !== undefined)) return this.#recorded();
    const value = isFolded ? checked(rules, this.#folded, leftOut) : rules.initial();
    const read = (settled: unknown): ReadMemory => this.#read(settled, settled, !isFolded);
    return isFolded && isPromiseLike(value) ? value.then(read) : read(value);
  }

  async #recorded(): Promise<ReadMemory> {
    const { value, rebase } = await this.#value();
    return this.#read(value, this.#ownSeq === 0 ? value : await this.#committed(), rebase);
  }

  #read(value: unknown, committed: unknown, rebase: boolean): ReadMemory {
    return {
      value,
      committed,
      rebase,
      raw: this.#raw,
      run: this.#options.run,
      own: this.#own,
      ownSeq: this.#ownSeq,
      seq: this.#seq,
      lastRun: this.#lastRun,
      since: this.#since,
      snapshot: this.#snapshot,
      runs: this.#runs,
      isBehind: this.#isBehind,
      changes: this.#changes,
    };
  }

  /** It has something open, which `close` gives back. */
  get isFolding(): boolean {
    return this.#folding !== undefined;
  }

  /** Nothing more is asked of it. */
  async close(): Promise<void> {
    await this.#folding?.close();
    this.#folding = undefined;
  }

  #set(raw: RawMemory): void {
    const { rules, leftOut } = this.#options;
    this.#raw = raw;
    this.#foldedOwn = undefined;
    if (rules.fold !== undefined) this.#folded = orDamaged(() => currentMemory(rules, raw, leftOut));
  }

  /** Folds what came of a run since its commit point before, up to the one that was recorded with this event. */
  async #foldRun({ run, seq }: MemoryEvent, from: unknown): Promise<unknown> {
    const { journal, rules, failed = () => {} } = this.#options;
    if (this.#folding?.run !== run) {
      await this.close();
      this.#folding = new RunFolding(journal, run, rules, failed);
    }
    const { state, events } = await this.#folding.commitBehind(seq, from);
    this.#since += events * EVENT_SIZE;
    return state;
  }

  async #value(): Promise<{ value: unknown; rebase: boolean }> {
    const { rules, leftOut } = this.#options;
    const raw = this.#raw;
    if (rules.fold !== undefined) return { value: await checked(rules, this.#folded, leftOut), rebase: false };
    if (raw === undefined) return { value: rules.initial(), rebase: true };
    const value = orDamaged(() => currentMemory(rules, raw, leftOut));
    const given = await checked(rules, value, leftOut);
    const isSame = isSameMemory(rules, given, value);
    return { value: isSame ? value : given, rebase: !isSame || raw.version !== rules.version };
  }

  async #committed(): Promise<unknown> {
    const { rules } = this.#options;
    if (this.#foldedOwn !== undefined) return checked(rules, this.#foldedOwn.state);
    return checked(
      rules,
      orDamaged(() => currentMemory(rules, withChanges(this.#raw, this.#own))),
    );
  }
}

/** About how long it is on record. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
