import { checkJson, invalidOptionGot } from "../../base/index.ts";
import type { MemoryCodec } from "../definition/agent-options.ts";
import type { MemoryPatch } from "../definition/memory-events.ts";

type Mutative = typeof import("mutative");

let mutative: Mutative | undefined;

/** Loads what changes need, when the first agent wakes. */
export function loadDrafts(): void | Promise<void> {
  if (mutative === undefined) return import("mutative").then((loaded) => void (mutative = loaded));
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
  { encode, decode }: MemoryCodec<unknown>,
  what: string,
): Changed {
  const before = encode(base);
  checkJson(before, what, false);
  const text = JSON.stringify(before);
  const copy = decode(JSON.parse(text));
  const next = checkedReturn(change(copy as never)) ?? copy;
  const value = encode(next);
  checkJson(value, what, false);
  if (JSON.stringify(value) === text) return { next: base, patches: [] };
  return { next, patches: [{ op: "replace", path: [], value }] };
}

/** @throws Error where a patch does not fit. */
export function patched(base: unknown, patches: readonly MemoryPatch[]): unknown {
  const { apply } = mutative as Mutative;
  let value = base;
  let since: MemoryPatch[] = [];
  const flush = (): void => {
    if (since.length > 0) value = apply(value as object, since as never);
    since = [];
  };
  for (const patch of patches) {
    if (patch.path.length > 0) since.push(patch);
    else {
      since = [];
      ({ value } = patch);
    }
  }
  flush();
  return value;
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

function holdsDraft(value: unknown): boolean {
  const { isDraft } = mutative as Mutative;
  if (typeof value !== "object" || value === null) return false;
  if (isDraft(value)) return true;
  const parts: Iterable<unknown> =
    value instanceof Map || value instanceof Set ? value.values() : (Object.values(value) as unknown[]);
  for (const part of parts) if (holdsDraft(part)) return true;
  return false;
}
