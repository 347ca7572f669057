import type { CommitPoint, EventEnvelope, HeadChange, Keeper, KeptChange } from "../base/index.ts";
import type { AgentMemory } from "./agent-memory.ts";
import { agentHead } from "./agent-stream.ts";
import type { FoldedMemory } from "./folded-memory.ts";
import type { MemoryEvent } from "./memory-events.ts";
import { currentMemory, type OwnChange, sizeOf, withChanges } from "./memory-reading.ts";
import type { PatchedMemory } from "./patched-memory.ts";

/** How the handling of a message ended, as far as memory is concerned. */
export type Kept = "committed" | "unchanged" | "halted";

/** Whom a keeper tells when its run is over. */
type Over = (how: Kept) => void;

type Change = Extract<MemoryEvent, { readonly type: "memory-changed" }>;
type Folded = Extract<MemoryEvent, { readonly type: "run-folded" }>;

/** Records the changes of a handler with its turns and its reply; those of one that fails did not happen. */
export class PatchedKeeper implements Keeper {
  readonly #memory: AgentMemory;
  readonly #content: PatchedMemory;
  readonly #run: string;
  readonly #over: Over;
  /** What the run has on record from before, and how many changes of that the code has come to. */
  #raw: AgentMemory["read"]["raw"];
  #met = 0;
  #event: Change | undefined;

  constructor(memory: AgentMemory, content: PatchedMemory, run: string, over: Over) {
    this.#memory = memory;
    this.#content = content;
    this.#run = run;
    this.#over = over;
    this.#raw = memory.read.raw;
  }

  commit({ type }: CommitPoint): KeptChange | undefined {
    const lost = type === "run-failed" || type === "run-cancelled";
    if (lost) this.#content.rollback();
    // What is on record and the code has yet to come to would be recorded twice.
    const isBehind = this.#met < this.#memory.read.own.length && !isEnd(type);
    const patches = isBehind ? undefined : this.#content.take();
    if (patches === undefined) {
      if (isEnd(type)) this.#over("unchanged");
      return undefined;
    }
    const { version } = this.#memory.rules;
    this.#event = this.#memory.event("memory-changed", { version, patches }, this.#run);
    return { events: [this.#event], heads: headOfNew(this.#memory) };
  }

  committed({ type }: CommitPoint): void {
    const event = this.#event as Change;
    this.#content.commit();
    this.#memory.recorded(event, sizeOf(event.data.patches));
    if (isEnd(type)) this.#over("committed");
  }

  resumedBehind(seq: number): void {
    const { own } = this.#memory.read;
    let met = this.#met;
    while (met < own.length && (own[met] as OwnChange).seq < seq) met++;
    if (met === this.#met) return;
    this.#raw = withChanges(this.#raw, own.slice(this.#met, met));
    this.#met = met;
    this.#content.jump(currentMemory(this.#memory.rules, this.#raw));
  }

  replayed(): void {}

  recorded(): void {}

  halted(): void {
    this.#content.rollback();
    this.#over("halted");
  }
}

/** Folds the events of a run into memory as they come, and says at its end that they are a part of it. */
export class FoldedKeeper implements Keeper {
  readonly #memory: AgentMemory;
  readonly #content: FoldedMemory;
  readonly #run: string;
  readonly #over: Over;
  #event: Folded | undefined;

  constructor(memory: AgentMemory, content: FoldedMemory, run: string, over: Over) {
    this.#memory = memory;
    this.#content = content;
    this.#run = run;
    this.#over = over;
  }

  commit({ type }: CommitPoint): KeptChange | undefined {
    if (!isEnd(type)) return undefined;
    const { version } = this.#memory.rules;
    this.#event = this.#memory.event("run-folded", { version }, this.#run);
    // Retention keeps what memory is made of until a snapshot covers it.
    const kept: HeadChange = { stream: this.#run, kind: "run", state: "running", keepUntil: Infinity };
    return { events: [this.#event], heads: [...headOfNew(this.#memory), kept] };
  }

  committed(): void {
    this.#content.end();
    this.#memory.recorded(this.#event as Folded, FOLDED_SIZE);
    this.#over("committed");
  }

  resumedBehind(seq: number): void {
    this.#content.resumedBehind(seq);
  }

  replayed(key: string): void {
    this.#content.replayed(key);
  }

  recorded(event: EventEnvelope): void {
    if (event.seq > 0) this.#content.recorded(event);
  }

  halted(): void {
    this.#over("halted");
  }
}

/** What a run counts for, toward the next snapshot: its events are read again when memory is. */
const FOLDED_SIZE = 2_000;

function isEnd(type: CommitPoint["type"]): boolean {
  return type.startsWith("run-");
}

function headOfNew(memory: AgentMemory): readonly HeadChange[] {
  return memory.isNew ? [agentHead(memory.key)] : [];
}
