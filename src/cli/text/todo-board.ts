import { visible } from "../../base/index.ts";
import { TodoPlan } from "../../planning/index.ts";
import type { ReactEvent } from "../../reasoning/index.ts";
import type { AgentEvent } from "./agent-event.ts";
import { isAboutPlan, progressText, spentTexts } from "./plan-lines.ts";
import { Spending } from "./spending.ts";
import { type Attention, todoLine } from "./todo-line.ts";
import type { Style } from "../terminal/style.ts";

/** A sub-agent at work. */
interface Working extends Attention {
  readonly todo: string;
  run: string | undefined;
}

/** How a problem is being solved: the plan, who works on what, and what it has cost. All times are of a monotonic clock. */
export class TodoBoard {
  #plan: TodoPlan;
  readonly #working = new Map<string, Working>();
  /** By todo, over all of its attempts that were watched. */
  readonly #spentOn = new Map<string, Spending>();
  readonly #spent: Spending;
  #turn = 0;
  #isThinking = false;

  /** @param spent In the run before it was watched. */
  constructor(plan: TodoPlan, spent: Spending) {
    this.#plan = plan;
    this.#spent = spent;
  }

  apply(event: AgentEvent, now: number): void {
    if (event.type === "snapshot") {
      this.#turn = event.turn;
      if ("plan" in event) this.#plan = TodoPlan.fromJSON(event.plan, LIMITS);
      for (const id of this.#working.keys()) if (this.#plan.get(id)?.status !== "in-progress") this.#working.delete(id);
    } else if (event.type === "agent-event") {
      const { run, task, level, agent } = event;
      const isOwn = level === 1;
      this.#ofAgent(event.event, run, isOwn ? this.#at(task, agent, run, now) : this.#above(run), isOwn);
    } else if (isAboutPlan(event)) {
      if ("changes" in event) this.#plan = this.#plan.apply(event.changes);
      if (event.type === "todo-started") this.#begin(event.todo, event.agent, now);
      if (event.type === "todo-finished" || event.type === "todo-failed") this.#working.delete(event.todo);
    } else this.#own(event);
  }

  /** The todos that matter most, as lines, and how many others there are. */
  lines(columns: number, rows: number, now: number, sign: string, style: Style): readonly string[] {
    const { todos, left } = this.#plan.excerpt(this.#plan.size <= rows ? rows : rows - 1);
    const lines = todos.map((todo) =>
      todoLine(todo, {
        plan: this.#plan,
        attention: this.#working.get(todo.id),
        spent: this.#spentOn.get(todo.id),
        now,
        columns,
        sign,
        style,
      }),
    );
    return left === 0 ? lines : [...lines, style("dim", `… and ${left} more`)];
  }

  /** `5 of 9 · 2 working · 1,234 tokens · $0.0012`. */
  get summary(): string {
    const { size } = this.#plan;
    const progress = this.#plan.progress();
    const { byStatus } = progress;
    const counts = (["failed", "blocked"] as const).filter((status) => byStatus[status] > 0);
    const { tokens, cost } = this.#spent;
    return [
      ...(size === 0 ? [] : [progressText(progress)]),
      ...(this.#working.size === 0 ? [] : [`${this.#working.size} working`]),
      ...counts.map((status) => `${byStatus[status]} ${status}`),
      ...(this.#isThinking ? [`thinks, turn ${this.#turn}`] : []),
      ...spentTexts({ tokens, cost }),
    ].join(" · ");
  }

  #own(event: ReactEvent): void {
    switch (event.type) {
      case "think-started":
        this.#turn = event.turn;
        this.#isThinking = true;
        break;
      case "think-finished":
        this.#spent.add(event);
        this.#isThinking = false;
        break;
      case "think-failed":
      case "run-finished":
        this.#isThinking = false;
        break;
      default:
    }
  }

  /**
   * @param working Who is at it at the first level, where that is a todo.
   * @param isOwn It is that one's run, and not one below it.
   */
  #ofAgent(event: ReactEvent, run: string, working: Working | undefined, isOwn: boolean): void {
    if (event.type === "think-finished") {
      this.#spent.add(event);
      if (working !== undefined) this.#spendingOn(working.todo).add(event);
    }
    if (working === undefined) return;
    if (isOwn && "turn" in event) working.turn = event.turn;
    switch (event.type) {
      case "think-started":
        if (isOwn) working.doing = "thinks";
        break;
      case "tool-called":
        if (isOwn) working.doing = `calls ${visible(event.tool)}`;
        break;
      case "approval-requested":
        working.waiting.add(`${run} ${event.call}`);
        working.doing = `waits for approval of ${visible(event.request.tool)}`;
        break;
      case "approval-answered":
        working.waiting.delete(`${run} ${event.call}`);
        if (working.waiting.size === 0) working.doing = "goes on";
        break;
      default:
    }
  }

  #begin(todo: string, agent: string, now: number): Working {
    const working = { todo, agent, run: undefined, turn: 0, doing: "", since: now, waiting: new Set<string>() };
    this.#working.set(todo, working);
    return working;
  }

  /** Also of somebody who was at it before it was watched. */
  #at(todo: string, agent: string, run: string, now: number): Working | undefined {
    if (this.#plan.get(todo)?.status !== "in-progress") return undefined;
    const working = this.#working.get(todo) ?? this.#begin(todo, agent, now);
    working.run = run;
    return working;
  }

  /** Whose sub-agents' run it is. */
  #above(run: string): Working | undefined {
    for (const working of this.#working.values()) {
      if (working.run !== undefined && run.startsWith(`${working.run}/`)) return working;
    }
    return undefined;
  }

  #spendingOn(todo: string): Spending {
    let spent = this.#spentOn.get(todo);
    if (spent === undefined) this.#spentOn.set(todo, (spent = new Spending()));
    return spent;
  }
}

/** A plan that is there was allowed. */
const LIMITS = { maxTodos: 1_000_000, maxDepth: 64 };
