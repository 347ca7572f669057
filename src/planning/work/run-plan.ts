import type { AgentContext } from "../../agent/index.ts";
import { invalidOption, type StepContext } from "../../base/index.ts";
import { LOOP, type ReactMemory } from "../../reasoning/index.ts";
import type { PlanCommands } from "../plan/plan-commands.ts";
import type { PlanEvent } from "../plan/plan-event.ts";
import type { PlanHolder } from "../plan/plan-holder.ts";
import {
  AGENT_MADE,
  PLAN_CHANGED,
  type PlanChanged,
  type PlanningFields,
  type SubAgentMade,
} from "../sub-agents/planning-fields.ts";
import type { MadeAgent } from "../sub-agents/sub-agent.ts";
import type { Todo } from "../plan/todo.ts";
import type { PlanChange, TodoPlan } from "../plan/todo-plan.ts";

export type PlanningMemory = ReactMemory<Record<string, unknown>, PlanningFields<unknown>>;

/** What is on record of a turn. */
interface OnRecord {
  readonly changes: Map<string, PlanChanged>;
  readonly made: ReadonlyMap<string, MadeAgent>;
}

/** What else a change says. */
export type ChangeAbout = Pick<PlanChanged, "begun" | "ended">;

/**
 * The plan of a run: what its memory says, with the changes of steps that have not ended. A step that comes again after a crash
 * makes the change that it has on record, and no other.
 */
export class RunPlan implements PlanHolder {
  readonly #ctx: AgentContext<PlanningMemory>;
  /** The changes that memory may not know yet, by the key of the step. */
  readonly #open = new Map<string, readonly PlanEvent[]>();
  /**
   * The recorded changes of the turn that a resumed run continues in, in order, and those made in it since. Memory learns of them
   * as the calls come again, in whichever order. So here the plan is counted from the record: a call that decides anew knows what
   * the others did. `undefined` until it was looked for; empty in a turn that is not resumed.
   */
  #onRecord: Map<string, PlanChanged> | undefined;
  /** The sub-agents that are made in the turn and that memory may not know yet, by the key of the step. */
  readonly #made = new Map<string, MadeAgent>();
  #looking: Promise<OnRecord> | undefined;
  /** The key of the step that started a todo last in this turn, by todo. */
  readonly #startedBy = new Map<string, string>();

  constructor(ctx: AgentContext<PlanningMemory>) {
    this.#ctx = ctx;
  }

  /** The sub-agents that the model made, also if memory does not know them yet. */
  get agents(): readonly MadeAgent[] {
    const { agents } = this.#ctx.memory.value.fields;
    const untold = [...this.#made.values()].filter(({ name }) => !agents.some((known) => known.name === name));
    return untold.length === 0 ? agents : [...agents, ...untold];
  }

  get plan(): TodoPlan {
    return this.#planWithout(undefined);
  }

  /** Returns the plan as it was before a step that may have something on record. The step decides by it. */
  before({ again, key }: StepContext): TodoPlan {
    return this.#planWithout(again ? key : undefined);
  }

  #planWithout(step: string | undefined): TodoPlan {
    const { plan, changes, before = plan } = this.#ctx.memory.value.fields;
    const onRecord = this.#onRecord;
    let now = plan;
    if (onRecord !== undefined && onRecord.size > 0) {
      now = before;
      for (const [key, { events }] of onRecord) if (key !== step) now = now.apply(events);
    }
    for (const [key, events] of this.#open) {
      if (!changes.includes(key) && onRecord?.has(key) !== true) now = now.apply(events);
    }
    return now;
  }

  /** From now on nothing that comes is in a record yet, and memory knows everything that was before. */
  turnBegins(): void {
    this.#onRecord = new Map();
    this.#made.clear();
    this.#startedBy.clear();
  }

  /** Awaited before something is decided by the plan. */
  async look(): Promise<void> {
    if (this.#onRecord !== undefined) return;
    const { changes, made } = await (this.#looking ??= this.#found());
    if (this.#onRecord !== undefined) return;
    this.#onRecord = changes;
    for (const [key, agent] of made) this.#made.set(key, agent);
    for (const changed of changes.values()) this.#started(changed);
  }

  /** Whether a todo was started last by a step of the same scope. What another scope began is not for this one to end. */
  wasStartedBeside({ key }: StepContext, id: string): boolean {
    const by = this.#startedBy.get(id);
    return by !== undefined && scopeOf(by) === scopeOf(key);
  }

  #started({ key, events }: PlanChanged): void {
    for (const event of events) if (event.type === "todo-started") this.#startedBy.set(event.id, key);
  }

  /** Whether the step has made its sub-agent, in a process that ended. Known once `look` has been awaited. */
  hasMade({ key }: StepContext): boolean {
    return this.#made.has(key);
  }

  make(step: StepContext, agent: MadeAgent): void {
    step.record(AGENT_MADE, { agent } satisfies SubAgentMade);
    this.#made.set(step.key, agent);
  }

  async #found(): Promise<OnRecord> {
    const changes = new Map<string, PlanChanged>();
    const made = new Map<string, MadeAgent>();
    for await (const { type, key, data } of this.#ctx.events()) {
      if (key === LOOP && (type === "turn-finished" || type === "loop-finished")) {
        changes.clear();
        made.clear();
      } else if (type === AGENT_MADE) made.set(key, (data as SubAgentMade).agent);
      else if (type === PLAN_CHANGED && !changes.has(key)) changes.set(key, data as PlanChanged);
    }
    return { changes, made };
  }

  change(
    command: (plan: PlanCommands<PlanChange>) => PlanChange,
    step?: StepContext,
  ): PlanChange | Promise<PlanChange> {
    if (step === undefined) throw invalidOption("a change of an agent's plan", "a step that it is a part of", step);
    return this.changeWith(step, command, () => ({}));
  }

  /**
   * At once, where the plan was looked at before: what was decided by it still holds then.
   *
   * @param about Is asked for what else the change says.
   */
  changeWith(
    step: StepContext,
    command: (plan: PlanCommands<PlanChange>) => PlanChange,
    about: (change: PlanChange) => ChangeAbout,
  ): PlanChange | Promise<PlanChange> {
    if (this.#onRecord === undefined) return this.look().then(() => this.changeWith(step, command, about));
    const known = step.again ? this.#onRecord.get(step.key) : undefined;
    if (known !== undefined) {
      const before = this.before(step);
      this.#record(step, known);
      return changeOf(before, known.events);
    }
    const change = command(this.plan.at(this.#ctx.clock.now()));
    const more = about(change);
    const isNothing = change.events.length === 0 && more.ended === undefined;
    if (!isNothing) this.#record(step, { key: step.key, events: change.events, ...more });
    return change;
  }

  /** The record tells the plan; what memory is told only when that is durable counts at once. */
  #record(step: StepContext, changed: PlanChanged): void {
    const { key, events } = changed;
    step.record(PLAN_CHANGED, changed);
    this.#open.set(key, events);
    if (this.#onRecord?.has(key) !== true) {
      this.#started(changed);
      // In a turn that was resumed all of it is counted in this order.
      if (this.#onRecord !== undefined && this.#onRecord.size > 0) this.#onRecord.set(key, changed);
    }
    step.defer(() => void this.#open.delete(key));
  }
}

function scopeOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}

/** What events that are on record come to. */
function changeOf(before: TodoPlan, events: readonly PlanEvent[]): PlanChange {
  const plan = before.apply(events);
  const ids = [...new Set(events.flatMap(idsOf))];
  const todos = ids.map((id) => plan.get(id) ?? before.get(id)).filter((todo): todo is Todo => todo !== undefined);
  return { events, plan, ids, todos };
}

function idsOf(event: PlanEvent): readonly string[] {
  switch (event.type) {
    case "todos-added":
      return event.todos.map(({ id }) => id);
    case "todo-split":
      return event.parts.map(({ id }) => id);
    case "plan-cleared":
      return [];
    default:
      return [event.id];
  }
}
