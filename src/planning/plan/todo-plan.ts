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

/** Selects todos: those that fit all the given fields. */
export interface TodoFilter {
  readonly status?: TodoStatus | readonly TodoStatus[];
  readonly priority?: TodoPriority;
  readonly assignee?: string;
}

/** A todo with the todos below it, in order. */
export interface TodoNode {
  readonly todo: Todo;
  readonly children: readonly TodoNode[];
}

/** A part of a plan. */
export interface PlanExcerpt {
  /** The todos in the order of the plan, each below those above it. */
  readonly todos: readonly Todo[];
  /** The number of todos that are not in the excerpt. */
  readonly left: number;
}

/** The result of a command. */
export interface PlanChange {
  /** The events to record: the plan before, with these applied, is the plan after. */
  readonly events: readonly PlanEvent[];
  /** The plan after. */
  readonly plan: TodoPlan;
  /** The ids of todos that were added, changed or dropped. */
  readonly ids: readonly string[];
  /** These todos as they are now. Todos that are gone are as they were. */
  readonly todos: readonly Todo[];
}

/** Returns the result of a command. For classes that have commands. */
export let changed: (plan: TodoPlan, command: PlanCommand, at: number) => PlanChange;

/**
 * Returns a plan that is on record, whatever its size. The limits apply to what is added to it.
 *
 * @throws AitorError `invalid-plan`.
 */
export let recordedPlan: (json: unknown, limits: PlanLimits) => TodoPlan;

/**
 * A plan as a value: todos with dependencies and children. A command (`plan.at(now).add(…)`) checks its input and returns the
 * events that say what happened, together with the plan after them. This plan stays as it is. {@link applyPlanEvent} makes the
 * same plan from the same events, so a journal needs to hold only the events.
 *
 * A change, `next()` and `ready(n)` cost the logarithm of the number of todos for each todo that they change or return.
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

  /** Returns an empty plan. @throws AitorError `invalid-option`. */
  static empty(limits?: Partial<PlanLimits>): TodoPlan {
    return new TodoPlan(emptyState(planLimits(limits)));
  }

  /** Makes a plan from what {@link toJSON} returned. All of it is checked. @throws AitorError `invalid-plan`, and as `add` does. */
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

  /** Returns todos in the order of the plan: each after its parent, siblings in their order. */
  todos({ status, priority, assignee }: TodoFilter = {}): Todo[] {
    const found = status === undefined ? [...this.#state.entries.values()] : this.#withStatus([status].flat());
    return found
      .filter(({ todo }) => priority === undefined || todo.priority === priority)
      .filter(({ todo }) => assignee === undefined || todo.assignee === assignee)
      .sort((a, b) => byPlan(a.rank, b.rank))
      .map(({ todo }) => todo);
  }

  /**
   * Returns the todos that can start now, the most urgent first: by priority, then deeper ones first, then as they stand in the
   * plan, which is by age unless they were reordered.
   */
  ready(most: number = Infinity): Todo[] {
    const found: Todo[] = [];
    if (most <= 0) return found;
    for (const { id } of this.#state.lanes.ready.values()) if (found.push(this.#get(id)) >= most) break;
    return found;
  }

  /** Returns the first of {@link ready}. */
  next(): Todo | undefined {
    return this.ready(1)[0];
  }

  /** Returns the children, in order. Without an id, returns the todos without a parent. @throws AitorError `unknown-todo`. */
  children(id?: string): Todo[] {
    const parent = id === undefined ? 0 : entryOf(this.#state, id).rank.number;
    return [...childrenOf(this.#state, parent)].map((rank) => this.#get(rank.id));
  }

  /** Returns the todos that depend on it. @throws AitorError `unknown-todo`. */
  dependents(id: string): Todo[] {
    const { rank } = entryOf(this.#state, id);
    return [...dependentsOf(this.#state, rank.number)].map((link) => this.#get(link.id));
  }

  /** Returns what it and its parents depend on that is neither completed nor skipped. @throws AitorError `unknown-todo`. */
  waitsFor(id: string): Todo[] {
    return unmetOf(this.#state, entryOf(this.#state, id)).map(({ todo }) => todo);
  }

  /**
   * Returns at most `most` todos: those that matter most, with those above them. What is started comes first, then what failed,
   * what is ready, …
   */
  excerpt(most: number): PlanExcerpt {
    const { shown, left } = selection(this.#state, most);
    return { todos: shown.map(({ todo }) => todo), left: left.reduce((sum, [, count]) => sum + count, 0) };
  }

  progress(): PlanProgress {
    return progressOf(this.#state);
  }

  /** Returns figures of the whole plan. Looks at every todo. */
  statistics(): PlanStatistics {
    return statisticsOf(this.#state);
  }

  tree(): TodoNode[] {
    return this.#nodes(0);
  }

  /** Returns a Mermaid flowchart. */
  toMermaid(options?: PlanChartOptions): string {
    return planChart(this.#state, options);
  }

  /** Returns a text for a prompt, never longer than the options say. */
  toText(options?: PlanTextOptions): string {
    return planText(this.#state, options);
  }

  toJSON(): PlanJson {
    return planJson(this.#state);
  }

  /** Returns the commands on this plan, at a time in milliseconds since 1970. */
  at(time: number): PlanCommands<PlanChange> {
    return new CommandsAt(this, checkTime(time));
  }

  /** Returns the plan after events. Total, as {@link applyPlanEvent} is. */
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
 * Returns the plan after an event: a fold for a journal. It is deterministic and total. It checks nothing. It ignores what an
 * event names but the plan does not have. An event of another type leaves the plan as it is.
 */
export function applyPlanEvent(plan: TodoPlan, event: PlanEvent): TodoPlan {
  return plan.apply([event]);
}
