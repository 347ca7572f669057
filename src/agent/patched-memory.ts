import { checkJson } from "../base/index.ts";
import type { MemoryRules } from "./agent-behaviour.ts";
import { changed } from "./drafts.ts";
import type { MemoryPatch } from "./memory-events.ts";

/** Memory that changes by patches. What is not committed yet is seen by the handler alone. */
export class PatchedMemory {
  readonly #rules: MemoryRules;
  #committed: unknown;
  #value: unknown;
  #pending: MemoryPatch[] = [];
  /** What is on record is not this value with patches: the next change is recorded as a whole. */
  #rebase: boolean;
  /** The value as the codec writes it, since it last changed. */
  #encoded: unknown;

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
    const { next, patches } = changed(this.#value, change);
    if (patches.length === 0) return;
    const { codec, agent } = this.#rules;
    if (codec === undefined) {
      for (const { value, path } of patches) checkJson(value, `the memory of agent "${agent}"${at(path)}`, true);
      freezeAlong(next, patches);
    } else {
      this.#encoded = codec.encode(next);
      checkJson(this.#encoded, `the encoded memory of agent "${agent}"`, false);
    }
    this.#value = next;
    for (const patch of patches) this.#pending.push(patch);
  }

  /** What is to be recorded of the changes since the last commit, if any. */
  take(): readonly MemoryPatch[] | undefined {
    if (this.#pending.length === 0) return undefined;
    const encoded = this.#rules.codec !== undefined;
    if (!encoded && !this.#rebase) return this.#pending;
    return [{ op: "replace", path: [], value: encoded ? this.#encoded : this.#value }];
  }

  /** What was taken is durable. */
  commit(): void {
    if (this.#pending.length === 0) return;
    this.#committed = this.#value;
    this.#pending = [];
    this.#rebase = false;
  }

  /** The changes since the last commit did not happen. */
  rollback(): void {
    this.#value = this.#committed;
    this.#pending = [];
  }

  /** A resumed run goes on with this, which is on record. */
  jump(value: unknown): void {
    this.#value = value;
    this.#pending = [];
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
