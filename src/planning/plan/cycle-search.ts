import type { Entry } from "./plan-entry.ts";
import { childrenOf, dependentsOf, parentOf, type PlanState } from "./plan-state.ts";

/**
 * Looks for a cycle through todos that have just gained dependencies. A todo begins after all that it depends on has ended,
 * a child after its parent has begun, and a parent ends after its children: a cycle among these moments is a plan that can
 * never end.
 *
 * It looks at what comes after those todos and at what comes before them in turns, and is over as soon as one of the two
 * has been seen whole: what is put before a long chain, or behind it, costs little.
 *
 * @returns The ids along a cycle, each before the next, the first one again at the end.
 */
export function cycleThrough(state: PlanState, ids: Iterable<string>): readonly string[] | undefined {
  const starts = [...ids].map((id) => state.entries.get(id)).filter((entry) => entry !== undefined);
  const [after, before] = [new Search(state, starts, true), new Search(state, starts, false)];
  for (;;) {
    if (after.step()) return after.cycle;
    if (before.step()) return before.cycle;
  }
}

/** The beginning or the end of a todo. */
interface Moment {
  readonly entry: Entry;
  readonly isEnd: boolean;
}

/** Depth first, without recursion. */
class Search {
  readonly #state: PlanState;
  readonly #starts: Iterator<Entry>;
  readonly #isForth: boolean;
  readonly #path: { readonly moment: Moment; readonly rest: Iterator<Moment> }[] = [];
  readonly #seen = new Set<number>();
  readonly #onPath = new Set<number>();
  cycle: readonly string[] | undefined;

  constructor(state: PlanState, starts: readonly Entry[], isForth: boolean) {
    this.#state = state;
    this.#starts = starts.values();
    this.#isForth = isForth;
  }

  /** One moment more. @returns Whether the search is over. */
  step(): boolean {
    const top = this.#path.at(-1);
    if (top === undefined) {
      const start = this.#starts.next();
      if (start.done === true) return true;
      this.#enter({ entry: start.value, isEnd: false });
      return false;
    }
    const next = top.rest.next();
    if (next.done === true) {
      this.#onPath.delete(keyOf(top.moment));
      this.#path.pop();
    } else if (this.#onPath.has(keyOf(next.value))) {
      this.cycle = this.#cycleAt(next.value);
      return true;
    } else {
      this.#enter(next.value);
    }
    return false;
  }

  #enter(moment: Moment): void {
    const key = keyOf(moment);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#onPath.add(key);
    this.#path.push({ moment, rest: this.#isForth ? this.#following(moment) : this.#preceding(moment) });
  }

  *#following({ entry, isEnd }: Moment): Generator<Moment> {
    if (!isEnd && entry.tally === undefined) yield { entry, isEnd: true };
    else if (!isEnd) for (const child of this.#children(entry)) yield { entry: child, isEnd: false };
    else {
      for (const { id } of dependentsOf(this.#state, entry.rank.number)) yield { entry: this.#get(id), isEnd: false };
      const parent = parentOf(this.#state, entry);
      if (parent !== undefined) yield { entry: parent, isEnd: true };
    }
  }

  *#preceding({ entry, isEnd }: Moment): Generator<Moment> {
    if (isEnd && entry.tally === undefined) yield { entry, isEnd: false };
    else if (isEnd) for (const child of this.#children(entry)) yield { entry: child, isEnd: true };
    else {
      for (const id of entry.todo.dependsOn) yield { entry: this.#get(id), isEnd: true };
      const parent = parentOf(this.#state, entry);
      if (parent !== undefined) yield { entry: parent, isEnd: false };
    }
  }

  *#children({ rank }: Entry): Generator<Entry> {
    for (const { id } of childrenOf(this.#state, rank.number)) yield this.#get(id);
  }

  #get(id: string): Entry {
    return this.#state.entries.get(id) as Entry;
  }

  /** A todo of which both moments stand on the path is named once. */
  #cycleAt(moment: Moment): string[] {
    const from = this.#path.findIndex(({ moment: each }) => keyOf(each) === keyOf(moment));
    const ids = this.#path.slice(from).map(({ moment: { entry } }) => entry.todo.id);
    if (!this.#isForth) ids.reverse();
    const named = ids.filter((id, index) => id !== ids[index - 1]);
    return named.length > 1 && named[0] === named.at(-1) ? named : [...named, named[0] as string];
  }
}

function keyOf({ entry, isEnd }: Moment): number {
  return 2 * entry.rank.number + (isEnd ? 1 : 0);
}
