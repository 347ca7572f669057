import type { FollowedEvent } from "../agent/index.ts";
import { endsRun } from "../engine/index.ts";
import { type ReactEvent, RunView, type StreamView } from "../reasoning/index.ts";
import { addressOf } from "./sub-agents/agent-address.ts";
import type { PlanEvent } from "./plan/plan-event.ts";
import type { PlanLimits } from "./plan/plan-limits.ts";
import { lastRunOf } from "./plan/plan-outcome.ts";
import { PLAN_CHANGED, type PlanChanged } from "./sub-agents/planning-fields.ts";
import type { PlanningEvent } from "./planning-event.ts";
import { TodoPlan } from "./plan/todo-plan.ts";
import { valueText } from "./plan/value-text.ts";

/** What the followers of a planning agent's run see, with the runs below it. */
export class PlanningView implements StreamView<PlanningEvent> {
  readonly #run: string;
  readonly #own: RunView;
  readonly #below = new Map<string, RunView>();
  readonly #known = new Set<string>();
  readonly #before: () => Promise<TodoPlan>;
  #plan: TodoPlan;
  /** The events until it is known what the plan was before. */
  #events: readonly PlanEvent[] | undefined = [];
  #ready: Promise<void> | undefined;

  /**
   * @param before Returns the plan as it was before the run. It is called when the run has begun, as other runs may come before
   *   it.
   */
  constructor(run: string, limits: PlanLimits, before: () => Promise<TodoPlan>) {
    this.#run = run;
    this.#own = new RunView(run);
    this.#before = before;
    this.#plan = TodoPlan.empty(limits);
  }

  get ready(): Promise<void> | undefined {
    return this.#ready;
  }

  /** A plan that is over makes room. A plan with something left continues. */
  #begin(before: TodoPlan): void {
    if (before.size > 0 && before.progress().state !== "over") this.#plan = before.apply(this.#events ?? []);
    this.#events = undefined;
  }

  get snapshot(): PlanningEvent {
    const { snapshot } = this.#own as { readonly snapshot: Extract<ReactEvent, { readonly type: "snapshot" }> };
    return { ...snapshot, plan: this.#plan.toJSON() };
  }

  take(followed: FollowedEvent): readonly PlanningEvent[] {
    if (followed.run !== this.#run) return this.#ofAgent(followed);
    if (followed.kind === "recorded") {
      const { type, data } = followed.event;
      if ((type as string) === PLAN_CHANGED) return this.#changed(data as unknown as PlanChanged);
      if (type === "run-started") {
        this.#ready ??= this.#before().then(
          (plan) => this.#begin(plan),
          () => (this.#events = undefined),
        );
      }
    }
    return this.#own.take(followed).map((event) => (event.type === "snapshot" ? this.snapshot : event));
  }

  #changed({ key, events, begun, ended }: PlanChanged): readonly PlanningEvent[] {
    // What a step records again after a restart is known.
    if (this.#known.has(key)) return [];
    this.#known.add(key);
    if (this.#events !== undefined) this.#events = [...this.#events, ...events];
    const before = this.#plan;
    const plan = (this.#plan = before.apply(events));
    const progress = plan.progress();
    if (begun !== undefined) return begun.map((id) => this.#started(id, events));
    if (ended !== undefined) return ended.flatMap((id) => this.#ended(id, events));
    if (events.length === 0) return [];
    if (before.size === 0 && plan.size > 0) {
      return [{ type: "plan-made", todos: plan.todos().map(({ id }) => id), changes: events, progress }];
    }
    return [{ type: "plan-changed", changes: events, reasons: reasonsOf(events), progress }];
  }

  #started(id: string, events: readonly PlanEvent[]): PlanningEvent {
    const { content = "", assignee: agent = "", attempts: attempt = 1 } = this.#plan.get(id) ?? {};
    return { type: "todo-started", todo: id, content, agent, attempt, changes: changesOf(id, events) };
  }

  #ended(id: string, events: readonly PlanEvent[]): readonly PlanningEvent[] {
    const todo = this.#plan.get(id);
    if (todo === undefined) return [];
    const { agent = todo.assignee ?? "", run, cost, tokens, partial } = lastRunOf(todo);
    const what = {
      todo: id,
      agent,
      ...(run !== undefined && { run }),
      ...(cost !== undefined && { cost }),
      ...(tokens !== undefined && { tokens }),
      changes: changesOf(id, events),
      progress: this.#plan.progress(),
    };
    if (todo.status === "completed") return [{ type: "todo-finished", ...what, result: valueText(todo.result) }];
    if (todo.status !== "failed") return [];
    return [{ type: "todo-failed", ...what, error: todo.error ?? "", ...(partial !== undefined && { partial }) }];
  }

  #ofAgent(followed: FollowedEvent): readonly PlanningEvent[] {
    const { run } = followed;
    let view = this.#below.get(run);
    if (view === undefined) this.#below.set(run, (view = new RunView(run)));
    if (followed.kind === "recorded" && endsRun(followed.event.type)) this.#below.delete(run);
    const { agent, task } = addressOf(run);
    const level = levelOf(this.#run, run);
    return view.take(followed).flatMap((event): PlanningEvent[] => {
      const told: PlanningEvent = { type: "agent-event", run, agent, task, level, event };
      const note = level === 1 && this.#plan.get(task)?.status === "in-progress" ? noteOf(event) : undefined;
      if (note === undefined || !("turn" in event)) return [told];
      return [told, { type: "todo-progressed", todo: task, agent, run, turn: event.turn, note }];
    });
  }
}

/** What begins and ends todos names one of them each time. */
function changesOf(todo: string, events: readonly PlanEvent[]): readonly PlanEvent[] {
  return events.filter((event) => "id" in event && event.id === todo);
}

function reasonsOf(events: readonly PlanEvent[]): string[] {
  const reasons = events.flatMap((event) => {
    if ("reason" in event && event.reason !== undefined) return [event.reason];
    return event.type === "todo-failed" ? [event.error] : [];
  });
  // One call may change many todos for the same reason.
  return [...new Set(reasons)];
}

/** Returns how many agents stand between the runs: each has a loop of turns of its own. */
function levelOf(top: string, run: string): number {
  return Math.max(1, run.slice(top.length).split("/react/#").length - 1);
}

function noteOf(event: ReactEvent): string | undefined {
  switch (event.type) {
    case "tool-called":
      return `calls ${event.tool}`;
    case "approval-requested":
      return `waits for approval of ${event.request.tool}`;
    case "think-finished":
      return event.text === "" ? undefined : event.text.slice(0, 200).toWellFormed();
    default:
      return undefined;
  }
}
