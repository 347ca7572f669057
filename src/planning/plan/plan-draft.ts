import type { AddedTodo } from "./plan-event.ts";
import {
  type Entry,
  type Lane,
  laneOf,
  type Rank,
  recounted,
  retallied,
  statusOf,
  withChild,
  withoutChild,
} from "./plan-entry.ts";
import { childrenOf, dependentsOf, lastChildOf, type Link, placeOf, type PlanState, priorityOf } from "./plan-state.ts";
import type { SortedMap } from "./sorted-map.ts";
import { isBad, isMet, isOver, type Todo, type TodoPriority, type TodoStatus } from "./todo.ts";

/**
 * A plan while an event is applied to it: everything that follows from a change is changed with it.
 *
 * What a todo waits for is counted, never looked up: its dependencies that are not met, and those that are bad. When a todo
 * becomes met, bad or open, those that depend on it count anew, and so on as far as something changes. A child counts its
 * parent's waiting as one more dependency, and a parent counts its children by status. So a change costs what it changes, however
 * large the plan is. What is left to count is in a queue and not on the stack, since chains may be long.
 *
 * It checks nothing and knows no order of statuses. It ends on any input, also on a plan with a cycle, which only waits: a todo
 * that became bad makes nothing better, and the other way round.
 */
export class PlanDraft {
  readonly #state: PlanState;
  readonly #at: number;
  readonly #lanes: Record<Lane, SortedMap<Rank, Rank>>;
  readonly #leaves: Record<TodoStatus, number>;
  /** The owner of the nodes that this draft makes: it may change them in place. */
  readonly #owner = {};
  /** The changes that are still to be counted, each of one todo. */
  readonly #open: Recount[] = [];
  #entries: PlanState["entries"];
  #siblings: PlanState["siblings"];
  #dependents: PlanState["dependents"];
  #added: number;
  #dropped: number;

  /** @param at When the event happened. */
  constructor(state: PlanState, at: number) {
    this.#state = state;
    this.#at = at;
    this.#lanes = { ...state.lanes };
    this.#leaves = { ...state.leaves };
    this.#entries = state.entries;
    this.#siblings = state.siblings;
    this.#dependents = state.dependents;
    this.#added = state.added;
    this.#dropped = state.dropped;
  }

  get state(): PlanState {
    return {
      limits: this.#state.limits,
      entries: this.#entries,
      siblings: this.#siblings,
      dependents: this.#dependents,
      lanes: this.#lanes,
      leaves: this.#leaves,
      added: this.#added,
      dropped: this.#dropped,
    };
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /**
   * Adds a todo after its siblings. A parent that does not exist counts as none.
   *
   * @param on What the todo depends on, all of it in the plan.
   */
  insert({ id, content, priority, parent, assignee, metadata }: AddedTodo, on: readonly string[]): void {
    const above = parent === undefined ? undefined : this.#entries.get(parent);
    const number = ++this.#added;
    const last = lastChildOf({ siblings: this.#siblings }, above?.rank.number ?? 0);
    const place = Math.max(number, last === undefined ? 0 : placeOf(last) + 1);
    const path = above === undefined ? [place] : [...above.rank.path, place];
    const rank = { id, number, parent: above?.rank.number ?? 0, priority: priorityOf(priority), path };
    const todo: Todo = {
      id,
      content,
      priority,
      status: "pending",
      dependsOn: on,
      ...(above !== undefined && { parent: above.todo.id }),
      childCount: 0,
      depth: path.length - 1,
      ...(assignee !== undefined && { assignee }),
      ...(metadata !== undefined && { metadata }),
      attempts: 0,
      createdAt: this.#at,
    };
    let unmet = above !== undefined && above.unmet > 0 ? 1 : 0;
    let bad = above !== undefined && above.bad > 0 ? 1 : 0;
    for (const each of on) {
      const { rank: other, todo: needed } = this.#entries.get(each) as Entry;
      const link: Link = { on: other.number, by: number, id };
      this.#dependents = this.#dependents.set(link, link, this.#owner);
      if (!isMet(needed.status)) unmet++;
      if (isBad(needed.status)) bad++;
    }
    const entry: Entry = { todo, rank, own: "pending", unmet, bad, tally: undefined };
    this.#siblings = this.#siblings.set(rank, rank, this.#owner);
    const { status } = this.#enter(entry);
    if (above !== undefined) this.#put(above, withChild(above, status));
    this.#count();
  }

  /** Sets what a todo depends on from now on. Ids that do not exist are left out. */
  depend(id: string, ids: readonly string[]): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const before = new Set(entry.todo.dependsOn);
    const after = new Set(ids.filter((on) => this.#entries.get(on) !== undefined));
    let { unmet, bad } = entry;
    const link = (on: string, sign: 1 | -1): void => {
      const { rank, todo } = this.#entries.get(on) as Entry;
      const key: Link = { on: rank.number, by: entry.rank.number, id };
      this.#dependents =
        sign === 1 ? this.#dependents.set(key, key, this.#owner) : this.#dependents.delete(key, this.#owner);
      unmet += isMet(todo.status) ? 0 : sign;
      bad += isBad(todo.status) ? sign : 0;
    };
    for (const on of before) if (!after.has(on)) link(on, -1);
    for (const on of after) if (!before.has(on)) link(on, 1);
    this.#put(entry, { ...entry, unmet, bad, todo: { ...entry.todo, dependsOn: [...after] } });
    this.#count();
  }

  /** Sets how far a todo without children is. The status of others follows from their children. */
  mark(id: string, own: TodoStatus, change: (todo: Todo) => Todo): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.tally !== undefined) return;
    this.#put(entry, { ...entry, own, todo: change(entry.todo) });
    this.#count();
  }

  /** Changes fields that nothing else follows from. */
  describe(id: string, change: (todo: Todo) => Todo): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#entries = this.#entries.set(id, { ...entry, todo: change(entry.todo) }, this.#owner);
  }

  reprioritise(id: string, priority: TodoPriority): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const rank = { ...entry.rank, priority: priorityOf(priority) };
    this.#rerank(entry, rank, { ...entry.todo, priority });
  }

  /** @param place The place among its siblings. */
  move(id: string, place: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#moveTo(entry, [...entry.rank.path.slice(0, -1), place]);
  }

  /** Removes a todo that has no children. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.tally !== undefined) return;
    this.depend(id, NONE);
    // All of them first: what is gone through changes meanwhile.
    const links = [...dependentsOf({ dependents: this.#dependents }, entry.rank.number)];
    for (const link of links) {
      const by = this.#entries.get(link.id) as Entry;
      this.depend(
        link.id,
        by.todo.dependsOn.filter((on) => on !== id),
      );
    }
    const freed = this.#entries.get(id) as Entry;
    const { rank, todo } = freed;
    const { status } = todo;
    const lane = laneOf(freed);
    this.#entries = this.#entries.delete(id, this.#owner);
    this.#siblings = this.#siblings.delete(rank, this.#owner);
    this.#lanes[lane] = this.#lanes[lane].delete(rank, this.#owner);
    this.#leaves[status]--;
    this.#dropped++;
    const above = todo.parent === undefined ? undefined : this.#entries.get(todo.parent);
    if (above !== undefined) this.#put(above, withoutChild(above, status));
    this.#count();
  }

  #moveTo(entry: Entry, path: readonly number[]): void {
    const rank = { ...entry.rank, path };
    this.#rerank(entry, rank, entry.todo);
    if (entry.tally === undefined) return;
    const children = [...childrenOf({ siblings: this.#siblings }, rank.number)];
    for (const child of children) {
      this.#moveTo(this.#entries.get(child.id) as Entry, [...path, placeOf(child)]);
    }
  }

  #rerank(entry: Entry, rank: Rank, todo: Todo): void {
    this.#siblings = this.#siblings.delete(entry.rank, this.#owner).set(rank, rank, this.#owner);
    this.#put(entry, { ...entry, rank, todo });
  }

  #enter(entry: Entry): Todo {
    const status = statusOf(entry);
    const whole = { ...entry, todo: { ...entry.todo, status } };
    const lane = laneOf(whole);
    this.#entries = this.#entries.set(entry.todo.id, whole, this.#owner);
    this.#lanes[lane] = this.#lanes[lane].set(entry.rank, entry.rank, this.#owner);
    this.#leaves[status]++;
    return whole.todo;
  }

  /** Replaces an entry with another one, and queues what follows from the difference. */
  #put(old: Entry, changed: Entry): void {
    const status = statusOf(changed);
    const was = old.todo.status;
    const todo = status === changed.todo.status ? changed.todo : this.#stamped(changed, status);
    const entry = todo === changed.todo ? changed : { ...changed, todo };
    const { id, parent } = todo;
    this.#entries = this.#entries.set(id, entry, this.#owner);
    const [from, to] = [laneOf(old), laneOf(entry)];
    if (from !== to || old.rank !== entry.rank) {
      this.#lanes[from] = this.#lanes[from].delete(old.rank, this.#owner);
      this.#lanes[to] = this.#lanes[to].set(entry.rank, entry.rank, this.#owner);
    }
    if (old.tally === undefined) this.#leaves[was]--;
    if (entry.tally === undefined) this.#leaves[status]++;
    if (entry.tally !== undefined) {
      const unmet = Number(entry.unmet > 0) - Number(old.unmet > 0);
      const bad = Number(entry.bad > 0) - Number(old.bad > 0);
      const children = unmet === 0 && bad === 0 ? [] : childrenOf({ siblings: this.#siblings }, entry.rank.number);
      for (const child of children) this.#open.push([child.id, (each) => recounted(each, unmet, bad)]);
    }
    if (status === was) return;
    if (parent !== undefined) this.#open.push([parent, (above) => retallied(above, was, status)]);
    const unmet = Number(isMet(was)) - Number(isMet(status));
    const bad = Number(isBad(status)) - Number(isBad(was));
    if (unmet === 0 && bad === 0) return;
    for (const link of dependentsOf({ dependents: this.#dependents }, entry.rank.number)) {
      this.#open.push([link.id, (each) => recounted(each, unmet, bad)]);
    }
  }

  #count(): void {
    for (let next = 0; next < this.#open.length; next++) {
      const [id, change] = this.#open[next] as Recount;
      const entry = this.#entries.get(id);
      if (entry !== undefined) this.#put(entry, change(entry));
    }
    this.#open.length = 0;
  }

  /** With another status, and the times of a todo with children: those of others come with what is said of them. */
  #stamped({ todo, tally }: Entry, status: TodoStatus): Todo {
    if (tally === undefined) return { ...todo, status };
    const { endedAt: _, ...rest } = todo;
    const startedAt = todo.startedAt ?? (status === "in-progress" || isOver(status) ? this.#at : undefined);
    return {
      ...rest,
      status,
      ...(startedAt !== undefined && { startedAt }),
      ...(isOver(status) && { endedAt: this.#at }),
    };
  }
}

type Recount = readonly [id: string, change: (entry: Entry) => Entry];

const NONE: readonly string[] = Object.freeze([]);
