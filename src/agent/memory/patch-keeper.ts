import type { CommitPoint, Keeper, KeptChange } from "../../base/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import type { MemoryPatch } from "../definition/memory-events.ts";
import { currentMemory, type RawMemory } from "./current-memory.ts";
import { type OwnChange, withChanges } from "./memory-reading.ts";
import type { PatchedMemory } from "./patched-memory.ts";

/** Keeps patched memory along with a run: changes of one that fails did not happen, and what is on record is not recorded again. */
export abstract class PatchKeeper implements Keeper {
  protected readonly content: PatchedMemory;
  readonly #rules: MemoryRules;
  /** What the run has on record from before, and how many changes of that the code has come to. */
  readonly #own: readonly OwnChange[];
  #met = 0;
  /** Memory after those. */
  #raw: RawMemory | undefined;

  constructor(content: PatchedMemory, rules: MemoryRules, raw: RawMemory | undefined, own: readonly OwnChange[]) {
    this.content = content;
    this.#rules = rules;
    this.#raw = raw;
    this.#own = own;
  }

  check(): void | Promise<void> {
    return this.content.check();
  }

  abstract commit(point: CommitPoint): KeptChange | undefined;

  abstract committed(point: CommitPoint): void;

  resumedBehind(seq: number): void {
    const own = this.#own;
    let met = this.#met;
    while (met < own.length && (own[met] as OwnChange).seq < seq) met++;
    if (met === this.#met) return;
    this.#raw = withChanges(this.#raw, own.slice(this.#met, met));
    this.#met = met;
    this.content.jump(currentMemory(this.#rules, this.#raw));
  }

  replayed(): void {}

  recorded(): void {}

  halted(): void {
    this.content.rollback();
  }

  /** What is to be recorded at a commit point. */
  protected take(type: CommitPoint["type"]): readonly MemoryPatch[] | undefined {
    if (type === "run-failed" || type === "run-cancelled") this.content.rollback();
    // What is on record and the code has yet to come to would be recorded twice.
    const isBehind = this.#met < this.#own.length && !isEnd(type);
    return isBehind ? undefined : this.content.take();
  }
}

/** Whether the run is over. */
export function isEnd(type: CommitPoint["type"]): boolean {
  return type.startsWith("run-");
}
