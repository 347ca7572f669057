import { callSafely, type Clock, clockOf, invalidOption, logFailure } from "../../base/index.ts";
import { nestedChangeError } from "./errors.ts";
import type { PlanChartOptions } from "./plan-chart.ts";
import { type PlanCommand, PlanCommands, refusePromise } from "./plan-commands.ts";
import type { PlanHolder } from "./plan-holder.ts";
import type { PlanJson } from "./plan-json.ts";
import type { PlanLimits } from "./plan-limits.ts";
import type { PlanProgress, PlanStatistics } from "./plan-progress.ts";
import type { PlanTextOptions } from "./plan-text.ts";
import type { Todo } from "./todo.ts";
import { changed, type PlanChange, type TodoFilter, type TodoNode, TodoPlan } from "./todo-plan.ts";

export interface TodoManagerOptions extends Partial<PlanLimits> {
  /** The plan that it starts with. The plan's limits apply, and no others can be given. @default an empty plan */
  readonly plan?: TodoPlan;
  /** The clock for the times of changes. @default the system's */
  readonly clock?: Clock;
}

type Listener = (change: PlanChange) => void | Promise<void>;

/**
 * A plan that changes. It holds the current {@link TodoPlan}, adds the time to commands, and calls listeners.
 *
 * Inside `batch` or `change`, call commands on the plan that is given there. A command on the manager throws `plan-changing`.
 *
 * The manager keeps nothing else. If a plan must outlive the process, a listener has to write it down, as events or as JSON.
 */
export class TodoManager extends PlanCommands<PlanChange> implements PlanHolder {
  readonly #clock: Clock;
  /** The listeners, each in an object of its own, since one function may be given twice. */
  readonly #observers = new Set<{ readonly listener: Listener }>();
  /** The changes that listeners have not been told of yet, in order. */
  readonly #untold: PlanChange[] = [];
  #isTelling = false;
  #isChanging = false;
  #plan: TodoPlan;

  /** @throws AitorError `invalid-option`. */
  constructor({ plan, clock, ...limits }: TodoManagerOptions = {}) {
    super();
    if (plan !== undefined && (limits.maxTodos !== undefined || limits.maxDepth !== undefined)) {
      throw invalidOption(
        "maxTodos or maxDepth",
        "none beside a plan, which has its own",
        limits,
        "give the plan alone",
      );
    }
    this.#clock = clockOf(clock, "clock of a TodoManager");
    this.#plan = plan ?? TodoPlan.empty(limits);
  }

  /** Makes a manager from what `toJSON` returned. @throws AitorError as `TodoPlan.fromJSON`. */
  static fromJSON(value: unknown, { clock, ...limits }: Omit<TodoManagerOptions, "plan"> = {}): TodoManager {
    return new TodoManager({ plan: TodoPlan.fromJSON(value, limits), ...(clock !== undefined && { clock }) });
  }

  /** The current plan: a value, which never changes. */
  get plan(): TodoPlan {
    return this.#plan;
  }

  get size(): number {
    return this.#plan.size;
  }

  /**
   * Calls the listener after each change, one change after the other, before the command returns. If a listener makes a change,
   * listeners are told of it once all have been told of the one before. What a listener throws is logged.
   *
   * @returns A function that ends it.
   * @throws AitorError `invalid-option`.
   */
  observe(listener: (change: PlanChange) => void | Promise<void>): () => void {
    if (typeof listener !== "function")
      throw invalidOption("a listener of a TodoManager", "a function of changes", listener);
    const observer = { listener };
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  change(command: (plan: PlanCommands<PlanChange>) => PlanChange): PlanChange {
    return this.#changed(() => command(this.#plan.at(this.#clock.now())));
  }

  get(id: string): Todo | undefined {
    return this.#plan.get(id);
  }

  /** As `TodoPlan.todos`. */
  todos(filter?: TodoFilter): Todo[] {
    return this.#plan.todos(filter);
  }

  /** As `TodoPlan.ready`. */
  ready(most?: number): Todo[] {
    return this.#plan.ready(most);
  }

  next(): Todo | undefined {
    return this.#plan.next();
  }

  progress(): PlanProgress {
    return this.#plan.progress();
  }

  statistics(): PlanStatistics {
    return this.#plan.statistics();
  }

  tree(): TodoNode[] {
    return this.#plan.tree();
  }

  toMermaid(options?: PlanChartOptions): string {
    return this.#plan.toMermaid(options);
  }

  toText(options?: PlanTextOptions): string {
    return this.#plan.toText(options);
  }

  toJSON(): PlanJson {
    return this.#plan.toJSON();
  }

  protected perform(command: PlanCommand): PlanChange {
    return this.#changed(() => changed(this.#plan, command, this.#clock.now()));
  }

  #changed(command: () => PlanChange): PlanChange {
    if (this.#isChanging) throw nestedChangeError();
    this.#isChanging = true;
    let change: PlanChange;
    try {
      change = command();
      refusePromise(change);
    } finally {
      this.#isChanging = false;
    }
    return this.#keep(change);
  }

  #keep(change: PlanChange): PlanChange {
    if (change.plan === this.#plan) return change;
    this.#plan = change.plan;
    this.#untold.push(change);
    if (this.#isTelling) return change;
    this.#isTelling = true;
    for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
      for (const { listener } of this.#observers) callSafely(listener, next, (thrown) => this.#failed(thrown));
    }
    this.#isTelling = false;
    return change;
  }

  #failed(thrown: unknown): void {
    logFailure("planning", this.#clock.now(), "a listener of a TodoManager failed", thrown);
  }
}
