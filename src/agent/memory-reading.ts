import { type ErrorRecord, type EventEnvelope, recordError, validate } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { MemoryRules } from "./agent-behaviour.ts";
import { patched } from "./drafts.ts";
import { fold } from "./folded-memory.ts";
import type { MemoryEvent, MemoryPatch, MemorySnapshot } from "./memory-events.ts";

/** A change that a run which has not ended has on record. */
export interface OwnChange {
  readonly seq: number;
  readonly patches: readonly MemoryPatch[];
  readonly version: string;
}

/** Memory as it is on record, before it is decoded: a value and the version that it is of; nothing of a new agent. */
export interface RawMemory {
  readonly value: unknown;
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
  /** The changes of that run. */
  readonly own: readonly OwnChange[];
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
}

export interface ReadingOptions {
  readonly journal: Journal;
  readonly stream: string;
  readonly rules: MemoryRules;
  /** A run that has not ended: memory as it was before it. */
  readonly run?: string | undefined;
  /** Up to this `seq`. @default the end */
  readonly upTo?: number;
  /** Told of what a fold could not take. */
  readonly failed?: (event: EventEnvelope, thrown: unknown) => void;
}

/** @throws What cannot be read, decoded, migrated, or is not what the schema says. */
export async function readMemory(options: ReadingOptions): Promise<ReadMemory> {
  const { journal, stream, upTo = Number.MAX_SAFE_INTEGER } = options;
  const found = await journal.snapshots.get(stream, upTo);
  const reading = new MemoryReading(options);
  if (found !== undefined) reading.take(found.seq, found.state as MemorySnapshot);
  for await (const event of journal.read(stream, (found?.seq ?? 0) + 1)) {
    if (event.seq > upTo) break;
    await reading.apply(event as MemoryEvent);
  }
  return reading.result();
}

/** The last state of memory that can be read, from the beginning on, and why a later one cannot. */
export async function lastGoodMemory(
  options: ReadingOptions,
  error: unknown,
): Promise<{ readonly good: number; readonly value: unknown; readonly error: ErrorRecord }> {
  const { journal, stream, rules } = options;
  const reading = new MemoryReading(options);
  let good = 0;
  let value = rules.initial();
  try {
    for await (const event of journal.read(stream)) {
      try {
        await reading.apply(event as MemoryEvent);
        ({ value } = await reading.result());
        good = event.seq;
      } catch {
        // A later one may be good again: one that replaces the whole.
      }
    }
  } catch {
    // Nothing behind this event can be read.
  }
  return { good, value, error: recordError(error) };
}

/** Decodes recorded memory and brings it to this version. @throws What codec and migration throw. */
export function currentMemory(rules: MemoryRules, { value, version }: RawMemory): unknown {
  const { codec, migrate } = rules;
  const decoded = codec === undefined ? value : codec.decode(value);
  return version === rules.version || migrate === undefined ? decoded : migrate(decoded, version);
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

class MemoryReading {
  readonly #options: ReadingOptions;
  #raw: RawMemory | undefined;
  /** Of folded memory. */
  #folded: unknown;
  #own: OwnChange[] = [];
  #seq = 0;
  #lastRun: string | undefined;
  #since = 0;
  #snapshot = 0;
  readonly #runs: string[] = [];

  constructor(options: ReadingOptions) {
    this.#options = options;
    if (options.rules.fold !== undefined) this.#folded = options.rules.initial();
  }

  take(seq: number, { version, value }: MemorySnapshot): void {
    this.#seq = seq;
    this.#snapshot = sizeOf(value);
    this.#set({ version, value });
  }

  async apply(event: MemoryEvent): Promise<void> {
    const { rules, run } = this.#options;
    this.#seq = event.seq;
    this.#lastRun = event.run;
    switch (event.type) {
      case "memory-changed": {
        const { patches, version } = event.data;
        this.#since += sizeOf(patches);
        if (run !== undefined && event.run === run) this.#own.push({ seq: event.seq, patches, version });
        else this.#set({ version, value: patched(this.#raw?.value, patches) });
        return;
      }
      case "memory-set-aside":
        this.#own = [];
        this.#set(event.data);
        return;
      case "run-folded":
        this.#runs.push(event.run);
        if (rules.fold !== undefined) await this.#foldRun(event.run);
    }
  }

  async result(): Promise<ReadMemory> {
    const { rules } = this.#options;
    const { value, rebase } = await this.#value(rules);
    return {
      value,
      committed: this.#own.length === 0 ? value : currentMemory(rules, withChanges(this.#raw, this.#own)),
      rebase,
      raw: this.#raw,
      own: this.#own,
      seq: this.#seq,
      lastRun: this.#lastRun,
      since: this.#since,
      snapshot: this.#snapshot,
      runs: this.#runs,
    };
  }

  #set(raw: RawMemory): void {
    this.#raw = raw;
    if (this.#options.rules.fold !== undefined) this.#folded = currentMemory(this.#options.rules, raw);
  }

  async #foldRun(run: string): Promise<void> {
    const { journal, rules, failed = () => {} } = this.#options;
    for await (const event of journal.read(run)) {
      this.#since += 100;
      this.#folded = fold(rules, this.#folded, event, failed);
    }
  }

  async #value(rules: MemoryRules): Promise<{ value: unknown; rebase: boolean }> {
    if (rules.fold !== undefined) return { value: await checked(rules, this.#folded), rebase: false };
    if (this.#raw === undefined) return { value: rules.initial(), rebase: true };
    const value = currentMemory(rules, this.#raw);
    const given = await checked(rules, value);
    const isSame = given === value || JSON.stringify(given) === JSON.stringify(value);
    return { value: isSame ? value : given, rebase: !isSame || this.#raw.version !== rules.version };
  }
}

async function checked({ schema, agent }: MemoryRules, value: unknown): Promise<unknown> {
  return schema === undefined ? value : validate(schema, value, `the recorded memory of agent "${agent}"`);
}

/** About how long it is on record. */
export function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}
