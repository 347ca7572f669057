import { checkJson, invalidOptionGot, loaded } from "../../base/index.ts";
import type { MemoryCodec } from "../definition/agent-options.ts";
import type { MemoryPatch } from "../definition/memory-events.ts";

type Mutative = typeof import("mutative");

let mutative: Mutative | undefined;

/** Loads what changes need, when the first agent wakes. */
export function loadDrafts(): void | Promise<void> {
  if (mutative === undefined) return loaded(import("mutative")).then((module) => void (mutative = module));
}

export interface Changed {
  readonly next: unknown;
  readonly patches: readonly MemoryPatch[];
}

/**
 * Calls a change with a draft of `base`, which stays as it is. No patches where nothing changed.
 *
 * @throws AitorError `invalid-option` where the change is asynchronous; what it throws.
 */
export function changed(base: unknown, change: (draft: never) => unknown): Changed {
  const { create, isDraftable, rawReturn } = mutative as Mutative;
  if (!isDraftable(base)) return replaced(base, checkedReturn(change(base as never)));
  let returned: unknown;
  const [next, patches] = create(
    base as object,
    (draft) => {
      returned = checkedReturn(change(draft as never));
      if (returned === undefined || returned === draft) return undefined;
      // What holds no draft need not be searched for one.
      const isRaw = typeof returned === "object" && returned !== null && !holdsDraft(returned);
      return (isRaw ? rawReturn(returned as object) : returned) as unknown as undefined;
    },
    { enablePatches: true },
  ) as unknown as [unknown, MemoryPatch[]];
  return { next, patches };
}

/**
 * Calls a change with a copy of what only a codec understands, which may be changed in any way: what it holds besides lists
 * and objects (a Date, bytes, an object of a class) cannot be drafted.
 *
 * @param what Names what the codec writes.
 * @throws AitorError `not-json` where the codec writes no JSON, `invalid-option`; what it or the change throws.
 */
export function changedCopy(
  base: unknown,
  change: (draft: never) => unknown,
  codec: MemoryCodec<unknown>,
  what: string,
): Changed {
  const before = codec.encode(base);
  checkJson(before, what, false);
  const text = JSON.stringify(before);
  const copy = codec.decode(JSON.parse(text));
  const returned = checkedReturn(change(copy as never));
  const next = returned === undefined ? copy : returned;
  const value = codec.encode(next);
  checkJson(value, what, false);
  if (JSON.stringify(value) === text) return { next: base, patches: [] };
  return { next, patches: [{ op: "replace", path: [], value }] };
}

/** A list or an object. */
type Part = Record<string | number, unknown>;

/**
 * Memory with patches. What they change is copied once, the rest is shared. Any name may stand in a path, which Mutative refuses
 * for `constructor` and `__proto__`.
 *
 * @throws Error where a patch does not fit.
 */
export function patched(base: unknown, patches: readonly MemoryPatch[]): unknown {
  const root = { memory: base };
  const copies = new Set<unknown>();
  for (const { op, path, value } of patches) {
    let place: Part = root;
    let key: string | number = "memory";
    for (const next of path) {
      place = ownPart(place, key, copies);
      key = next;
    }
    if (Array.isArray(place) && op === "add") place.splice(Number(key), 0, value);
    else if (Array.isArray(place) && op === "remove") place.splice(Number(key), 1);
    else if (op === "remove") delete place[key];
    else place[key] = value;
  }
  return root.memory;
}

/** What stands there, copied unless it was before. */
function ownPart(place: Part, key: string | number, copies: Set<unknown>): Part {
  const part = Object.hasOwn(place, key) ? place[key] : undefined;
  if (typeof part !== "object" || part === null) throw new Error(`there is nothing at ${key} that could be changed`);
  if (copies.has(part)) return part as Part;
  const copy = (Array.isArray(part) ? [...(part as unknown[])] : { ...part }) as Part;
  copies.add(copy);
  place[key] = copy;
  return copy;
}

function replaced(base: unknown, returned: unknown): Changed {
  if (returned === undefined || Object.is(returned, base)) return { next: base, patches: [] };
  return { next: returned, patches: [{ op: "replace", path: [], value: returned }] };
}

function checkedReturn(returned: unknown): unknown {
  if (typeof (returned as { then?: unknown } | null | undefined)?.then !== "function") return returned;
  // Its failure is nobody's.
  (returned as Promise<unknown>).then(undefined, () => {});
  throw invalidOptionGot(
    "a change of memory",
    "a synchronous function",
    "one that returns a promise",
    "await what it needs before, in a step, and change the memory then",
  );
}

/** @param seen What was looked at already: what contains itself is refused where it is recorded. */
function holdsDraft(value: unknown, seen = new Set<unknown>()): boolean {
  const { isDraft } = mutative as Mutative;
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  if (isDraft(value)) return true;
  seen.add(value);
  const parts: Iterable<unknown> =
    value instanceof Map || value instanceof Set ? value.values() : (Object.values(value) as unknown[]);
  for (const part of parts) if (holdsDraft(part, seen)) return true;
  return false;
}
