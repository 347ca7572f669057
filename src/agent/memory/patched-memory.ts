import { checkJson, validate } from "../../base/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { type Changed, changed, changedCopy } from "./drafts.ts";
import type { MemoryPatch } from "../definition/memory-events.ts";
import { isSameMemory } from "./same-memory.ts";

/** What was taken of the changes, and is being recorded. */
interface Taken {
  readonly value: unknown;
  /** How many of the patches. */
  readonly patches: number;
}

/** Memory that changes by patches. What is not committed yet is seen by the handler alone. */
export class PatchedMemory {
  readonly #rules: MemoryRules;
  #committed: unknown;
  #value: unknown;
  /** Not durable yet, those that are being recorded first. */
  #pending: MemoryPatch[] = [];
  /** Loops side by side have several commit points under way. */
  #taken: Taken[] = [];
  /** What is on record is not this value with patches: the next change is recorded as a whole. */
  #rebase: boolean;

  /** @param value What the handler begins with: a run that goes on has more on record than its code has come to. */
  constructor(rules: MemoryRules, committed: unknown, value: unknown, rebase: boolean) {
    this.#rules = rules;
    this.#committed = committed;
    this.#value = value;
    this.#rebase = rebase;
  }

  /** What is on record; never changed in place. */
  get committed(): unknown {
    return this.#committed;
  }

  get value(): unknown {
    return this.#value;
  }

  /** @throws AitorError `not-json`, `invalid-option`; what the change throws. Nothing has changed then. */
  update(change: (draft: never) => unknown): void {
    const { next, patches } = this.#changed(change);
    this.#value = next;
    this.#add(patches);
  }

  /**
   * What could not be restored is not to be recorded. What the schema makes of memory is what memory is from now on, as it
   * will be once it is restored.
   *
   * @throws AitorError (or rejects with) `invalid-value` where what changed does not match the schema, `not-json` for what
   *   that makes of it.
   */
  check(): void | Promise<void> {
    const { schema, agent } = this.#rules;
    const changed = this.#value;
    if (schema === undefined || changed === this.#committed) return undefined;
    const checked = validate(schema, changed, `the memory of agent "${agent}"`);
    if (checked instanceof Promise) return checked.then((given) => this.#settle(changed, given));
    this.#settle(changed, checked);
  }

  /** Where a turn of another loop has changed it meanwhile, that one's check settles it. */
  #settle(changed: unknown, given: unknown): void {
    const { codec, agent } = this.#rules;
    if (this.#value !== changed || isSameMemory(this.#rules, changed, given)) return;
    const value = codec === undefined ? given : codec.encode(given);
    checkJson(value, `what the schema makes of the memory of agent "${agent}"`, codec === undefined);
    this.#value = given;
    this.#add([{ op: "replace", path: [], value }]);
  }

  /** What is to be recorded of the changes since the last time, if any. */
  take(): readonly MemoryPatch[] | undefined {
    const patches = this.#pending.slice(this.#underWay);
    if (patches.length === 0) return undefined;
    this.#taken.push({ value: this.#value, patches: patches.length });
    if (this.#rules.codec !== undefined) return patches.slice(-1);
    if (this.#rebase) return [{ op: "replace", path: [], value: this.#value }];
    return patches;
  }

  /** The first of what was taken is durable. */
  commit(): void {
    const taken = this.#taken.shift();
    if (taken === undefined) return;
    this.#committed = taken.value;
    this.#pending.splice(0, taken.patches);
    this.#rebase = false;
  }

  /** The changes that were not taken did not happen. */
  rollback(): void {
    this.#pending.length = this.#underWay;
    const last = this.#taken.at(-1);
    this.#value = last === undefined ? this.#committed : last.value;
  }

  /** A resumed run goes on with this, which is on record. */
  jump(value: unknown): void {
    this.#value = value;
    this.#pending = [];
    this.#taken = [];
  }

  /** A list that grows from nothing has room for 17 at once: one that is made of its first is as long as it is. */
  #add(patches: readonly MemoryPatch[]): void {
    if (this.#pending.length === 0) this.#pending = [...patches];
    else for (const patch of patches) this.#pending.push(patch);
  }

  /** How many of the patches are being recorded. */
  get #underWay(): number {
    let patches = 0;
    for (const taken of this.#taken) patches += taken.patches;
    return patches;
  }

  #changed(change: (draft: never) => unknown): Changed {
    const { codec, agent } = this.#rules;
    if (codec !== undefined) return changedCopy(this.#value, change, codec, `the encoded memory of agent "${agent}"`);
    const found = changed(this.#value, change);
    for (const { op, value, path } of found.patches) {
      const what = `the memory of agent "${agent}"${at(path)}`;
      // In a list there is nothing that could be absent.
      const part = value === undefined && op !== "remove" && typeof path.at(-1) === "number" ? [value] : value;
      checkJson(part, what, true);
    }
    freezeAlong(found.next, found.patches);
    return found;
  }
}

/** Freezes the objects that changes made anew; what they put in is frozen already. */
function freezeAlong(root: unknown, patches: readonly MemoryPatch[]): void {
  // To freeze an object again takes as long as it is large.
  const frozen = new Set<unknown>();
  for (const { path } of patches) {
    let place = root;
    for (const key of path) {
      if (!frozen.has(place)) frozen.add(Object.freeze(place));
      place = (place as Record<string | number, unknown> | undefined)?.[key];
      if (typeof place !== "object" || place === null) break;
    }
  }
}

function at(path: readonly (string | number)[]): string {
  return path.length === 0 ? "" : ` at ${path.join(".")}`;
}
