import { type Entry, type Lane, LANES, NOTHING, type Rank, type Tally } from "./plan-entry.ts";
import type { PlanLimits } from "./plan-limits.ts";
import { SortedMap } from "./sorted-map.ts";
import { isMet, PRIORITIES, type Todo } from "./todo.ts";

/**
 * A plan from the inside: todos, and the indexes that make each reading cost what it gives. All of it are values that are
 * shared between versions; who changes a plan (`PlanDraft`) changes copies of paths.
 */
export interface PlanState {
  readonly limits: PlanLimits;
  readonly entries: SortedMap<string, Entry>;
  /** Parents' children in their order, one parent behind the other. */
  readonly siblings: SortedMap<Rank, Rank>;
  /** Who depends on whom. */
  readonly dependents: SortedMap<Link, Link>;
  /** Each todo stands in one lane. */
  readonly lanes: Readonly<Record<Lane, SortedMap<Rank, Rank>>>;
  /** Todos without children, by status. */
  readonly leaves: Tally;
  /** So many were added in all: ids are not given twice. */
  readonly added: number;
  readonly dropped: number;
}

export interface Link {
  /** Numbers. */
  readonly on: number;
  readonly by: number;
  /** Of the one that depends. */
  readonly id: string;
}

export function emptyState(limits: PlanLimits, added = 0, dropped = 0): PlanState {
  const lane = SortedMap.empty<Rank, Rank>(byUrgency);
  return {
    limits,
    entries: SortedMap.empty<string, Entry>(byText),
    siblings: SortedMap.empty<Rank, Rank>(byPlace),
    dependents: SortedMap.empty<Link, Link>(byLink),
    lanes: Object.fromEntries(LANES.map((name) => [name, lane])) as Record<Lane, typeof lane>,
    leaves: NOTHING,
    added,
    dropped,
  };
}

export function placeOf({ path }: Rank): number {
  return path[path.length - 1] as number;
}

/** The ranks of the children, in their order, from one of them on. @param parent A number; 0 for what has no parent. */
export function* childrenOf(
  { siblings }: Pick<PlanState, "siblings">,
  parent: number,
  from: Rank = edgeOf(parent),
): Generator<Rank> {
  for (const rank of siblings.values(from)) {
    if (rank.parent !== parent) return;
    yield rank;
  }
}

/** The child that comes last. */
export function lastChildOf({ siblings }: Pick<PlanState, "siblings">, parent: number): Rank | undefined {
  const last = siblings.before(edgeOf(parent + 1));
  return last?.parent === parent ? last : undefined;
}

/** Those that depend on the todo with this number. */
export function* dependentsOf({ dependents }: Pick<PlanState, "dependents">, on: number): Generator<Link> {
  for (const link of dependents.values({ on, by: 0, id: "" })) {
    if (link.on !== on) return;
    yield link;
  }
}

/** The todos with these ids, and all below them, parents first. */
export function withAllBelow(state: PlanState, entries: Iterable<Entry>): Map<string, Entry> {
  const found = new Map<string, Entry>();
  const open = [...entries].reverse();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (found.has(entry.todo.id)) continue;
    found.set(entry.todo.id, entry);
    if (entry.tally === undefined) continue;
    const children = [...childrenOf(state, entry.rank.number)].map(({ id }) => state.entries.get(id) as Entry);
    open.push(...children.reverse());
  }
  return found;
}

/** What a todo waits for: what it and its parents depend on and is not met. */
export function unmetOf(state: PlanState, entry: Entry): Entry[] {
  const found = new Map<string, Entry>();
  for (let at: Entry | undefined = entry; at !== undefined; at = parentOf(state, at)) {
    for (const id of at.todo.dependsOn) {
      const on = state.entries.get(id);
      if (on !== undefined && !isMet(on.todo.status)) found.set(id, on);
    }
  }
  return [...found.values()];
}

export function parentOf({ entries }: PlanState, { todo: { parent } }: Entry): Entry | undefined {
  return parent === undefined ? undefined : entries.get(parent);
}

/** As they stand in the plan: parents first, then by their places. */
export function byPlan({ path: a }: Rank, { path: b }: Rank): number {
  for (let level = 0; level < a.length && level < b.length; level++) {
    const [first, second] = [a[level] as number, b[level] as number];
    if (first !== second) return first - second;
  }
  return a.length - b.length;
}

/** Before every child of that parent. */
function edgeOf(parent: number): Rank {
  return { id: "", number: 0, parent, priority: 0, path: [-Infinity] };
}

export const priorityOf = (priority: Todo["priority"]): number => PRIORITIES.indexOf(priority);

/** Priority, then depth, as what is begun is finished first, then as they stand in the plan. */
function byUrgency(a: Rank, b: Rank): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  const depth = a.path.length;
  if (depth !== b.path.length) return b.path.length - depth;
  for (let level = 0; level < depth; level++) {
    const [first, second] = [a.path[level] as number, b.path[level] as number];
    if (first !== second) return first - second;
  }
  return a.number - b.number;
}

function byPlace(a: Rank, b: Rank): number {
  if (a.parent !== b.parent) return a.parent - b.parent;
  const [first, second] = [placeOf(a), placeOf(b)];
  return first === second ? a.number - b.number : first - second;
}

function byLink(a: Link, b: Link): number {
  return a.on === b.on ? a.by - b.by : a.on - b.on;
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
