import { planChart, type PlanChartOptions } from "./plan-chart.ts";
import { type PlanCommand, PlanCommands } from "./plan-commands.ts";
import type { PlanEvent } from "./plan-event.ts";
import { applyEvent } from "./plan-fold.ts";
import { type PlanJson, planJson, readPlan } from "./plan-json.ts";
import { ANY_LIMITS, type PlanLimits, planLimits } from "./plan-limits.ts";
import { type PlanProgress, progressOf, type PlanStatistics, statisticsOf } from "./plan-progress.ts";
import type { Entry } from "./plan-entry.ts";
import { byPlan, childrenOf, dependentsOf, emptyState, type PlanState, unmetOf } from "./plan-state.ts";
import { entryOf, type PlanStep } from "./plan-step.ts";
import { selection } from "./plan-selection.ts";
import { planText, type PlanTextOptions } from "./plan-text.ts";
import { STATUSES, type Todo, type TodoPriority, type TodoStatus } from "./todo.ts";
import { checkTime } from "./todo-checks.ts";

/** Which todos are wanted: those that fit all that is said. */
export interface TodoFilter {
  readonly status?: TodoStatus | readonly TodoStatus[];
  readonly priority?: TodoPriority;
  readonly assignee?: string;
}

/** A todo with what is below it, in order. */
export interface TodoNode {
  readonly todo: Todo;
  readonly children: readonly TodoNode[];
}

/** A part of a plan. */
export interface PlanExcerpt {
  /** In the order of the plan, each below those above it. */
  readonly todos: readonly Todo[];
  /** How many others there are. */
  readonly left: number;
}

/** What a command came to. */
export interface PlanChange {
  /** For the record: the plan before, with these applied, is the plan after. */
  readonly events: readonly PlanEvent[];
  /** The plan after. */
  readonly plan: TodoPlan;
  /** Of the todos that were added, changed or dropped. */
  readonly ids: readonly string[];
  /** These todos as they are now, those that are gone as they were. */
  readonly todos: readonly Todo[];
}

/** For those who have commands: what a command comes to. */
export let changed: (plan: TodoPlan, command: PlanCommand, at: number) => PlanChange;

/** A plan that is on record, whatever its size: the limits are for what is added to it. @throws AitorError `invalid-plan`. */
export let recordedPlan: (json: unknown, limits: PlanLimits) => TodoPlan;

/**
 * A plan, as a value: todos with dependencies and children. A command (`plan.at(now).add(…)`) checks, and gives the events
 * that say what happened together with the plan after them; this plan stays as it is. {@link applyPlanEvent} makes the same
 * plan of the same events, so that a journal holds them and nothing else.
 *
 * A change, `next()` and `ready(n)` cost the logarithm of the number of todos for each todo that they change or give.
 */
export class TodoPlan {
  static {
    changed = (plan, command, at) => plan.#after(command(plan.#state, at));
    recordedPlan = (json, limits) => new TodoPlan({ ...readPlan(json, ANY_LIMITS), limits });
  }

  readonly #state: PlanState;

  private constructor(state: PlanState) {
    this.#state = state;
  }

  /** @throws AitorError `invalid-option`. */
  static empty(limits?: Partial<PlanLimits>): TodoPlan {
    return new TodoPlan(emptyState(planLimits(limits)));
  }

  /**
   * A plan from what {@link toJSON} gave. All of it is checked.
   *
   * @throws AitorError `invalid-plan`, and as `add` does.
   */
  static fromJSON(value: unknown, limits?: Partial<PlanLimits>): TodoPlan {
    return new TodoPlan(readPlan(value, planLimits(limits)));
  }

  get size(): number {
    return this.#state.entries.size;
  }

  get limits(): PlanLimits {
    return this.#state.limits;
  }

  get(id: string): Todo | undefined {
    return this.#state.entries.get(id)?.todo;
  }

  /** In the order of the plan: each behind its parent, siblings as they are ordered. */
  todos({ status, priority, assignee }: TodoFilter = {}): Todo[] {
    const found = status === undefined ? [...this.#state.entries.values()] : this.#withStatus([status].flat());
    return found
      .filter(({ todo }) => priority === undefined || todo.priority === priority)
      .filter(({ todo }) => assignee === undefined || todo.assignee === assignee)
      .sort((a, b) => byPlan(a.rank, b.rank))
      .map(({ todo }) => todo);
  }

  /**
   * What can begin now, the most urgent first: by priority, then the deeper ones, then as they stand in the plan, which is by
   * age unless they were reordered.
   */
  ready(most: number = Infinity): Todo[] {
    const found: Todo[] = [];
    if (most <= 0) return found;
    for (const { id } of this.#state.lanes.ready.values()) if (found.push(this.#get(id)) >= most) break;
    return found;
  }

  /** The first of {@link ready}. */
  next(): Todo | undefined {
    return this.ready(1)[0];
  }

  /** In order; of no id, those without a parent. @throws AitorError `unknown-todo`. */
  children(id?: string): Todo[] {
    const parent = id === undefined ? 0 : entryOf(this.#state, id).rank.number;
    return [...childrenOf(this.#state, parent)].map((rank) => this.#get(rank.id));
  }

  /** What depends on it. @throws AitorError `unknown-todo`. */
  dependents(id: string): Todo[] {
    const { rank } = entryOf(this.#state, id);
    return [...dependentsOf(this.#state, rank.number)].map((link) => this.#get(link.id));
  }

  /** What it and its parents depend on and is neither completed nor skipped. @throws AitorError `unknown-todo`. */
  waitsFor(id: string): Todo[] {
    return unmetOf(this.#state, entryOf(this.#state, id)).map(({ todo }) => todo);
  }

  /** The todos that matter most, at most so many, with those above them: what is begun first, then what failed, what is ready, … */
  excerpt(most: number): PlanExcerpt {
    const { shown, left } = selection(this.#state, most);
    return { todos: shown.map(({ todo }) => todo), left: left.reduce((sum, [, count]) => sum + count, 0) };
  }

  progress(): PlanProgress {
    return progressOf(this.#state);
  }

  /** Looks at every todo. */
  statistics(): PlanStatistics {
    return statisticsOf(this.#state);
  }

  tree(): TodoNode[] {
    return this.#nodes(0);
  }

  /** A Mermaid flowchart. */
  toMermaid(options?: PlanChartOptions): string {
    return planChart(this.#state, options);
  }

  /** For a prompt: never longer than the options say. */
  toText(options?: PlanTextOptions): string {
    return planText(this.#state, options);
  }

  toJSON(): PlanJson {
    return planJson(this.#state);
  }

  /** Commands on this plan, at a time in milliseconds since 1970. */
  at(time: number): PlanCommands<PlanChange> {
    return new CommandsAt(this, checkTime(time));
  }

  /** The plan after events of it. Total, as {@link applyPlanEvent} is. */
  apply(events: Iterable<PlanEvent>): TodoPlan {
    let state = this.#state;
    for (const event of events) state = applyEvent(state, event);
    return state === this.#state ? this : new TodoPlan(state);
  }

  #after({ events, state, ids }: PlanStep): PlanChange {
    const plan = state === this.#state ? this : new TodoPlan(state);
    const todos = (): Todo[] => ids.map((id) => plan.get(id) ?? this.#get(id));
    return {
      events,
      plan,
      ids,
      get todos(): Todo[] {
        return todos();
      },
    };
  }

  #withStatus(statuses: readonly TodoStatus[]): Entry[] {
    const { lanes, entries } = this.#state;
    const wanted = STATUSES.filter((status) => statuses.includes(status));
    const ranks = wanted.flatMap((status) =>
      status === "pending" ? [...lanes.ready.values(), ...lanes.waiting.values()] : [...lanes[status].values()],
    );
    return ranks.map(({ id }) => entries.get(id) as Entry);
  }

  #nodes(parent: number): TodoNode[] {
    return [...childrenOf(this.#state, parent)].map(({ id, number }) => ({
      todo: this.#get(id),
      children: this.#nodes(number),
    }));
  }

  #get(id: string): Todo {
    return (this.#state.entries.get(id) as Entry).todo;
  }
}

class CommandsAt extends PlanCommands<PlanChange> {
  readonly #plan: TodoPlan;
  readonly #at: number;

  constructor(plan: TodoPlan, at: number) {
    super();
    this.#plan = plan;
    this.#at = at;
  }

  protected perform(command: PlanCommand): PlanChange {
    return changed(this.#plan, command, this.#at);
  }
}

/**
 * The plan after an event: a fold for a journal. Deterministic, and total: it checks nothing, what an event names and the plan
 * does not have is passed over, and an event of another type leaves the plan as it is.
 */
export function applyPlanEvent(plan: TodoPlan, event: PlanEvent): TodoPlan {
  return plan.apply([event]);
}
