import type { CommitPoint, EventEnvelope, HeadChange, Keeper, KeptChange } from "../../base/index.ts";
import type { AgentMemory } from "./agent-memory.ts";
import { agentHead } from "../definition/agent-stream.ts";
import type { FoldedMemory } from "./folded-memory.ts";
import type { MemoryEvent } from "../definition/memory-events.ts";
import { EVENT_SIZE, sizeOf } from "./memory-reading.ts";
import { isEnd, PatchKeeper } from "./patch-keeper.ts";
import type { PatchedMemory } from "./patched-memory.ts";

/** How the handling of a message ended, as far as memory is concerned. */
export type Kept = "committed" | "unchanged" | "halted";

/** Whom a keeper tells when its run is over. */
type Over = (how: Kept) => void;

type Change = Extract<MemoryEvent, { readonly type: "memory-changed" }>;
type Folded = Extract<MemoryEvent, { readonly type: "run-folded" }>;

/** Records the changes of a handler with its turns and its reply; those of one that fails did not happen. */
export class PatchedKeeper extends PatchKeeper {
  readonly #memory: AgentMemory;
  readonly #run: string;
  readonly #over: Over;
  /** What is being recorded, in order. */
  #events: readonly Change[] = [];

  constructor(memory: AgentMemory, content: PatchedMemory, run: string, over: Over) {
    const { read, rules } = memory;
    // An agent that stays awake has read what its first run had on record.
    super(content, rules, read.raw, read.run === run ? read.own : []);
    this.#memory = memory;
    this.#run = run;
    this.#over = over;
  }

  override commit({ type }: CommitPoint): KeptChange | undefined {
    const patches = this.take(type);
    if (patches === undefined) {
      if (isEnd(type)) this.#over("unchanged");
      return undefined;
    }
    const { version } = this.#memory.rules;
    const event = this.#memory.event("memory-changed", { version, patches }, this.#run);
    this.#events = [...this.#events, event];
    return { events: [event], heads: headOfNew(this.#memory) };
  }

  override committed({ type }: CommitPoint): void {
    const [event, ...later] = this.#events as [Change, ...Change[]];
    this.#events = later;
    this.content.commit();
    this.#memory.recorded(event, sizeOf(event.data.patches));
    if (isEnd(type)) this.#over("committed");
  }

  override halted(): void {
    super.halted();
    this.#over("halted");
  }
}

/** Folds the events of a run into memory as they come, and says at each commit point that they are a part of it. */
export class FoldedKeeper implements Keeper {
  readonly #memory: AgentMemory;
  readonly #content: FoldedMemory;
  readonly #run: string;
  readonly #over: Over;
  /** What is being recorded, in order. */
  readonly #folded: Folded[] = [];
  /** Events since the last commit point. */
  #events = 0;
  #isKept = false;

  constructor(memory: AgentMemory, content: FoldedMemory, run: string, over: Over) {
    this.#memory = memory;
    this.#content = content;
    this.#run = run;
    this.#over = over;
  }

  /** To be called before the run's code goes on, with what was read of its record after the run was given this keeper. */
  begin(recorded: readonly EventEnvelope[], again: boolean): void {
    this.#events += recorded.length;
    this.#content.begin(recorded, again);
  }

  commit(): KeptChange | undefined {
    if (!this.#content.isBegun) {
      // The run ended while its record was being read: whoever wakes the agent next finds that it did.
      this.#over("halted");
      return undefined;
    }
    const { version } = this.#memory.rules;
    const event = this.#memory.event("run-folded", { version }, this.#run);
    this.#folded.push(event);
    const heads = headOfNew(this.#memory);
    if (this.#isKept) return { events: [event], heads };
    // Retention keeps what memory is made of until a snapshot covers it.
    const kept: HeadChange = { stream: this.#run, kind: "run", state: "running", keepUntil: Infinity };
    return { events: [event], heads: [...heads, kept] };
  }

  committed({ type }: CommitPoint): void {
    this.#isKept = true;
    if (isEnd(type)) this.#content.end();
    this.#memory.recorded(this.#folded.shift() as Folded, this.#events * EVENT_SIZE);
    this.#events = 0;
    if (isEnd(type)) this.#over("committed");
  }

  resumedBehind(seq: number): void {
    this.#content.resumedBehind(seq);
  }

  replayed(key: string): void {
    this.#content.replayed(key);
  }

  recorded(event: EventEnvelope): void {
    this.#events++;
    this.#content.recorded(event);
  }

  halted(): void {
    this.#over("halted");
  }
}

function headOfNew(memory: AgentMemory): readonly HeadChange[] {
  return memory.isNew ? [agentHead(memory.key)] : [];
}
